/**
 * Counterfactuals: the smallest change of a semantics that makes a property hold again. Sets of changes are tried by size, and
 * each is checked by running the scenario.
 */
import {
  type Changes,
  changeText,
  featuresAfter,
  listChanges,
  restored,
  type Semantics,
} from '../modelling/semantics.ts';

/** What a run said: a verdict, or that the semantics does not run so. */
export type Outcome = 'holds' | 'violated' | 'unknown' | 'vacuous' | 'does not run';

/** Some changes tried at once. */
export interface Attempt {
  /** As `lastref explain SEMANTICS` lists them: `rule autoDetach`, `feature added replace`. */
  readonly changes: readonly string[];
  readonly outcome: Outcome;
}

export interface Counterfactual {
  readonly label: string;
  readonly semantics: string;
  /** What the changes are taken from: the base of a proposal, or another kernel. */
  readonly against: string;
  /** - `restored`: changes of the candidate are taken back; `adopted`: a kernel gets what another has. */
  readonly way: 'restored' | 'adopted';
  /** All sets of the smallest size that make the property hold. */
  readonly smallest: readonly (readonly string[])[];
  /** Everything that was tried, in order. */
  readonly attempts: readonly Attempt[];
  /** Every set up to the size of the smallest was tried; else the limit on runs was reached. */
  readonly complete: boolean;
}

/** Runs that one search may take. */
const RUNS_MAX = 80;

/** Sets of `size` of the items, in order. */
function* combinations<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  if (size === 0) yield [];
  else
    for (let i = 0; i <= items.length - size; i++)
      for (const rest of combinations(items.slice(i + 1), size - 1)) yield [items[i] as T, ...rest];
}

/** Tries sets by size until one size has some that work. */
export function search(
  changes: readonly string[],
  attempt: (some: ReadonlySet<string>) => Outcome,
  runs: number = RUNS_MAX,
): Pick<Counterfactual, 'smallest' | 'attempts' | 'complete'> {
  const attempts: Attempt[] = [];
  for (let size = 1; size <= changes.length; size++) {
    for (const some of combinations(changes, size)) {
      if (attempts.length >= runs) return { smallest: working(attempts), attempts, complete: false };
      attempts.push({ changes: some, outcome: attempt(new Set(some)) });
    }
    const smallest = working(attempts);
    if (smallest.length > 0) return { smallest, attempts, complete: true };
  }
  return { smallest: [], attempts, complete: true };
}

const working = (attempts: readonly Attempt[]): (readonly string[])[] =>
  attempts.filter(({ outcome }) => outcome === 'holds').map(({ changes }) => changes);

/** Which of a proposal's changes, taken back, make the property hold; undefined where its base breaks it as well. */
export function restoring(
  label: string,
  candidate: Semantics,
  run: (semantics: Semantics) => Outcome,
  runs?: number,
): Counterfactual | undefined {
  const { ground } = candidate;
  if (ground === undefined) return undefined;
  const changes = listChanges(candidate.changes).map(changeText);
  if (run(restored(candidate, new Set(changes))) !== 'holds') return undefined;
  const found = search(changes, (dropped) => run(restored(candidate, dropped)), runs);
  return { label, semantics: candidate.name, against: ground.name, way: 'restored', ...found };
}

/** What one kernel would have to take from another. */
function differences(kernel: Semantics, other: Semantics): Changes {
  return {
    features: {
      add: [...other.features].filter((feature) => !kernel.features.has(feature)),
      remove: [...kernel.features].filter((feature) => !other.features.has(feature)),
    },
  };
}

/**
 * Which features of another kernel make the property hold. `others` in the order in which they are asked; the first one where
 * it holds is taken. Undefined where it holds on none.
 */
export function adopting(
  label: string,
  kernel: Semantics,
  others: readonly Semantics[],
  run: (semantics: Semantics) => Outcome,
): Counterfactual | undefined {
  const other = others.find((each) => run(each) === 'holds');
  if (other === undefined) return undefined;
  const all = differences(kernel, other);
  const changes = listChanges(all).map(changeText);
  const found = search(changes, (some) => {
    const adopted: Changes = {
      features: {
        add: (all.features?.add ?? []).filter((feature) => some.has(`feature added ${feature}`)),
        remove: (all.features?.remove ?? []).filter((feature) => some.has(`feature removed ${feature}`)),
      },
    };
    return run({ ...kernel, features: featuresAfter(kernel.features, adopted) });
  });
  return { label, semantics: kernel.name, against: other.name, way: 'adopted', ...found };
}
