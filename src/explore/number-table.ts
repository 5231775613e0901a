/**
 * Table of states of any width: a slot holds the number of a row, and upper bits of the hash in the bits that the number
 * leaves free, so that nearly every slot of another state is passed without a look at its row.
 *
 * As in pair-table.ts, slots and rows are loaded in short loops before they are compared. A successor is never made in
 * full: its hash is the state's with the few written words exchanged, and it is compared from one scratch vector, in
 * which those words are written and taken back.
 */
import type { DecisionTrees } from '../world/decision-tree.ts';
import { hashFactors, hashOf, hashOfSum, hashWord } from './hash.ts';
import type { Rows, StateTable, Successors } from './state-table.ts';

export class NumberTable implements StateTable {
  readonly loadMax = 0.6;
  slots: number;
  /** 0, or 1 + the row's number in the low bits and bits of its hash above. */
  private table: Int32Array;
  private readonly words: number;
  private readonly factors: Int32Array;
  private readonly hashes: Int32Array;
  /** The state whose successors are made, with the writes of one of them; and what each word adds to its hash. */
  private readonly next: Int32Array;
  private readonly parts: Int32Array;
  private readonly sink = new Int32Array(1);

  constructor(words: number, slots: number, successors: number) {
    this.words = words;
    this.slots = slots;
    this.table = new Int32Array(slots);
    this.factors = hashFactors(words);
    this.hashes = new Int32Array(successors);
    this.next = new Int32Array(words);
    this.parts = new Int32Array(words);
  }

  get bytes(): number {
    return this.table.byteLength;
  }

  rebuild(rows: Rows, slots: number): void {
    const { factors, words } = this;
    const table = new Int32Array(slots);
    const mask = slots - 1;
    for (let row = 0; row < rows.count; row++) {
      const hash = hashOf(factors, rows.states, row * words);
      let slot = hash & mask;
      while (table[slot] !== 0) slot = (slot + 1) & mask;
      table[slot] = (hash & ~mask) | (row + 1);
    }
    this.slots = slots;
    this.table = table;
  }

  add(rows: Rows, source: Int32Array, offset: number, parent: number): boolean {
    return this.enter(rows, source, offset, hashOf(this.factors, source, offset), parent);
  }

  addSuccessors(rows: Rows, parent: number, successors: Successors, n: number, trees: DecisionTrees): void {
    const base = parent * this.words;
    this.hash(rows.states, base, successors, n, trees);
    this.touch(rows, n);
    this.lookUp(rows, parent, successors, n, trees);
  }

  private hash(states: Int32Array, base: number, { leaves, raw }: Successors, n: number, trees: DecisionTrees): void {
    const { hashes, parts, next, factors, words } = this;
    const { effects, effectWords, effectStarts } = trees;
    let whole = 0;
    for (let w = 0; w < words; w++) {
      const value = states[base + w] as number;
      const part = hashWord(value, factors[w] as number);
      next[w] = value;
      parts[w] = part;
      whole = (whole + part) | 0;
    }
    for (let i = 0; i < n; i++) {
      const leaf = leaves[i] as number;
      if (leaf <= 0) {
        hashes[i] = hashOf(factors, raw, i * words);
        continue;
      }
      let sum = whole;
      const end = effectStarts[leaf + 1] as number;
      for (let e = effectStarts[leaf] as number; e < end; e++) {
        const w = effectWords[e] as number;
        const value = ((next[w] as number) & (effects[2 * e] as number)) | (effects[2 * e + 1] as number);
        sum = (sum + hashWord(value, factors[w] as number) - (parts[w] as number)) | 0;
      }
      hashes[i] = hashOfSum(sum);
    }
  }

  /** Loads what the look-ups will need: all slots first, then the rows that they point to. */
  private touch({ states }: Rows, n: number): void {
    const { table, hashes, words } = this;
    const mask = this.slots - 1;
    let seen = 0;
    for (let i = 0; i < n; i++) seen ^= table[(hashes[i] as number) & mask] as number;
    for (let i = 0; i < n; i++) {
      const row = Math.max(0, ((table[(hashes[i] as number) & mask] as number) & mask) - 1) * words;
      seen ^= (states[row] as number) ^ (states[row + words - 1] as number);
    }
    this.sink[0] = seen;
  }

  private lookUp(rows: Rows, parent: number, { leaves, raw }: Successors, n: number, trees: DecisionTrees): void {
    const { hashes, next, words } = this;
    const { effects, effectWords, effectStarts } = trees;
    const base = parent * words;
    for (let i = 0; i < n; i++) {
      const leaf = leaves[i] as number;
      if (leaf <= 0) {
        this.enter(rows, raw, i * words, hashes[i] as number, parent);
        continue;
      }
      const start = effectStarts[leaf] as number;
      const end = effectStarts[leaf + 1] as number;
      for (let e = start; e < end; e++) {
        const w = effectWords[e] as number;
        next[w] = ((next[w] as number) & (effects[2 * e] as number)) | (effects[2 * e + 1] as number);
      }
      this.enter(rows, next, 0, hashes[i] as number, parent);
      for (let e = start; e < end; e++) {
        const w = effectWords[e] as number;
        next[w] = rows.states[base + w] as number;
      }
    }
  }

  private enter(rows: Rows, source: Int32Array, offset: number, hash: number, parent: number): boolean {
    const { table, words } = this;
    const { states } = rows;
    const mask = this.slots - 1;
    let slot = hash & mask;
    for (let entry = table[slot] as number; entry !== 0; entry = table[slot] as number) {
      if (((entry ^ hash) & ~mask) === 0) {
        const row = ((entry & mask) - 1) * words;
        let w = 0;
        while (w < words && states[row + w] === source[offset + w]) w++;
        if (w === words) return false;
      }
      slot = (slot + 1) & mask;
    }
    table[slot] = (hash & ~mask) | (rows.count + 1);
    const row = rows.count * words;
    for (let w = 0; w < words; w++) states[row + w] = source[offset + w] as number;
    rows.parents[rows.count] = parent;
    rows.count++;
    return true;
  }
}
