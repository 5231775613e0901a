/** What the store asks of a table: to say whether a state is there, and to enter it if not. */
import type { DecisionTrees } from '../world/decision-tree.ts';

/** Stored states, in the order they were found. */
export interface Rows {
  readonly words: number;
  readonly states: Int32Array;
  /** Number of the state that each was first reached from. */
  readonly parents: Int32Array;
  count: number;
}

/** Successors of one state, in the order of the transitions that lead there. */
export interface Successors {
  /** The leaf whose writes make the successor; not positive: its words stand in `raw`, at its position. */
  readonly leaves: Int32Array;
  readonly raw: Int32Array;
}

export interface StateTable {
  /** A power of two. */
  readonly slots: number;
  /** Share of the slots that may be in use. */
  readonly loadMax: number;
  readonly bytes: number;
  /** Starts again with so many slots, and enters all rows. */
  rebuild(rows: Rows, slots: number): void;
  /** Enters the state at `offset` of `source` as a new row; false if it was there. The rows have room. */
  add(rows: Rows, source: Int32Array, offset: number, parent: number): boolean;
  /** The same for the first n successors of row `parent`. */
  addSuccessors(rows: Rows, parent: number, successors: Successors, n: number, trees: DecisionTrees): void;
}
