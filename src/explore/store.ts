/**
 * The store of states: full states in the order they were found, an open-addressing table to find them, and the number
 * of the state each was first reached from. Full states are compared, so there is no chance of a missed state.
 *
 * States of two words stand in the table themselves, so that a look-up touches one cache line; of longer states the table
 * holds the numbers.
 */

/** Share of the table that may be in use. */
const LOAD_MAX = 0.8;

export class StateStore {
  readonly words: number;
  readonly inPlace: boolean;
  states: Int32Array;
  parents: Int32Array;
  /** Slots of one number (0, or 1 + number of a state), or of two words (the second 0 if free). */
  table: Int32Array;
  slots: number;
  count = 0;

  constructor(words: number, capacity = 1 << 10) {
    this.words = words;
    this.inPlace = words === 2;
    this.states = new Int32Array(capacity * words);
    this.parents = new Int32Array(capacity);
    this.slots = capacity * 2;
    this.table = new Int32Array(this.tableLength(this.slots));
  }

  /** Bytes of states, parents and table that are in use. */
  get bytes(): number {
    return this.count * (this.words * 4 + 4) + this.table.length * 4;
  }

  /** Makes room for `more` states, so that nothing needs to grow while a state is expanded. */
  reserve(more: number): void {
    if (this.count + more > this.parents.length) {
      const capacity = Math.max(this.parents.length * 2, this.count + more);
      const states = new Int32Array(capacity * this.words);
      states.set(this.states.subarray(0, this.count * this.words));
      this.states = states;
      const parents = new Int32Array(capacity);
      parents.set(this.parents.subarray(0, this.count));
      this.parents = parents;
    }
    if (this.count + more <= this.slots * LOAD_MAX) return;
    while (this.count + more > this.slots * LOAD_MAX) this.slots *= 2;
    this.table = new Int32Array(this.tableLength(this.slots));
    for (let s = 0; s < this.count; s++) this.place(s);
  }

  /** Number of the state that stands at `offset` of `source`; it is added if it is new. */
  add(source: Int32Array, offset: number, parent: number): { readonly number: number; readonly isNew: boolean } {
    this.reserve(1);
    const { words, states } = this;
    for (let s = 0; s < this.count; s++) if (sameWords(states, s * words, source, offset, words)) return { number: s, isNew: false };
    const number = this.count;
    for (let w = 0; w < words; w++) states[number * words + w] = source[offset + w] as number;
    this.parents[number] = parent;
    this.count = number + 1;
    this.place(number);
    return { number, isNew: true };
  }

  private tableLength(slots: number): number {
    return this.inPlace ? slots * 2 : slots;
  }

  private place(state: number): void {
    const { states, table, words } = this;
    const mask = this.slots - 1;
    const offset = state * words;
    let slot = hashState(states, offset, words) & mask;
    if (this.inPlace) {
      while (table[slot * 2 + 1] !== 0) slot = (slot + 1) & mask;
      table[slot * 2] = states[offset] as number;
      table[slot * 2 + 1] = (states[offset + 1] as number) | IN_USE;
    } else {
      while (table[slot] !== 0) slot = (slot + 1) & mask;
      table[slot] = state + 1;
    }
  }
}

/** Top bit of the last word; the layout leaves it free. */
const IN_USE = 0x80000000 | 0;

export function sameWords(a: Int32Array, aOffset: number, b: Int32Array, bOffset: number, words: number): boolean {
  for (let w = 0; w < words; w++) if (a[aOffset + w] !== b[bOffset + w]) return false;
  return true;
}

/** Mixes all words. src/explore/expander.ts generates the same computation without the loop. */
function hashState(source: Int32Array, offset: number, words: number): number {
  let h = 0x9e3779b9 | 0;
  for (let w = 0; w < words; w++) {
    h = Math.imul(h ^ (source[offset + w] as number), 0x85ebca6b);
    h ^= h >>> 15;
  }
  h = Math.imul(h, 0x297a2d39);
  return h ^ (h >>> 16);
}
