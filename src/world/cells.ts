/**
 * Cells: the words of the one state that natural model code reads and writes, with a record of what it looked at.
 *
 * While a transition runs, every read of a bit that the run does not know yet is recorded in order, and every write is
 * marked. The record is the transition's footprint on this path. It is exact: the code is deterministic, so the same
 * answers to the same questions lead to the same writes. src/world/decision-tree.ts stores such paths and answers the
 * next time without running the code.
 */

/** One bit field inside the vector: word index, shift, and mask before shifting. At most 8 bits wide. */
export interface Cell {
  readonly word: number;
  readonly shift: number;
  readonly mask: number;
}

/** Widest cell. A node of a decision tree has one child per value, so a cell must stay small. */
export const CELL_BITS_MAX = 8;

export interface CellsSnapshot {
  readonly now: Int32Array;
  readonly written: Int32Array;
}

export class Cells {
  /** Words that are stored; the words behind them are scratch, zero when a transition starts. */
  readonly storedWords: number;
  readonly now: Int32Array;
  readonly before: Int32Array;
  /** Bits of `before` that the present run has asked for. */
  private readonly known: Int32Array;
  readonly written: Int32Array;
  /** Reads in order: word, shift, mask, value. */
  readonly path: number[] = [];
  /** Off while nobody stores the path (replay, predicates that read everything). */
  recording = true;

  constructor(storedWords: number, allWords: number) {
    this.storedWords = storedWords;
    this.now = new Int32Array(allWords);
    this.before = new Int32Array(allWords);
    this.known = new Int32Array(allWords);
    this.written = new Int32Array(allWords);
  }

  /** Starts a run on the state that stands at `offset` of `states`. */
  load(states: Int32Array, offset: number): void {
    for (let w = 0; w < this.storedWords; w++) {
      const word = states[offset + w] as number;
      this.now[w] = word;
      this.before[w] = word;
    }
    this.now.fill(0, this.storedWords);
    this.before.fill(0, this.storedWords);
    this.known.fill(0);
    this.written.fill(0);
    this.path.length = 0;
  }

  /** Makes what was written the state that the next run starts from. */
  commit(): void {
    this.before.set(this.now);
    this.known.fill(0);
    this.written.fill(0);
    this.path.length = 0;
  }

  /** Takes back what was written; the reads stay recorded. */
  revert(): void {
    this.now.set(this.before);
    this.written.fill(0);
  }

  /** What was written so far, for `restore`. */
  snapshot(): CellsSnapshot {
    return { now: this.now.slice(), written: this.written.slice() };
  }

  /** Takes back what was written since; the reads stay recorded. */
  restore({ now, written }: CellsSnapshot): void {
    this.now.set(now);
    this.written.set(written);
  }

  read(cell: Cell): number {
    const { word, shift, mask } = cell;
    const value = ((this.now[word] as number) >>> shift) & mask;
    if (this.recording && word < this.storedWords) {
      const bits = mask << shift;
      const unknown = bits & ~((this.known[word] as number) | (this.written[word] as number));
      if (unknown !== 0) this.ask(word, shift, mask, bits);
    }
    return value;
  }

  /** Reads the cell as it was before the transition. */
  readBefore(cell: Cell): number {
    const { word, shift, mask } = cell;
    if (this.recording && word < this.storedWords) {
      const bits = mask << shift;
      if ((bits & ~(this.known[word] as number)) !== 0) this.ask(word, shift, mask, bits);
    }
    return ((this.before[word] as number) >>> shift) & mask;
  }

  write(cell: Cell, value: number): void {
    const { word, shift, mask } = cell;
    const bits = mask << shift;
    this.now[word] = ((this.now[word] as number) & ~bits) | (value << shift);
    this.written[word] = (this.written[word] as number) | bits;
  }

  /** True if the transition changed any stored word. */
  changed(): boolean {
    for (let w = 0; w < this.storedWords; w++) if (this.now[w] !== this.before[w]) return true;
    return false;
  }

  private ask(word: number, shift: number, mask: number, bits: number): void {
    this.known[word] = (this.known[word] as number) | bits;
    this.path.push(word, shift, mask, ((this.before[word] as number) >>> shift) & mask);
  }
}
