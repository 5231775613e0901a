/** The expander: all successors of one state, in the order of the transitions. This is the inner loop of every strategy. */
import type { ExploredMachine } from './machine-contract.ts';
import type { StateStore } from './store.ts';
import { TreeWalker } from './tree-walker.ts';

/** Returns how many transitions were enabled; new states are added to the store. */
export type Expand = (state: number) => number;

export interface ExpanderHooks {
  /** Transition `t` out of `state` found the report with this index; told once for each report. */
  readonly onReport: (report: number, state: number, t: number) => void;
}

/** Makes the expander of a machine and a store. `compileAfter`: states after which trees are turned into code. */
export function makeExpander(
  machine: ExploredMachine,
  store: StateStore,
  hooks: ExpanderHooks,
  compileAfter?: number,
): Expand {
  const walker = new TreeWalker(machine, compileAfter);
  const { trees, words } = machine;
  const told = new Set<number>();

  const tellReports = (state: number, enabled: number): void => {
    const found: number[] = [];
    for (let i = 0; i < enabled; i++) {
      const leaf = walker.leaves[i] as number;
      const report = leaf > 0 ? (trees.leafReport[leaf] as number) : -leaf;
      if (report === 0 || told.has(report)) continue;
      told.add(report);
      found.push(report, i);
    }
    // The walker is free only now: finding the transition walks again. What it finds for the second time it finds equal.
    for (let f = 0; f < found.length; f += 2) {
      const t = walker.transitionAt(found[f + 1] as number, store.states, state * words);
      hooks.onReport((found[f] as number) - 1, state, t);
    }
  };

  return (state) => {
    const enabled = walker.walk(state, store.states, store.count);
    if (machine.reports.length > told.size) tellReports(state, enabled);
    store.addSuccessors(state, walker, enabled, trees);
    return enabled;
  };
}
