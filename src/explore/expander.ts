/**
 * The expander: all successors of one state, in the order of the transitions. This is the inner loop of every strategy.
 *
 * Its source is generated once per number of words, so that the words of a successor stay in registers while they are
 * made and hashed. It works in three passes over one state's successors: make them all, touch the slots of the table
 * they hash to (so that the processor fetches those lines side by side), then look each one up.
 */
import { type ExploredMachine, LEAF_NO, RESULT_IN_CELLS } from './machine-contract.ts';
import type { StateStore } from './store.ts';

/** Returns how many transitions were enabled; new states are added to the store. */
export type Expand = (state: number) => number;

export interface ExpanderHooks {
  /** Transition `t` out of `state` found the report with this index. */
  readonly onReport: (report: number, state: number, t: number) => void;
}

interface Scope {
  readonly store: StateStore;
  readonly machine: ExploredMachine;
  readonly hooks: ExpanderHooks;
  /** Words of the successors of one state, and their hashes. */
  readonly out: Int32Array;
  readonly hashes: Int32Array;
}

/** Above this, words are handled by loops. */
const UNROLLED_WORDS_MAX = 24;

/** Code for each word, unrolled or as a loop over `w`. */
function eachWord(words: number, line: (w: string) => string): string {
  if (words <= UNROLLED_WORDS_MAX) return Array.from({ length: words }, (_, w) => line(String(w))).join('\n');
  return `for (let w = 0; w < ${words}; w++) { ${line('w')} }`;
}

const hashStep = (value: string): string => `h = Math.imul(h ^ ${value}, ${0x85ebca6b | 0}); h ^= h >>> 15;`;

/** Looks successors up where the table holds two-word states themselves; the top bit of the second word marks a slot in use. */
const PROBE_IN_PLACE = `
    const a = out[i], b = out[i + 1] | 0x80000000;
    let slot = (hashes[s] & mask) << 1, entry = 0;
    while ((entry = table[slot + 1]) !== 0) {
      if (entry === b && table[slot] === a) continue next;
      slot = (slot + 2) & mask2;
    }
    table[slot] = a; table[slot + 1] = b;`;

/** Looks successors up where the table holds numbers of states. */
const probeByNumber = (words: number): string => `
    let slot = hashes[s] & mask, entry = 0;
    probe: while ((entry = table[slot]) !== 0) {
      const e = Math.imul(entry - 1, ${words});
      for (let w = 0; w < ${words}; w++) if (states[e + w] !== out[i + w]) { slot = (slot + 1) & mask; continue probe; }
      continue next;
    }
    table[slot] = count + 1;`;

function source(words: number, inPlace: boolean): string {
  return `
const { store, machine, hooks, out, hashes } = scope;
const trees = machine.trees, roots = trees.roots, now = machine.now, transitions = machine.transitionCount;
let touched = 0;
return function expand(state) {
  store.reserve(transitions);
  const states = store.states, parents = store.parents, table = store.table, mask = store.slots - 1, mask2 = mask << 1 | 1;
  let nodes = trees.nodes, effects = trees.effects, reports = trees.leafReport, enabled = 0, end = 0;
  const base = Math.imul(state, ${words});
  for (let t = 0; t < transitions; t++) {
    let n = roots[t];
    while (n > 0) {
      const q = nodes[n];
      n = nodes[n + 1 + ((states[base + (q >>> 13)] >>> (q & 31)) & ((q >>> 5) & 255))];
    }
    if (n === ${-LEAF_NO}) continue;
    let h = ${0x9e3779b9 | 0};
    if (n === 0) {
      n = machine.runTransition(t, states, base);
      nodes = trees.nodes; effects = trees.effects; reports = trees.leafReport;
      if (n === ${-LEAF_NO}) continue;
    }
    if (n === ${RESULT_IN_CELLS}) {
      if (machine.lastReport !== 0) hooks.onReport(machine.lastReport - 1, state, t);
      ${eachWord(words, (w) => `{ const v = now[${w}]; out[end + ${w}] = v; ${hashStep('v')} }`)}
    } else {
      const report = reports[-n], l = Math.imul(-n, ${2 * words});
      if (report !== 0) hooks.onReport(report - 1, state, t);
      ${eachWord(words, (w) => `{ const v = states[base + ${w}] & effects[l + 2 * ${w}] | effects[l + 2 * ${w} + 1]; out[end + ${w}] = v; ${hashStep('v')} }`)}
    }
    h = Math.imul(h, ${0x297a2d39}); h ^= h >>> 16;
    hashes[enabled] = h;
    end = end + ${words} | 0;
    enabled++;
  }
  for (let s = 0; s < enabled; s++) touched ^= table[${inPlace ? '((hashes[s] & mask) << 1) + 1' : 'hashes[s] & mask'}];
  let count = store.count;
  next: for (let s = 0, i = 0; s < enabled; s++, i = i + ${words} | 0) {
    ${inPlace ? PROBE_IN_PLACE : probeByNumber(words)}
    const e = Math.imul(count, ${words});
    ${eachWord(words, (w) => `states[e + ${w}] = out[i + ${w}];`)}
    parents[count] = state;
    count++;
  }
  store.count = count;
  return enabled;
};`;
}

/** Makes the expander of a machine and a store. */
export function makeExpander(machine: ExploredMachine, store: StateStore, hooks: ExpanderHooks): Expand {
  const scope: Scope = {
    store,
    machine,
    hooks,
    out: new Int32Array(machine.words * machine.transitionCount),
    hashes: new Int32Array(machine.transitionCount),
  };
  return new Function('scope', source(machine.words, store.inPlace))(scope) as Expand;
}
