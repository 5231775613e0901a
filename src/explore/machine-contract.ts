/**
 * What exploring needs to know of a machine: numbers and trees, nothing of models. `src/world` provides it.
 */
export { LEAF_NO } from '../world/decision-tree.ts';
export { RESULT_IN_CELLS } from '../world/machine.ts';

import type { DecisionTrees } from '../world/decision-tree.ts';
import type { Report } from '../world/machine.ts';

export interface ExploredMachine {
  readonly words: number;
  readonly initial: Int32Array;
  readonly transitionCount: number;
  readonly trees: DecisionTrees;
  /** Words of the successor after `runTransition` returned RESULT_IN_CELLS. */
  readonly now: Int32Array;
  readonly lastReport: number;
  readonly reports: readonly (readonly Report[])[];
  /** Asked for the number of expanded states, to judge whether storing paths pays. */
  statesSeen: () => number;
  runTransition(t: number, states: Int32Array, offset: number): number;
  /** Labels of the properties that are predicates of single states. */
  readonly stateProperties: readonly { readonly index: number; readonly label: string; readonly onlyFinal: boolean }[];
  /** The tree that answers for a predicate. */
  predicateTree(index: number): number;
  predicate(index: number, states: Int32Array, offset: number): boolean;
  isFinalState(states: Int32Array, offset: number): boolean;
  /** Results remembered in a state, by name: `ok`, an errno, or `-` (did not run). */
  outcome(states: Int32Array, offset: number): Readonly<Record<string, string>>;
}
