/**
 * The model's side of a conformance run: the states that are possible after the steps so far, and what the next step
 * may return in them. What the kernel showed decides which of them are carried on.
 */
import type { ModelDefinition } from '../modelling/model.ts';
import type { Semantics } from '../modelling/semantics.ts';
import type { Answer } from '../trace/compare.ts';
import { apply, keyOf, OwnMoves, type Possible } from '../trace/footprint.ts';
import type { TraceStep } from '../trace/format.ts';
import type { TraceSource } from '../trace/parse.ts';
import { Pending, type Probe } from '../trace/pending.ts';
import { traceWorld } from '../trace/to-world.ts';
import { bind } from '../world/bind.ts';
import { CELL_BITS_MAX } from '../world/cells.ts';
import type { Machine } from '../world/machine.ts';

/** What a step makes of one possible state. */
export interface Taken {
  readonly answer: Answer;
  readonly after: Possible;
}

export interface Looked<T> {
  readonly state: Possible;
  readonly shown: T;
}

const isQuiet = ({ moves }: Possible): boolean => moves.every(({ enabled }) => !enabled);

const REVISIONS_MAX = 2 ** CELL_BITS_MAX - 1;

export class Walk {
  readonly machine: Machine;
  private readonly own: OwnMoves;
  private readonly pending: Pending;
  private readonly scripts: ReadonlyMap<string, number>;
  private possible: readonly Possible[];
  /** Most states that were carried from one step to the next. */
  carried = 1;

  constructor(source: TraceSource, model: ModelDefinition, semantics: Semantics) {
    const input = traceWorld(source, model, semantics);
    // Every step is followed by a look at the revisions, whether or not the trace speaks of them.
    const revisions = Math.min(REVISIONS_MAX, source.trace.steps.length + 1);
    this.machine = bind({ ...input, limits: { ...input.limits, revisions } });
    this.own = new OwnMoves(this.machine);
    this.pending = new Pending(this.own);
    this.scripts = new Map(
      this.machine.transitions.flatMap(({ actor, kind }, t) => (kind === 'script' ? [[actor, t] as const] : [])),
    );
    this.possible = [this.own.initial()];
  }

  begin(): void {
    this.pending.begin();
  }

  /** All pending kernel work runs. */
  rest(): void {
    this.possible = this.pending.atRest(this.possible);
  }

  /** Everything that the step may return now. */
  take(step: TraceStep): readonly Taken[] {
    const t = this.scripts.get(step.actor) ?? -1;
    const take: Probe<Taken | undefined> = (state) => {
      let answer: Answer | undefined;
      const footprint = this.own.observe(state.words, () => {
        answer = this.own.interrupted(t) ? undefined : this.own.complete(t);
        return answer !== undefined;
      });
      if (answer === undefined) return { footprint, found: undefined };
      return { footprint, found: { answer, after: this.own.derive(state, apply(state.words, footprint)) } };
    };
    return this.possible.flatMap((state) => this.pending.probe(state, take)).filter((taken) => taken !== undefined);
  }

  /** What `show` sees in every state that is possible now. */
  look<T>(show: () => T): readonly Looked<T>[] {
    const look: Probe<Looked<T>> = (state) => {
      let shown: T | undefined;
      const footprint = this.own.observe(state.words, () => {
        shown = show();
        return true;
      });
      return { footprint, found: { state, shown: shown as T } };
    };
    return this.possible.flatMap((state) =>
      isQuiet(state) ? [{ state, shown: this.show(state, show) }] : this.pending.probe(state, look),
    );
  }

  /** Where nothing is pending, what was read need not be known. */
  private show<T>(state: Possible, show: () => T): T {
    const { cells } = this.machine.parts;
    cells.recording = false;
    cells.load(state.words, 0);
    return show();
  }

  /** These states, and no others, are possible from now on. */
  keep(states: readonly Possible[]): void {
    this.possible =
      states.length < 2 ? states : [...new Map(states.map((state) => [keyOf(state.words), state])).values()];
    this.carried = Math.max(this.carried, this.possible.length);
  }
}
