/**
 * Recording: cells that note who asks and who writes. A machine that is bound with them runs as any other, slower, and
 * leaves for each event what it read, what it wrote, and which rules of the model were at work when it did.
 */
import type { AnyCommand, AnyWork } from '../modelling/command.ts';
import type { Semantics } from '../modelling/semantics.ts';
import { under } from '../modelling/under.ts';
import { type Cell, Cells } from '../world/cells.ts';
import type { WorldInput } from '../world/input.ts';
import type { AnyCall } from '../world/runner.ts';

/** What was running: a rule or a deferred work. */
export interface Frame {
  readonly type: 'rule' | 'work';
  readonly name: string;
}

/** One step of a command or of deferred work, or one command of the setup. */
export interface RecordedEvent {
  /** The call that setup makes; undefined for the start, and for steps of the trace. */
  readonly call: AnyCall | undefined;
  readonly actor: string;
  readonly op: string;
  readonly reads: Set<Cell>;
  /** What was read of the state before the step. */
  readonly pastReads: Set<Cell>;
  /** What was at work, the outermost first, when a cell was last given another value. */
  readonly writes: Map<Cell, readonly Frame[]>;
  /** Features that were asked for. */
  readonly features: Set<string>;
  /** Stored words before and after. */
  before: Int32Array;
  after: Int32Array;
}

class RecordingCells extends Cells {
  private readonly recorder: Recorder;

  constructor(stored: number, all: number, recorder: Recorder) {
    super(stored, all);
    this.recorder = recorder;
  }

  override read(cell: Cell): number {
    this.recorder.event?.reads.add(cell);
    return super.read(cell);
  }

  override readBefore(cell: Cell): number {
    this.recorder.event?.pastReads.add(cell);
    return super.readBefore(cell);
  }

  override write(cell: Cell, value: number): void {
    const { event } = this.recorder;
    if (event !== undefined && (((this.now[cell.word] as number) >>> cell.shift) & cell.mask) !== value)
      event.writes.set(cell, this.recorder.stack());
    super.write(cell, value);
  }
}

/** The features of a semantics, with a note of who asked and with single ones turned over. */
class WatchedFeatures extends Set<string> {
  turned: string | undefined;
  asked: ((feature: string) => void) | undefined;

  override has(feature: string): boolean {
    this.asked?.(feature);
    return super.has(feature) !== (feature === this.turned);
  }
}

export class Recorder {
  /** What the setup did, one event for each of its commands; the first is the start. */
  readonly setup: RecordedEvent[] = [];
  /** Where reads and writes go; undefined: nobody wants to know. */
  event: RecordedEvent | undefined;
  readonly features: WatchedFeatures;
  private cells: Cells | undefined;
  private readonly frames: Frame[] = [];

  constructor({ features }: Semantics) {
    this.features = new WatchedFeatures(features);
    this.features.asked = (feature) => void this.event?.features.add(feature);
    this.event = this.newEvent('', 'start', undefined);
    this.setup.push(this.event);
  }

  readonly makeCells = (stored: number, all: number): Cells => {
    this.cells = new RecordingCells(stored, all, this);
    return this.cells;
  };

  stack(): readonly Frame[] {
    return [...this.frames];
  }

  newEvent(actor: string, op: string, call: AnyCall | undefined): RecordedEvent {
    const none = new Int32Array(0);
    return {
      call,
      actor,
      op,
      reads: new Set(),
      pastReads: new Set(),
      writes: new Map(),
      features: new Set(),
      before: none,
      after: none,
    };
  }

  /** Setup is over: what was recorded of it gets the states around it. */
  endSetup(): void {
    this.close();
    this.event = undefined;
  }

  /** The scenario with rules, works and commands that say when they run. Everything else stays as it is. */
  watched(input: WorldInput): WorldInput {
    const { semantics } = input;
    const model = under(input.model, semantics);
    const works = model.works.map((work): AnyWork => ({ ...work, run: this.framed('work', work.name, work.run) }));
    const commands = Object.fromEntries(
      Object.entries(model.commands).map(([op, command]) => [op, this.watchedCommand(command)]),
    );
    return {
      ...input,
      model: { ...model, rules: this.watchedRules(model.rules), works, commands },
      // The model is already what the semantics makes of it.
      semantics: { name: semantics.name, says: semantics.says, features: this.features, changes: {} },
    };
  }

  private words(): Int32Array {
    const { cells } = this;
    return cells === undefined ? new Int32Array(0) : cells.now.slice(0, cells.storedWords);
  }

  private close(): void {
    if (this.event !== undefined) this.event.after = this.words();
  }

  private watchedRules(rules: object): object {
    return Object.fromEntries(
      Object.entries(rules).map(([name, rule]: [string, (...args: never[]) => unknown]) => [
        name,
        this.framed('rule', name, rule),
      ]),
    );
  }

  private framed<A extends unknown[], R>(type: Frame['type'], name: string, run: (...args: A) => R): (...args: A) => R {
    return (...args) => {
      this.frames.push({ type, name });
      try {
        return run(...args);
      } finally {
        this.frames.pop();
      }
    };
  }

  /** In setup each call is an event of its own. */
  private watchedCommand(command: AnyCommand): AnyCommand {
    const steps = Object.entries(command.steps).map(([name, step]) => [
      name,
      (k: never, call: never) => {
        this.begin(command.op, call);
        return step(k, call);
      },
    ]);
    return { ...command, steps: Object.fromEntries(steps) as AnyCommand['steps'] };
  }

  private begin(op: string, call: AnyCall): void {
    const { event, setup } = this;
    if (event === undefined || event !== setup.at(-1) || event.call === call) return;
    this.close();
    const next = this.newEvent(call.actor?.name ?? '-', op, call);
    next.before = this.words();
    setup.push(next);
    this.event = next;
  }
}
