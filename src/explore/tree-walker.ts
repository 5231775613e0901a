/**
 * The walker: which transitions are enabled in a state, and at which leaves of their decision trees they end. It
 * interprets the trees, and from time to time makes code of the questions that are asked often.
 */
import { follow, maskOf, shiftOf, wordOf } from '../world/decision-tree.ts';
import { type ExploredMachine, LEAF_NO, RESULT_IN_CELLS } from './machine-contract.ts';
import type { Successors } from './state-table.ts';
import { type Chunk, compileTrees, slotOfRoot } from './tree-code.ts';

/** States after which code is made for the first time: it takes V8 half a second to make it fast. */
export const COMPILE_AFTER = 1 << 17;
/** How many times as many states until it is made again, because other questions may be asked often by then. */
const COMPILE_AGAIN = 8;
/** States looked at to see what is asked often. */
const SAMPLE_STATES = 2000;

export class TreeWalker implements Successors {
  /** Leaves reached, in the order of the transitions. Not positive: no leaf, but minus the report of a natural run. */
  readonly leaves: Int32Array;
  readonly raw: Int32Array;
  private readonly machine: ExploredMachine;
  private chunks: readonly Chunk[] = [];
  private walks = 0;
  private compileAt: number;

  constructor(machine: ExploredMachine, compileAfter = COMPILE_AFTER) {
    this.machine = machine;
    this.compileAt = compileAfter;
    this.leaves = new Int32Array(machine.transitionCount);
    this.raw = new Int32Array(machine.transitionCount * machine.words);
  }

  /** Walks all trees on a state; returns how many transitions are enabled. `count` states are known. */
  walk(state: number, states: Int32Array, count: number): number {
    if (++this.walks === this.compileAt) this.compile(states, count);
    const { chunks, machine, leaves } = this;
    const base = state * machine.words;
    let n = 0;
    if (chunks.length === 0)
      for (let t = 0; t < machine.transitionCount; t++) n = this.interpret(t, slotOfRoot(t), states, base, n);
    for (let c = 0; c < chunks.length; c++) n = (chunks[c] as Chunk)(states, base, leaves, n);
    return n;
  }

  /** Which transition the successor at `position` comes from. Slow; for reports. */
  transitionAt(position: number, states: Int32Array, base: number): number {
    const { machine } = this;
    let n = 0;
    for (let t = 0; t < machine.transitionCount; t++) {
      const next = this.interpret(t, slotOfRoot(t), states, base, n);
      if (next > n && n === position) return t;
      n = next;
    }
    throw new Error('LR911 a successor comes from no transition');
  }

  private interpret(t: number, slot: number, states: Int32Array, base: number, n: number): number {
    const { nodes, roots } = this.machine.trees;
    const child = follow(nodes, (slot < 0 ? roots[t] : nodes[slot]) as number, states, base);
    if (child === -LEAF_NO) return n;
    if (child === 0) return this.runNaturally(t, states, base, n);
    this.leaves[n] = -child;
    return n + 1;
  }

  private runNaturally(t: number, states: Int32Array, base: number, n: number): number {
    const { machine, leaves, raw } = this;
    const child = machine.runTransition(t, states, base);
    if (child === -LEAF_NO) return n;
    if (child === RESULT_IN_CELLS) {
      for (let w = 0; w < machine.words; w++) raw[n * machine.words + w] = machine.now[w] as number;
      leaves[n] = -machine.lastReport;
    } else leaves[n] = -child;
    return n + 1;
  }

  private compile(states: Int32Array, count: number): void {
    this.compileAt *= COMPILE_AGAIN;
    this.chunks = compileTrees(this.machine, this.heat(states, count), (t, slot, words, base, n) =>
      this.interpret(t, slot, words, base, n),
    );
  }

  /** How often each node is asked in a sample of the states. */
  private heat(states: Int32Array, count: number): Map<number, number> {
    const { trees, transitionCount, words } = this.machine;
    const { nodes, roots } = trees;
    const heat = new Map<number, number>();
    const stride = Math.max(1, Math.floor(count / SAMPLE_STATES));
    for (let state = 0; state < count; state += stride)
      for (let t = 0; t < transitionCount; t++)
        for (let child = roots[t] as number; child > 0; ) {
          heat.set(child, (heat.get(child) ?? 0) + 1);
          const asked = nodes[child] as number;
          child = nodes[
            child + 1 + (((states[state * words + wordOf(asked)] as number) >>> shiftOf(asked)) & maskOf(asked))
          ] as number;
        }
    return heat;
  }
}
