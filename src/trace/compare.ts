/** What a step was expected to return, against what a command of the model returned. */
import type { Expectation, Json } from './format.ts';
import { RECORD_KEYS } from './schema.ts';

/** What the model returned: success or an errno, and the values by result key. */
export interface Answer {
  /** Null after success. */
  readonly errno: string | null;
  readonly values: Readonly<Record<string, unknown>>;
}

export interface Difference {
  readonly key: string;
  readonly expected: Json;
  /** Undefined: the model does not say. */
  readonly actual: unknown;
}

export interface Comparison {
  /** How many results were compared. */
  readonly compared: number;
  readonly differences: readonly Difference[];
}

/** Equality of JSON values; the order of members does not count. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => sameJson(item, b[i]));
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null || Array.isArray(b)) return a === b;
  const keys = Object.keys(a);
  const other = b as Record<string, unknown>;
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && sameJson((a as Record<string, unknown>)[key], other[key]))
  );
}

const sorted = (values: readonly unknown[]): readonly unknown[] => values.map((value) => JSON.stringify(value)).sort();
const sameUnordered = (a: readonly unknown[], b: readonly unknown[]): boolean => sameJson(sorted(a), sorted(b));

function counted(names: readonly unknown[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[String(name)] = (counts[String(name)] ?? 0) + 1;
  return counts;
}

const withoutZeros = (counts: Json): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(counts as object).filter(([, count]) => count !== 0));

/** Keys whose value follows from a list that the model returned under another key. */
interface Derived {
  readonly from: string;
  readonly agrees: (expected: Json, list: readonly unknown[]) => boolean;
}

const every = (names: Json, test: (name: Json) => boolean): boolean => (names as readonly Json[]).every(test);

const DERIVED: Readonly<Record<string, Derived>> = {
  ranSet: {
    from: 'ran',
    agrees: (expected, ran) => sameUnordered([...new Set(expected as readonly Json[])], [...new Set(ran)]),
  },
  ranCounts: { from: 'ran', agrees: (expected, ran) => sameJson(withoutZeros(expected), counted(ran)) },
  ranTotal: { from: 'ran', agrees: (expected, ran) => expected === ran.length },
  ranIncludes: { from: 'ran', agrees: (expected, ran) => every(expected, (name) => ran.includes(name)) },
  notRan: { from: 'ran', agrees: (expected, ran) => every(expected, (name) => !ran.includes(name)) },
  progsSet: { from: 'progs', agrees: (expected, progs) => sameUnordered(expected as readonly Json[], progs) },
  includes: { from: 'ids', agrees: (expected, ids) => every(expected, (name) => ids.includes(name)) },
  excludes: { from: 'ids', agrees: (expected, ids) => every(expected, (name) => !ids.includes(name)) },
  /** Descriptors that had the number before; several, if it was used several times. */
  numberOf: { from: 'numberOf', agrees: (expected, handles) => handles.includes(expected) },
};

/** A set of flags has no order. */
const sameFlags = (expected: Json, actual: unknown): boolean =>
  Array.isArray(expected) && Array.isArray(actual) && sameUnordered(expected, actual);

const AGREES: Readonly<Record<string, (expected: Json, actual: unknown) => boolean>> = {
  attachFlags: sameFlags,
  progAttachFlags: (expected, actual) =>
    Array.isArray(expected) &&
    Array.isArray(actual) &&
    expected.length === actual.length &&
    expected.every((flags, i) => sameFlags(flags as Json, actual[i])),
  textContains: (expected, actual) => typeof actual === 'string' && actual.includes(expected as string),
  runCountMin: (expected, actual) => typeof actual === 'number' && actual >= (expected as number),
};

/** Keys that say how to compare, or whether the step succeeded; the others name results. */
const OUTCOMES = ['ok', 'errno', 'error', 'eventually', 'mayBe'];

function compareOutcome(expect: Expectation, answer: Answer): Difference | undefined {
  // An event can be denied with an errno although it took place: the model then returns that errno as a value.
  const said = answer.errno ?? answer.values['errno'] ?? null;
  if (expect['error'] === true) return said === null ? { key: 'error', expected: true, actual: 'ok' } : undefined;
  const expected = expect['errno'];
  if (expected !== undefined) return said === expected ? undefined : { key: 'errno', expected, actual: said ?? 'ok' };
  // Results alone imply that the command succeeded, "ok" that nothing was denied either.
  const failed = expect['ok'] === true ? said : answer.errno;
  return failed === null ? undefined : { key: 'ok', expected: true, actual: failed };
}

function compareResult(key: string, expected: Json, values: Answer['values']): Difference | undefined {
  const derived = DERIVED[key];
  const said = values[derived?.from ?? key];
  const raw = said === undefined && RECORD_KEYS.includes(key) ? [] : said;
  if (raw === undefined) return { key, expected, actual: undefined };
  if (derived !== undefined) {
    const list = Array.isArray(raw) ? raw : [raw];
    return derived.agrees(expected, list) ? undefined : { key, expected, actual: raw };
  }
  return (AGREES[key] ?? sameJson)(expected, raw) ? undefined : { key, expected, actual: raw };
}

/** Compares every key of the expectation. One with result keys and no errno expects success. */
export function compare(expect: Expectation, answer: Answer): Comparison {
  const outcome = compareOutcome(expect, answer);
  const keys = Object.keys(expect).filter((key) => !OUTCOMES.includes(key));
  const differences = keys.flatMap((key) => compareResult(key, expect[key] as Json, answer.values) ?? []);
  return { compared: keys.length + 1, differences: outcome === undefined ? differences : [outcome, ...differences] };
}

/** The expectations of which one must be met: those of `mayBe`, or the one. */
export function alternativesOf(expect: Expectation): readonly Expectation[] {
  const alternatives = expect['mayBe'];
  return Array.isArray(alternatives) ? (alternatives as readonly Expectation[]) : [expect];
}
