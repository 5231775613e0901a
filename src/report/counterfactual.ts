/** A counterfactual in sentences. */
import type { Attempt, Counterfactual } from '../explain/counterfactual.ts';
import { clean, wrap } from './width.ts';

const INDENT = 2;
/** Single changes that do not help; more are counted. */
const SHOWN = 4;

const and = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

/** `feature removed x` is a feature to whoever wants it back. */
function named(change: string): string {
  if (change.startsWith('feature removed ')) return `the feature ${change.slice('feature removed '.length)}`;
  if (change.startsWith('feature added ')) return `the absence of the feature ${change.slice('feature added '.length)}`;
  return change;
}

/** A kernel that adopts gets the feature, where one that is restored loses it. */
const namedFor = (way: Counterfactual['way'], change: string): string => {
  const [added, removed] = ['feature added ', 'feature removed '];
  if (way === 'restored') return named(change);
  return named(change.startsWith(added) ? change.replace(added, removed) : change.replace(removed, added));
};

function helps({ way, against, label }: Counterfactual, changes: readonly string[]): string {
  const what = and(changes.map((change) => namedFor(way, change)));
  return way === 'restored'
    ? `Restoring ${what} as in ${against} makes ${label} hold.`
    : `With ${what} as in ${against}, ${label} holds.`;
}

function helpsNot({ way }: Counterfactual, tried: readonly Attempt[]): string[] {
  if (tried.length === 0) return [];
  const shown = tried
    .slice(0, SHOWN)
    .map(({ changes, outcome }) => `${changes.map((change) => namedFor(way, change)).join()} (${outcome})`);
  const more = tried.length > SHOWN ? [`${tried.length - SHOWN} more`] : [];
  return [
    `${way === 'restored' ? 'Restoring' : 'Taking over'} one of these alone does not: ${and([...shown, ...more])}.`,
  ];
}

/** Lines of at most `width` columns. */
export function counterfactualLines(found: Counterfactual, width: number): string[] {
  const { smallest, attempts, complete, against, way } = found;
  const single = attempts.filter(({ changes, outcome }) => changes.length === 1 && outcome !== 'holds');
  const none = way === 'restored' ? `Nothing less than all of ${against}` : `Nothing that ${against} has`;
  const sentences = [
    ...smallest.map((changes) => helps(found, changes)),
    ...(smallest.length === 0
      ? [`${none} makes it hold, as far as ${attempts.length} sets of changes were tried.`]
      : helpsNot(found, single)),
    ...(complete ? [] : [`Not every set of changes was tried: ${attempts.length} runs were the limit.`]),
  ];
  return sentences.flatMap((text) =>
    wrap(clean(text), width - INDENT, 2).map((line) => `${' '.repeat(INDENT)}${line}`),
  );
}
