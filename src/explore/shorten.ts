/** Shortening: a trace that a walk happened upon, made as short as is cheap. Depends on nothing but its input. */
import { DEFAULT_BUDGET } from './budget.ts';
import { explore, type Finding } from './explore.ts';
import type { ExploredMachine } from './machine-contract.ts';
import { BreadthFirst } from './strategies/bfs.ts';
import { successor } from './successor.ts';

/** States of the search for shortest traces; no time limit, or the same seed would not be the same run. */
const SEARCH_STATES_MAX = 50_000;
/** Replays spent on one trace that the search did not reach. */
const TRIES_MAX = 2000;

/** Length after which the path breaks what is labelled so; -1 if it does not, or a step of it is not enabled. */
export function breaksAfter(machine: ExploredMachine, path: readonly number[], label: string): number {
  let now = Int32Array.from(machine.initial);
  let next = new Int32Array(machine.words);
  const property = machine.stateProperties.find((candidate) => candidate.label === label);
  const brokenHere = (): boolean =>
    property !== undefined &&
    !machine.predicate(property.index, now, 0) &&
    (!property.onlyFinal || machine.isFinalState(now, 0));
  if (brokenHere()) return 0;
  for (const [i, t] of path.entries()) {
    const report = successor(machine, t, now, 0, next);
    if (report < 0) return -1;
    if (report > 0 && machine.reports[report - 1]?.some((found) => found.label === label)) return i + 1;
    [now, next] = [next, now];
    if (brokenHere()) return i + 1;
  }
  return -1;
}

/** Drops steps, first many at once, then fewer, as long as what is left still breaks the property. */
function minimise(machine: ExploredMachine, path: readonly number[], label: string): readonly number[] {
  let best = path;
  let tries = 0;
  for (let chunk = best.length >> 1; chunk > 0; chunk >>= 1)
    for (let at = 0; at < best.length && tries < TRIES_MAX; ) {
      const without = [...best.slice(0, at), ...best.slice(at + chunk)];
      const length = breaksAfter(machine, without, label);
      tries++;
      if (length >= 0) best = without.slice(0, length);
      else at += chunk;
    }
  return best;
}

/** The findings with shorter paths: shortest ones where a bounded breadth-first search reaches them. */
export function shorten(machine: ExploredMachine, findings: readonly Finding[]): readonly Finding[] {
  if (findings.length === 0) return [];
  const maxDepth = Math.max(...findings.map(({ path }) => path.length));
  const budget = { ...DEFAULT_BUDGET, maxStates: SEARCH_STATES_MAX, maxSeconds: Number.POSITIVE_INFINITY, maxDepth };
  const shortest = explore(machine, { frontier: new BreadthFirst(), budget, outcomes: false }).findings;
  return findings.map((finding) => {
    const found = shortest.find(({ label }) => label === finding.label);
    if (found !== undefined && found.path.length <= finding.path.length) return found;
    return { ...finding, path: minimise(machine, finding.path, finding.label) };
  });
}
