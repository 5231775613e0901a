/**
 * A walk along a trace: the states that are possible after the steps so far. Whoever walks says which of them are kept:
 * those that answer as a trace expects, or those that look as a kernel did.
 */
import type { Machine } from '../world/machine.ts';
import type { Answer } from './compare.ts';
import { apply, distinctStates, type OwnMoves, type Possible } from './footprint.ts';
import type { TraceStep } from './format.ts';
import { Pending, type Probe } from './pending.ts';

/** What a step makes of one possible state. */
export interface Taken {
  readonly answer: Answer;
  readonly after: Possible;
}

export interface Looked<T> {
  readonly state: Possible;
  readonly shown: T;
}

export class Walk {
  readonly machine: Machine;
  private readonly own: OwnMoves;
  private readonly pending: Pending;
  private readonly scripts: ReadonlyMap<string, number>;
  private possible: readonly Possible[];
  /** Most states that were carried from one step to the next. */
  carried = 1;

  constructor(own: OwnMoves) {
    this.own = own;
    this.machine = own.machine;
    this.pending = new Pending(own);
    this.scripts = new Map(
      this.machine.transitions.flatMap(({ actor, kind }, t) => (kind === 'script' ? [[actor, t] as const] : [])),
    );
    this.possible = [own.initial];
  }

  /** A new step begins: the bound on its states is counted anew. */
  begin(): void {
    this.pending.begin();
  }

  /** The states that are possible now, with whatever may still be pending in each. */
  get states(): readonly Possible[] {
    return this.possible;
  }

  /** All pending kernel work runs. */
  rest(): void {
    this.possible = this.pending.atRest(this.possible);
  }

  /** Everything that the step may return now; nothing, where its actor cannot take it. */
  take({ actor }: TraceStep): readonly Taken[] {
    const t = this.scripts.get(actor) ?? -1;
    const answerNow = (): Answer | undefined => (this.own.interrupted(t) ? undefined : this.own.complete(t));
    const take: Probe<Taken | undefined> = (state) => {
      let answer: Answer | undefined;
      const footprint = this.own.observe(state.words, () => {
        answer = answerNow();
        return answer !== undefined;
      });
      if (answer === undefined) return { footprint, found: undefined };
      return { footprint, found: { answer, after: this.own.derive(state, apply(state.words, footprint)) } };
    };
    const takeAlone = (state: Possible): Taken | undefined => {
      const answer = this.own.alone(state.words, answerNow);
      return answer === undefined ? undefined : { answer, after: this.own.derive(state, this.own.now) };
    };
    return this.possible
      .flatMap((state) => (state.enabled.length === 0 ? [takeAlone(state)] : this.pending.probe(state, take)))
      .filter((taken) => taken !== undefined);
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
      state.enabled.length === 0
        ? [{ state, shown: this.own.alone(state.words, show) }]
        : this.pending.probe(state, look),
    );
  }

  /** These states, and no others, are possible from now on. */
  keep(states: readonly Possible[]): void {
    this.possible = distinctStates(states);
    this.carried = Math.max(this.carried, this.possible.length);
  }
}
