/** Sets of states of one side, numbered, and what they can do unseen. */
import { Interner } from './interner.ts';
import type { Side } from './side.ts';

export class StateSets {
  private readonly side: Side;
  private readonly sets = new Interner<readonly number[]>();
  private readonly closures = new Map<number, readonly number[]>();
  private readonly silent = new Map<number, readonly number[]>();

  constructor(side: Side) {
    this.side = side;
  }

  number(states: Iterable<number>): number {
    const sorted = [...new Set(states)].sort((x, y) => x - y);
    return this.sets.number(sorted.join(), () => sorted);
  }

  /** The members of a set, and all that they can become unseen. */
  closure(set: number): readonly number[] {
    const known = this.closures.get(set);
    if (known !== undefined) return known;
    const closed = this.closed(this.sets.at(set));
    this.closures.set(set, closed);
    return closed;
  }

  /** The same for states that are no numbered set. */
  closed(states: Iterable<number>): readonly number[] {
    const all = new Set(states);
    for (const state of all) for (const next of this.unseen(state)) all.add(next);
    return [...all];
  }

  /** States that one silent step leads to. */
  private unseen(state: number): readonly number[] {
    const known = this.silent.get(state);
    if (known !== undefined) return known;
    const { side } = this;
    const found: number[] = [];
    for (let t = 0; t < side.machine.transitionCount; t++) {
      const next = side.take(state, t);
      if (next >= 0 && side.taken.silent && side.taken.bound === undefined) found.push(next);
    }
    this.silent.set(state, found);
    return found;
  }
}
