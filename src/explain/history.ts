/**
 * History: a trace run again with everything recorded, and questions of the kind "what if that had not been written". An
 * answer runs the natural code of one step, or of the property, on a state that differs in single places.
 */
import { bind } from '../world/bind.ts';
import type { WorldInput } from '../world/input.ts';
import type { Machine } from '../world/machine.ts';
import { differs, type Place, Places, withPlace } from './places.ts';
import { type RecordedEvent, Recorder } from './recorder.ts';

export interface Event extends RecordedEvent {
  /** Step of the trace, from 1; 0: setup. */
  readonly step: number;
  readonly transition: number;
  readonly stepName: string;
  readonly args: Readonly<Record<string, unknown>> | undefined;
}

/** What a property says of a state that leads its code astray: it fails, as before. */
const NONSENSE = 'a state that no kernel has';

/** The start that models make before setup; nobody did it. */
const START = 0;

export class History {
  readonly input: WorldInput;
  readonly machine: Machine;
  readonly places: Places;
  readonly events: readonly Event[];
  /** What the property read when it failed, in the last state and in the one before the last step. */
  readonly read: { readonly now: ReadonlySet<Place>; readonly past: ReadonlySet<Place> };
  private readonly recorder: Recorder;
  private readonly label: string;
  private readonly property: number;
  private readonly changedBy: readonly ReadonlySet<Place>[];

  constructor(input: WorldInput, path: readonly number[], label: string) {
    this.input = input;
    this.recorder = new Recorder(input.semantics);
    this.label = label;
    this.machine = bind(this.recorder.watched(input), this.recorder.makeCells);
    this.recorder.endSetup();
    this.places = new Places(this.machine, input.model.objects);
    this.property = this.machine.parts.properties.findIndex((each) => each.input.label === label);
    const setup = this.recorder.setup.map(
      (event): Event => ({ ...event, step: 0, transition: -1, stepName: '', args: event.call?.args }),
    );
    this.events = [...setup, ...this.run(path)];
    this.changedBy = this.events.map(
      (event) => new Set([...this.places.of(event.writes.keys())].filter((p) => differs(p, event.before, event.after))),
    );
    this.read = this.readByProperty();
  }

  /** Index of the last event of the trace; that of the last setup event where the trace is empty. */
  get last(): number {
    return this.events.length - 1;
  }

  get ofStep(): boolean {
    return this.kind === 'step';
  }

  get kind(): 'always' | 'step' | 'finally' | undefined {
    return this.machine.parts.properties[this.property]?.kind;
  }

  /** A law that a step breaks, and no property of the scenario. */
  get isLaw(): boolean {
    return this.property < 0;
  }

  at(index: number): Event {
    return this.events[index] as Event;
  }

  changes(index: number): ReadonlySet<Place> {
    return this.changedBy[index] as ReadonlySet<Place>;
  }

  /** The last event before `end` that changed the place; undefined: nobody since the start. */
  writer(place: Place, end: number): number | undefined {
    for (let i = end - 1; i > START; i--) if (this.changedBy[i]?.has(place)) return i;
    return undefined;
  }

  /** The state before an event without what other events wrote, each to one place. */
  without(words: Int32Array, undone: readonly { readonly place: Place; readonly writer: number }[]): Int32Array {
    return undone.reduce((state, { place, writer }) => withPlace(state, [place], this.at(writer).before), words);
  }

  /** Runs the step of an event on a state; undefined if it is not enabled or breaks a law. */
  rerun(index: number, words: Int32Array): Int32Array | undefined {
    const { machine } = this;
    const { transition } = this.at(index);
    if (transition < 0) throw new Error('LR930 setup is not run again');
    return machine.withoutStoring(() => {
      const { cells } = machine.parts;
      cells.load(words, 0);
      const report = this.quietly(() => machine.naturally(transition), -1);
      const law = (machine.reports[report - 1] ?? []).some(({ kind }) => kind !== 'property');
      return report < 0 || law ? undefined : cells.now.slice(0, cells.storedWords);
    });
  }

  /** The same with one feature turned over. */
  rerunTurned(index: number, words: Int32Array, feature: string): Int32Array | undefined {
    const { features } = this.recorder;
    features.turned = feature;
    try {
      return this.rerun(index, words);
    } finally {
      features.turned = undefined;
    }
  }

  /** Why the property of states fails in this state; true if it does not. */
  failureIn(words: Int32Array): true | string {
    const { machine } = this;
    return machine.withoutStoring(() => {
      machine.parts.cells.load(words, 0);
      return this.quietly(() => machine.evaluate(this.property), NONSENSE);
    });
  }

  /** Why the last step breaks the property of steps, or the law, from this state on. `keep` may undo what it wrote. */
  failureBy(words: Int32Array, keep: (now: Int32Array) => Int32Array): true | string {
    const { machine } = this;
    const { transition } = this.at(this.last);
    return machine.withoutStoring(() => {
      const { cells } = machine.parts;
      cells.load(words, 0);
      const report = this.quietly(() => machine.naturally(transition), -1);
      if (this.isLaw) return machine.reports[report - 1]?.find(({ label }) => label === this.label)?.why ?? true;
      if (report < 0) return true;
      cells.now.set(keep(cells.now));
      return this.quietly(() => machine.evaluate(this.property), NONSENSE);
    });
  }

  /** A state that no kernel has may lead the code of a model anywhere; it then says nothing. */
  private quietly<T>(run: () => T, otherwise: T): T {
    try {
      return run();
    } catch {
      return otherwise;
    }
  }

  private run(path: readonly number[]): Event[] {
    const { machine, recorder } = this;
    const { cells, running } = machine.parts;
    return machine.withoutStoring(() => {
      cells.load(machine.initial, 0);
      return path.map((transition, i): Event => {
        const event = recorder.newEvent('', '', undefined);
        event.before = cells.now.slice(0, cells.storedWords);
        recorder.event = event;
        machine.naturally(transition);
        recorder.event = undefined;
        event.after = cells.now.slice(0, cells.storedWords);
        cells.commit();
        const { actor, op, stepName } = running;
        return { ...event, actor, op, stepName, step: i + 1, transition, args: undefined };
      });
    });
  }

  /** Runs the property where it failed, recorded. */
  private readByProperty(): History['read'] {
    const { machine, recorder, places } = this;
    const none = { now: new Set<Place>(), past: new Set<Place>() };
    if (this.isLaw) return none;
    const event = recorder.newEvent('', '', undefined);
    const evaluate = (): void => {
      recorder.event = event;
      machine.evaluate(this.property);
      recorder.event = undefined;
    };
    machine.withoutStoring(() => {
      const { cells } = machine.parts;
      if (this.ofStep) {
        cells.load(this.at(this.last).before, 0);
        machine.naturally(this.at(this.last).transition);
      } else cells.load(this.at(this.last).after, 0);
      evaluate();
    });
    return { now: places.of(event.reads), past: places.of(event.pastReads) };
  }
}
