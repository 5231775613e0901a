/**
 * The store of states: full states in the order they were found, the number of the state each was first reached from,
 * and an open-addressing table to find them. Full states are compared, so there is no chance of a missed state.
 */
import type { DecisionTrees } from '../world/decision-tree.ts';
import { NumberTable } from './number-table.ts';
import { PairTable } from './pair-table.ts';
import type { Rows, StateTable, Successors } from './state-table.ts';

export class StateStore implements Rows {
  readonly words: number;
  states: Int32Array;
  parents: Int32Array;
  count = 0;
  private readonly table: StateTable;
  private readonly successors: number;

  /** `successors`: most successors that a state may have; `capacity`: states to make room for at first, a power of two. */
  constructor(words: number, successors: number, capacity = 1 << 10) {
    this.words = words;
    this.successors = successors;
    this.states = new Int32Array(capacity * words);
    this.parents = new Int32Array(capacity);
    this.table =
      words === 2 ? new PairTable(capacity * 2, successors) : new NumberTable(words, capacity * 2, successors);
  }

  /** Bytes of states, parents and table that are in use. */
  get bytes(): number {
    return this.count * (this.words * 4 + 4) + this.table.bytes;
  }

  /** Adds the state at `offset` of `source`; false if it was there. */
  add(source: Int32Array, offset: number, parent: number): boolean {
    this.reserve(1);
    return this.table.add(this, source, offset, parent);
  }

  /** Adds those of the first n successors of a state that are new. */
  addSuccessors(parent: number, successors: Successors, n: number, trees: DecisionTrees): void {
    this.reserve(this.successors);
    this.table.addSuccessors(this, parent, successors, n, trees);
  }

  /** Makes room for `more` states, so that nothing needs to grow while a state is expanded. */
  private reserve(more: number): void {
    const needed = this.count + more;
    if (needed > this.parents.length) {
      const capacity = Math.max(this.parents.length * 2, needed);
      this.states = copied(this.states, this.count * this.words, capacity * this.words);
      this.parents = copied(this.parents, this.count, capacity);
    }
    let { slots } = this.table;
    while (needed > slots * this.table.loadMax) slots *= 2;
    if (slots !== this.table.slots) this.table.rebuild(this, slots);
  }
}

function copied(source: Int32Array, used: number, length: number): Int32Array {
  const copy = new Int32Array(length);
  copy.set(source.subarray(0, used));
  return copy;
}

export function sameWords(a: Int32Array, aOffset: number, b: Int32Array, bOffset: number, words: number): boolean {
  for (let w = 0; w < words; w++) if (a[aOffset + w] !== b[bOffset + w]) return false;
  return true;
}
