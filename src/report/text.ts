/** A whole run as text for a terminal. */
import type { CheckResult, CheckVerdict, Counterexample } from '../scenario/result.ts';
import type { Palette } from './colour.ts';
import { counterexampleText, shortCounterexample } from './counterexample.ts';
import { coverageText, suiteCoverage } from './coverage.ts';
import { asExpected, type SuiteReport } from './suite.ts';
import { familyTable, totalsText, verdictTable } from './verdicts.ts';
import { clean, wrap } from './width.ts';

export interface TextOptions {
  readonly palette: Palette;
  /** Expected counterexamples in full, every property by name, whole lists. */
  readonly verbose: boolean;
  readonly width: number;
}

interface Shown {
  readonly result: CheckResult;
  readonly verdict: CheckVerdict;
}

function verdictsWhere(results: readonly CheckResult[], test: (verdict: CheckVerdict) => boolean): Shown[] {
  return results.flatMap((result) => result.verdicts.filter(test).map((verdict) => ({ result, verdict })));
}

/** Why a verdict is not the expected one, where there is no trace to show. */
function reason({ result, verdict }: Shown): string {
  const where = `${clean(result.file)} under ${result.semantics}, grain ${result.grain}: ${clean(verdict.label)}`;
  switch (verdict.verdict) {
    case 'unknown':
      return `${where} is unknown: ${verdict.bounds.join(', ') || 'a bound was hit'}`;
    case 'vacuous':
      return `${where} is vacuous: nothing was ever there that could have broken it`;
    default:
      return `${where}: expected ${verdict.expected}, found ${verdict.verdict}${verdict.explanation === '' ? '' : `. ${verdict.explanation}`}`;
  }
}

function unexpectedSection({ results }: SuiteReport, { palette, width }: TextOptions): string[] {
  const shown = verdictsWhere(results, (verdict) => !asExpected(verdict));
  if (shown.length === 0) return [];
  const texts = shown.flatMap(({ result, verdict }) =>
    verdict.trace === undefined
      ? [...wrap(reason({ result, verdict }), width, 2), '']
      : [counterexampleText(result, verdict, verdict.trace, palette)],
  );
  return [palette.bad(`Not as expected: ${shown.length}`), '', ...texts];
}

/** Kernels that break it in the same way are named together. */
function inShort(shown: readonly (Shown & { readonly trace: Counterexample })[]): string[] {
  const groups = new Map<string, (Shown & { readonly trace: Counterexample })[]>();
  for (const each of shown) {
    const key = JSON.stringify([each.result.file, each.verdict.label, each.trace.why, each.trace.steps.length]);
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()].flatMap((alike) => {
    const [first] = alike;
    if (first === undefined) return [];
    const runs = alike.map(({ result }) => `${result.semantics}@${result.grain}`);
    return [shortCounterexample(first.result, first.verdict, first.trace, runs)];
  });
}

function byDesignSection({ results }: SuiteReport, { palette, verbose }: TextOptions): string[] {
  const all = verdictsWhere(results, (verdict) => asExpected(verdict) && verdict.verdict === 'violated');
  const shown = all.flatMap((each) =>
    each.verdict.trace === undefined ? [] : [{ ...each, trace: each.verdict.trace }],
  );
  if (shown.length === 0) return [];
  const texts = verbose
    ? shown.map(({ result, verdict, trace }) => counterexampleText(result, verdict, trace, palette))
    : inShort(shown);
  const more = verbose ? '' : ' (--verbose shows every step)';
  return [palette.strong(`What breaks by design: ${all.length} as expected${more}`), '', ...texts];
}

export function suiteText(report: SuiteReport, options: TextOptions): string {
  const { results } = report;
  const { palette, verbose, width } = options;
  const coverage = coverageText(suiteCoverage(results, report.universe), width, verbose);
  const lines = [
    ...byDesignSection(report, options),
    ...unexpectedSection(report, options),
    ...verdictTable(results, palette, verbose),
    '',
    ...familyTable(results, palette),
    '',
    ...coverage,
    '',
    ...(report.interrupted ? [palette.doubtful('interrupted: what follows counts only what was checked before')] : []),
    ...wrap(totalsText(results), width, 2),
    exitLine(report, palette),
  ];
  return `${lines.join('\n')}\n`;
}

function exitLine({ exitCode, exitMeaning }: SuiteReport, palette: Palette): string {
  const paint = exitCode === 0 ? palette.good : exitCode === 3 || exitCode === 5 ? palette.doubtful : palette.bad;
  return paint(`exit ${exitCode}: ${exitMeaning}`);
}
