/** One transition of one state, outside the inner loop: for traces, random walks and replays. */
import { type ExploredMachine, LEAF_NO, RESULT_IN_CELLS } from './machine-contract.ts';

/**
 * Writes the successor of the state at `offset` under transition `t` to `into`.
 * Returns -1 if the transition is not enabled, else 0, or 1 + the index of the report that it found.
 */
export function successor(
  machine: ExploredMachine,
  t: number,
  states: Int32Array,
  offset: number,
  into: Int32Array,
): number {
  const { words, trees } = machine;
  let child = trees.walk(t, states, offset);
  if (child === 0) {
    child = machine.runTransition(t, states, offset);
    if (child === RESULT_IN_CELLS) {
      for (let w = 0; w < words; w++) into[w] = machine.now[w] as number;
      return machine.lastReport;
    }
  }
  if (child === -LEAF_NO) return -1;
  trees.apply(-child, states, offset, into);
  return trees.leafReport[-child] as number;
}
