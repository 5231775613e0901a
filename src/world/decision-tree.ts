/**
 * Decision trees: what natural model code did, stored so that it need not run again.
 *
 * A node asks for one cell of the state and has a child per value; a leaf says what the transition writes. The tree of a
 * transition grows by one path whenever a state leads to a child that is not there yet: the code is then run once, with
 * recording cells. Walking the tree costs a few nanoseconds per question, which is what makes models in plain TypeScript
 * as fast as generated code.
 *
 * Nodes are laid out as `[question, child for value 0, child for value 1, …]`; a question packs word, mask and shift into
 * one integer. A child is positive: another node; 0: unknown, run the code; negative: a leaf, numbered from 1.
 */

/** Leaf 1 of every tree set: the transition is not enabled, or the predicate is false. */
export const LEAF_NO = 1;
/** Leaf 2: the predicate is true. */
export const LEAF_YES = 2;

const FIRST_NODE = 4;

/** A question: bits 0–4 shift, bits 5–12 mask, from bit 13 on the word. */
const question = (word: number, shift: number, mask: number): number => (word << 13) | (mask << 5) | shift;

export class DecisionTrees {
  readonly words: number;
  nodes = new Int32Array(1 << 12);
  private nodesEnd = FIRST_NODE;
  /** Child that a walk starts with, one per tree. */
  readonly roots: Int32Array;
  /** Per leaf and word: bits that are kept, bits that are set. Two integers per word. */
  effects: Int32Array;
  /** Per leaf: 0, or 1 + the index of a report in `reports`. */
  leafReport: Int32Array;
  leaves = LEAF_YES;
  private readonly sameEffect = new Map<string, number>();

  constructor(trees: number, words: number) {
    this.words = words;
    this.roots = new Int32Array(trees);
    this.effects = new Int32Array(words * 2 * 64);
    this.leafReport = new Int32Array(64);
  }

  /** Integers in use, for the account of memory. */
  get size(): number {
    return this.nodesEnd + this.leaves * (2 * this.words + 1);
  }

  /** Follows the tree; returns the child it ends at (0 unknown, negative leaf). */
  walk(tree: number, states: Int32Array, offset: number): number {
    const nodes = this.nodes;
    let child = this.roots[tree] as number;
    while (child > 0) {
      const asked = nodes[child] as number;
      const value = ((states[offset + (asked >>> 13)] as number) >>> (asked & 31)) & ((asked >>> 5) & 255);
      child = nodes[child + 1 + value] as number;
    }
    return child;
  }

  /** Adds the path that a run recorded and lets it end in `leaf`. */
  insert(tree: number, path: readonly number[], leaf: number): void {
    let slot = -1 - tree;
    for (let i = 0; i < path.length; i += 4) {
      let child = this.childAt(slot);
      const asked = question(path[i] as number, path[i + 1] as number, path[i + 2] as number);
      if (child === 0) {
        child = this.newNode(asked, path[i + 2] as number);
        this.setChild(slot, child);
      }
      if (child < 0 || this.nodes[child] !== asked)
        throw new Error('LR901 a transition is not deterministic: the same answers led to another question');
      slot = child + 1 + (path[i + 3] as number);
    }
    if (this.childAt(slot) !== 0) throw new Error('LR901 a transition is not deterministic: the same path ended twice');
    this.setChild(slot, -leaf);
  }

  /** The leaf with these writes (and report); equal leaves are shared. */
  leaf(now: Int32Array, written: Int32Array, report: number): number {
    let key = `${report}`;
    for (let w = 0; w < this.words; w++) key += `,${written[w]},${(now[w] as number) & (written[w] as number)}`;
    const known = this.sameEffect.get(key);
    if (known !== undefined) return known;
    this.leaves++;
    const leaf = this.leaves;
    this.growLeaves(leaf);
    for (let w = 0; w < this.words; w++) {
      this.effects[(leaf * this.words + w) * 2] = ~(written[w] as number);
      this.effects[(leaf * this.words + w) * 2 + 1] = (now[w] as number) & (written[w] as number);
    }
    this.leafReport[leaf] = report;
    this.sameEffect.set(key, leaf);
    return leaf;
  }

  private childAt(slot: number): number {
    return (slot < 0 ? this.roots[-1 - slot] : this.nodes[slot]) as number;
  }

  private setChild(slot: number, child: number): void {
    if (slot < 0) this.roots[-1 - slot] = child;
    else this.nodes[slot] = child;
  }

  private newNode(asked: number, mask: number): number {
    const node = this.nodesEnd;
    this.nodesEnd += 1 + mask + 1;
    if (this.nodesEnd > this.nodes.length) {
      const larger = new Int32Array(Math.max(this.nodes.length * 2, this.nodesEnd));
      larger.set(this.nodes);
      this.nodes = larger;
    }
    this.nodes[node] = asked;
    return node;
  }

  private growLeaves(leaf: number): void {
    if (leaf < this.leafReport.length) return;
    const reports = new Int32Array(this.leafReport.length * 2);
    reports.set(this.leafReport);
    this.leafReport = reports;
    const effects = new Int32Array(this.effects.length * 2);
    effects.set(this.effects);
    this.effects = effects;
  }
}
