/** What a whole run hands to the reports, and the counts that all of them show. Nothing here decides what holds. */
import type { CheckResult, CheckVerdict, Verdict } from '../scenario/result.ts';

/** Everything that a model could do, for "never covered". */
export interface Universe {
  readonly commands: readonly string[];
  readonly errnos: readonly string[];
  /** `kind: PHASE -EVENT-> PHASE`. */
  readonly charts: readonly string[];
  readonly works: readonly string[];
}

export interface SuiteReport {
  /** Version of the program. */
  readonly version: string;
  readonly results: readonly CheckResult[];
  readonly universe: Universe;
  readonly exitCode: number;
  /** What the exit code means, in words. */
  readonly exitMeaning: string;
  /** The user stopped the run before all scenarios were checked. */
  readonly interrupted: boolean;
}

export interface Counts {
  readonly scenarios: number;
  /** Scenarios times semantics. */
  readonly runs: number;
  readonly verdicts: Readonly<Record<Verdict, number>>;
  /** Verdicts that differ from what their scenario expects. */
  readonly unexpected: number;
  readonly violatedAsExpected: number;
  readonly states: number;
  readonly transitions: number;
  readonly seconds: number;
}

export const asExpected = ({ verdict, expected }: Pick<CheckVerdict, 'verdict' | 'expected'>): boolean =>
  verdict === expected;

export function countsOf(results: readonly CheckResult[]): Counts {
  const verdicts = results.flatMap((result) => result.verdicts);
  const count = (test: (verdict: CheckVerdict) => boolean): number => verdicts.filter(test).length;
  const sum = (value: (result: CheckResult) => number): number =>
    results.reduce((total, result) => total + value(result), 0);
  const of = (wanted: Verdict): number => count(({ verdict }) => verdict === wanted);
  return {
    scenarios: new Set(results.map(({ file }) => file)).size,
    runs: results.length,
    verdicts: { holds: of('holds'), violated: of('violated'), unknown: of('unknown'), vacuous: of('vacuous') },
    unexpected: count((verdict) => !asExpected(verdict)),
    violatedAsExpected: count((verdict) => verdict.verdict === 'violated' && asExpected(verdict)),
    states: sum(({ states }) => states),
    transitions: sum(({ transitions }) => transitions),
    seconds: sum(({ seconds }) => seconds),
  };
}

/** Results by family, families in alphabetical order. */
export function byFamily(
  results: readonly CheckResult[],
): readonly { readonly family: string; readonly results: readonly CheckResult[] }[] {
  const families = new Map<string, CheckResult[]>();
  for (const result of results) families.set(result.family, [...(families.get(result.family) ?? []), result]);
  return [...families]
    .map(([family, own]) => ({ family, results: own }))
    .sort((a, b) => (a.family < b.family ? -1 : 1));
}
