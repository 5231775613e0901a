/**
 * Decision trees: what natural model code did, stored so that it need not run again.
 *
 * A node asks for one cell of the state and has a child per value; a leaf says what the transition writes. The tree of a
 * transition grows by one path whenever a state leads to a child that is not there yet: the code is then run once, with
 * recording cells. Walking the tree costs a few nanoseconds per question, which is what makes models in plain TypeScript
 * as fast as generated code.
 *
 * Nodes are laid out as `[question, child for value 0, child for value 1, …]`; a question packs word, mask and shift into
 * one integer. A child is positive: another node; 0: unknown, run the code; negative: a leaf, numbered from 1. Nothing
 * that is known ever changes; src/explore/tree-code.ts relies on it.
 */

/** Leaf 1 of every tree set: the transition is not enabled, or the predicate is false. */
export const LEAF_NO = 1;
/** Leaf 2: the predicate is true. */
export const LEAF_YES = 2;

const FIRST_NODE = 4;

/** Bits of a question: 0–4 shift, 5–12 mask, from 13 on the word. */
const question = (word: number, shift: number, mask: number): number => (word << 13) | (mask << 5) | shift;
export const wordOf = (asked: number): number => asked >>> 13;
export const maskOf = (asked: number): number => (asked >>> 5) & 255;
export const shiftOf = (asked: number): number => asked & 31;

/** Follows a tree from `child` on; returns where it ends: 0 unknown, negative a leaf. */
export function follow(nodes: Int32Array, child: number, states: Int32Array, offset: number): number {
  let next = child;
  while (next > 0) {
    const asked = nodes[next] as number;
    next = nodes[
      next + 1 + (((states[offset + (asked >>> 13)] as number) >>> (asked & 31)) & ((asked >>> 5) & 255))
    ] as number;
  }
  return next;
}

/** A larger copy if `length` does not fit. */
function grown(array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  if (length <= array.length) return array;
  const larger = new Int32Array(Math.max(array.length * 2, length));
  larger.set(array);
  return larger;
}

export class DecisionTrees {
  readonly words: number;
  nodes = new Int32Array(1 << 12);
  private nodesEnd = FIRST_NODE;
  /** Child that a walk starts with, one per tree. */
  readonly roots: Int32Array;

  /**
   * What leaves write. Write number e: `effectWords[e]` is the word, `effects[2 * e]` the bits that are kept and
   * `effects[2 * e + 1]` those that are set. Leaf l has the writes from `effectStarts[l]` to before `effectStarts[l + 1]`.
   * In states of two words a leaf has a write for both, so that it is found without looking: number 2 * l, and the next.
   */
  effects = new Int32Array(1 << 8);
  effectWords = new Int32Array(1 << 7);
  effectStarts = new Int32Array(1 << 6);
  /** Per leaf: 0, or 1 + the index of a report in the machine's `reports`. */
  leafReport = new Int32Array(1 << 6);
  leaves = LEAF_YES;
  private readonly sameEffect = new Map<string, number>();

  /** Per tree and word: the bits that any of its questions asks for. */
  readonly asked: Int32Array;
  /** Counts how often `asked` changed. */
  askedVersion = 0;

  constructor(trees: number, words: number) {
    this.words = words;
    this.roots = new Int32Array(trees);
    this.asked = new Int32Array(trees * words);
    if (words === 2) this.effectStarts.set([0, 2, 4, 6]);
  }

  /** Integers in use, for the account of memory. */
  get size(): number {
    return this.nodesEnd + this.leaves * 2 + (this.effectStarts[this.leaves + 1] as number) * 3;
  }

  /** Follows the tree; returns the child it ends at (0 unknown, negative leaf). */
  walk(tree: number, states: Int32Array, offset: number): number {
    return follow(this.nodes, this.roots[tree] as number, states, offset);
  }

  /** Adds the path that a run recorded and lets it end in `leaf`. */
  insert(tree: number, path: readonly number[], leaf: number): void {
    let slot = -1 - tree;
    for (let i = 0; i < path.length; i += 4) {
      let child = this.childAt(slot);
      const asked = question(path[i] as number, path[i + 1] as number, path[i + 2] as number);
      if (child === 0) {
        child = this.newNode(asked);
        this.setChild(slot, child);
        this.noteAsked(tree, wordOf(asked), maskOf(asked) << shiftOf(asked));
      }
      if (child < 0 || this.nodes[child] !== asked)
        throw new Error('LR901 a transition is not deterministic: the same answers led to another question');
      slot = child + 1 + (path[i + 3] as number);
    }
    if (this.childAt(slot) !== 0) throw new Error('LR901 a transition is not deterministic: the same path ended twice');
    this.setChild(slot, -leaf);
  }

  /** For a tree whose paths are not all stored: it may have asked for anything. */
  noteAllAsked(tree: number): void {
    for (let w = 0; w < this.words; w++) this.noteAsked(tree, w, -1);
  }

  /** The leaf with these writes (and report); equal leaves are shared. */
  leaf(now: Int32Array, written: Int32Array, report: number): number {
    let key = `${report}`;
    for (let w = 0; w < this.words; w++) {
      const bits = written[w] as number;
      if (bits !== 0) key += `,${w},${bits},${(now[w] as number) & bits}`;
    }
    const known = this.sameEffect.get(key);
    if (known !== undefined) return known;
    this.leaves++;
    this.addEffects(this.leaves, now, written);
    this.leafReport = grown(this.leafReport, this.leaves + 1);
    this.leafReport[this.leaves] = report;
    this.sameEffect.set(key, this.leaves);
    return this.leaves;
  }

  /** Writes the successor that `leaf` makes of the state at `offset` of `states`. */
  apply(leaf: number, states: Int32Array, offset: number, into: Int32Array): void {
    for (let w = 0; w < this.words; w++) into[w] = states[offset + w] as number;
    const end = this.effectStarts[leaf + 1] as number;
    for (let e = this.effectStarts[leaf] as number; e < end; e++) {
      const word = this.effectWords[e] as number;
      into[word] = ((into[word] as number) & (this.effects[2 * e] as number)) | (this.effects[2 * e + 1] as number);
    }
  }

  private addEffects(leaf: number, now: Int32Array, written: Int32Array): void {
    this.effectStarts = grown(this.effectStarts, leaf + 2);
    let end = this.effectStarts[leaf] as number;
    this.effectWords = grown(this.effectWords, end + this.words);
    this.effects = grown(this.effects, 2 * (end + this.words));
    for (let w = 0; w < this.words; w++) {
      const bits = written[w] as number;
      if (bits === 0 && this.words !== 2) continue;
      this.effectWords[end] = w;
      this.effects[2 * end] = ~bits;
      this.effects[2 * end + 1] = (now[w] as number) & bits;
      end++;
    }
    this.effectStarts[leaf + 1] = end;
  }

  private noteAsked(tree: number, word: number, bits: number): void {
    const at = tree * this.words + word;
    const before = this.asked[at] as number;
    if ((before | bits) === before) return;
    this.asked[at] = before | bits;
    this.askedVersion++;
  }

  private childAt(slot: number): number {
    return (slot < 0 ? this.roots[-1 - slot] : this.nodes[slot]) as number;
  }

  private setChild(slot: number, child: number): void {
    if (slot < 0) this.roots[-1 - slot] = child;
    else this.nodes[slot] = child;
  }

  private newNode(asked: number): number {
    const node = this.nodesEnd;
    this.nodesEnd += 1 + maskOf(asked) + 1;
    this.nodes = grown(this.nodes, this.nodesEnd);
    this.nodes[node] = asked;
    return node;
  }
}
