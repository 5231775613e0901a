/** What follows from what: of several properties that fail in one run, those that are broken, and those that only follow. */
import type { Implication } from '../modelling/property.ts';

export interface Consequence {
  readonly property: string;
  readonly because: string;
}

export interface Sorted {
  /** Fail, and nothing else that fails implies them. */
  readonly broken: readonly string[];
  /** Fail because one that is broken implies them, with the one nearest to them. */
  readonly following: readonly (Consequence & { readonly from: string })[];
}

/** Implications that name one property and no other possibility, given what fails. */
function decided(
  implications: readonly Implication[],
  fails: ReadonlySet<string>,
): readonly { readonly from: string; readonly to: string; readonly because: string }[] {
  return implications.flatMap(({ if: from, follows: then, when, because }) => {
    if (when === 'may') return [];
    const possible = then.filter((property) => fails.has(property));
    const [to] = possible;
    // Where several of them fail, it cannot be said which one follows.
    return fails.has(from) && possible.length === 1 && to !== undefined ? [{ from, to, because }] : [];
  });
}

/** Sorts the properties that fail in one run. */
export function sorted(failing: readonly string[], implications: readonly Implication[]): Sorted {
  const fails = new Set(failing);
  const edges = decided(implications, fails);
  const following = [...fails].flatMap((property) => {
    const edge = edges.find(
      ({ from, to }) => to === property && !edges.some((back) => back.from === to && back.to === from),
    );
    return edge === undefined ? [] : [{ property, from: edge.from, because: edge.because }];
  });
  const follows = new Set(following.map(({ property }) => property));
  return { broken: [...fails].filter((property) => !follows.has(property)), following };
}
