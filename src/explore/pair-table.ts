/**
 * Table of states of two words, which stand in the table themselves: a look-up touches one cache line and no row.
 *
 * Nearly all time goes into waiting for memory. So most successors never come to the table: those looked up lately are
 * found in a small cache. For the others the slots are loaded in a loop so short that the processor has a dozen of loads
 * under way, and only then compared. docs/decisions/009-engine-speed.md has what each of this brings.
 */
import type { DecisionTrees } from '../world/decision-tree.ts';
import { hashFactors, hashOfSum, hashWord } from './hash.ts';
import type { Rows, StateTable, Successors } from './state-table.ts';

/** Top bit of the second word marks a slot in use; the layout leaves it free. */
const IN_USE = 0x80000000 | 0;

/** 128 KB of them. */
const RECENT_STATES = 1 << 14;
const RECENT_SHIFT = 31 - Math.log2(RECENT_STATES);

export class PairTable implements StateTable {
  readonly loadMax = 0.8;
  slots: number;
  /** From a hash to twice the number of a slot, but for the lowest bit. */
  private shift: number;
  private table: Int32Array;
  /** Words of the successors, and where each is looked up. */
  private readonly pairs: Int32Array;
  private readonly starts: Int32Array;
  /** States that were looked up lately, by their hash. Two of three successors are found here, in a cache of the processor. */
  private readonly recent = new Int32Array(2 * RECENT_STATES);
  /** Takes what the second pass loads: a result nobody uses would be optimised away. */
  private readonly sink = new Int32Array(1);
  private readonly factor0: number;
  private readonly factor1: number;

  constructor(slots: number, successors: number) {
    this.slots = slots;
    this.shift = 31 - Math.log2(slots);
    this.table = new Int32Array(slots * 2);
    this.pairs = new Int32Array(successors * 2);
    this.starts = new Int32Array(successors);
    const factors = hashFactors(2);
    this.factor0 = factors[0] as number;
    this.factor1 = factors[1] as number;
  }

  get bytes(): number {
    return this.table.byteLength;
  }

  /** Old and new table are both passed through from front to back, because slots are numbered by the upper bits of the hash. */
  rebuild(_rows: Rows, slots: number): void {
    const { table: old } = this;
    this.slots = slots;
    this.shift = 31 - Math.log2(slots);
    this.table = new Int32Array(slots * 2);
    for (let slot = 0; slot < old.length; slot += 2) {
      const marked = old[slot + 1] as number;
      if (marked !== 0) this.enter(old[slot] as number, marked & ~IN_USE);
    }
  }

  add(rows: Rows, source: Int32Array, offset: number, parent: number): boolean {
    const first = source[offset] as number;
    const second = source[offset + 1] as number;
    if (!this.enter(first, second)) return false;
    rows.states[rows.count * 2] = first;
    rows.states[rows.count * 2 + 1] = second;
    rows.parents[rows.count] = parent;
    rows.count++;
    return true;
  }

  addSuccessors(rows: Rows, parent: number, successors: Successors, n: number, trees: DecisionTrees): void {
    const left = this.make(rows.states, parent * 2, successors, n, trees.effects);
    this.touch(left);
    this.lookUp(rows, parent, left);
  }

  /** Makes the successors, and keeps those that were not among the last ones. Returns how many. */
  private make(states: Int32Array, base: number, { leaves, raw }: Successors, n: number, effects: Int32Array): number {
    const { pairs, starts, recent, shift, factor0, factor1 } = this;
    const now0 = states[base] as number;
    const now1 = states[base + 1] as number;
    let kept = 0;
    for (let i = 0; i < n; i++) {
      const leaf = leaves[i] as number;
      let first: number;
      let marked: number;
      if (leaf > 0) {
        const e = leaf << 2;
        first = (now0 & (effects[e] as number)) | (effects[e + 1] as number);
        marked = (now1 & (effects[e + 2] as number)) | (effects[e + 3] as number) | IN_USE;
      } else {
        first = raw[i * 2] as number;
        marked = (raw[i * 2 + 1] as number) | IN_USE;
      }
      const hash = hashOfSum((hashWord(first, factor0) + hashWord(marked, factor1)) | 0);
      const r = (hash >>> RECENT_SHIFT) & ~1;
      const differs = ((recent[r] as number) ^ first) | ((recent[r + 1] as number) ^ marked);
      recent[r] = first;
      recent[r + 1] = marked;
      pairs[kept * 2] = first;
      pairs[kept * 2 + 1] = marked;
      starts[kept] = (hash >>> shift) & ~1;
      // 1 if anything differs. A branch would be mispredicted every other time.
      kept += (differs | -differs) >>> 31;
    }
    return kept;
  }

  private touch(n: number): void {
    const { table, starts } = this;
    let seen = 0;
    for (let i = 0; i < n; i++) seen ^= table[(starts[i] as number) + 1] as number;
    this.sink[0] = seen;
  }

  private lookUp(rows: Rows, parent: number, n: number): void {
    const { table, pairs, starts } = this;
    const { states, parents } = rows;
    const mask = (this.slots << 1) - 1;
    let count = rows.count;
    next: for (let i = 0; i < n; i++) {
      const first = pairs[i * 2] as number;
      const marked = pairs[i * 2 + 1] as number;
      let slot = starts[i] as number;
      let entry = table[slot + 1] as number;
      while (entry !== 0) {
        if (entry === marked && table[slot] === first) continue next;
        slot = (slot + 2) & mask;
        entry = table[slot + 1] as number;
      }
      table[slot] = first;
      table[slot + 1] = marked;
      states[count * 2] = first;
      states[count * 2 + 1] = marked & ~IN_USE;
      parents[count] = parent;
      count++;
    }
    rows.count = count;
  }

  /** Enters one pair; false if it was there. */
  private enter(first: number, second: number): boolean {
    const { table } = this;
    const mask = (this.slots << 1) - 1;
    const marked = second | IN_USE;
    const sum = (hashWord(first, this.factor0) + hashWord(marked, this.factor1)) | 0;
    let slot = (hashOfSum(sum) >>> this.shift) & ~1;
    while (table[slot + 1] !== 0) {
      if (table[slot + 1] === marked && table[slot] === first) return false;
      slot = (slot + 2) & mask;
    }
    table[slot] = first;
    table[slot + 1] = marked;
    return true;
  }
}
