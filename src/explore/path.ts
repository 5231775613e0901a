/** Paths: the choices that lead from the initial state to a stored one, found by walking the parents back. */
import type { ExploredMachine } from './machine-contract.ts';
import { type StateStore, sameWords } from './store.ts';
import { successor } from './successor.ts';

/** Transition numbers from the initial state to `state`. */
export function pathTo(machine: ExploredMachine, store: StateStore, state: number): number[] {
  const path: number[] = [];
  for (let child = state; child !== 0; child = store.parents[child] as number)
    path.push(choiceBetween(machine, store, store.parents[child] as number, child));
  return path.reverse();
}

/** The first transition that leads from one state to the other; parents are stored without it to save four bytes each. */
function choiceBetween(machine: ExploredMachine, store: StateStore, parent: number, child: number): number {
  const { words } = machine;
  const next = new Int32Array(words);
  for (let t = 0; t < machine.transitionCount; t++)
    if (
      successor(machine, t, store.states, parent * words, next) >= 0 &&
      sameWords(next, 0, store.states, child * words, words)
    )
      return t;
  throw new Error('LR910 no transition leads from a stored parent to its child');
}
