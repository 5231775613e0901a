/** The verdict table of a suite: one row for each scenario and semantics, and a summary for each family. */
import type { CheckResult, CheckVerdict, Verdict } from '../scenario/result.ts';
import type { Palette } from './colour.ts';
import { asExpected, byFamily, type Counts, countsOf } from './suite.ts';
import { type Cell, table } from './table.ts';
import { breakable, clean, KEEP, wrap } from './width.ts';

/** `812`, `12.3k`, `4.5M`. */
export function shortNumber(value: number): string {
  if (value < 10_000) return String(Math.round(value));
  return value < 1e6 ? `${(value / 1e3).toFixed(1)}k` : `${(value / 1e6).toFixed(1)}M`;
}

export const shortSeconds = (seconds: number): string => `${seconds < 10 ? seconds.toFixed(2) : seconds.toFixed(1)}s`;

/** Everything that is not what the scenario expects, in capitals. */
function loudText({ label, verdict, expected, bounds }: CheckVerdict): string {
  const why = verdict === 'unknown' && bounds.length > 0 ? `: ${bounds.join(', ')}` : '';
  return `${clean(label)} ${verdict.toUpperCase()}${clean(why)} (expected: ${expected})`;
}

/** Wider lists of verdicts go on in the next row. */
const VERDICTS_WIDTH = 72;

/** `no-gap, order violated (expected); 3 hold`: everything that is as expected, in as many lines as it takes. */
function quietLines(verdicts: readonly CheckVerdict[], verbose: boolean): string[] {
  const groups = (['violated', 'unknown', 'vacuous', 'holds'] as const).flatMap((wanted) => {
    const labels = verdicts.filter(({ verdict }) => verdict === wanted).map(({ label }) => clean(label));
    if (labels.length === 0) return [];
    if (wanted !== 'holds') return [`${labels.join(', ')} ${wanted}${KEEP}(expected)`];
    const who = verbose ? labels.join(', ') : String(labels.length);
    return [`${who} ${labels.length === 1 ? 'holds' : 'hold'}`];
  });
  return groups.length === 0 ? [] : wrap(groups.join('; '), VERDICTS_WIDTH, 2).map(breakable);
}

/** Cells of one run: what is unexpected first, each loud and alone, then the others. */
function verdictCells({ verdicts }: CheckResult, palette: Palette, verbose: boolean): Cell[] {
  const unexpected = verdicts.filter((verdict) => !asExpected(verdict));
  const expected = verdicts.filter((verdict) => asExpected(verdict));
  const isBad = ({ verdict }: CheckVerdict): boolean => verdict === 'violated' || verdict === 'holds';
  const paint = expected.every(({ verdict }) => verdict === 'holds') ? palette.good : undefined;
  return [
    ...unexpected.map((verdict) => ({
      text: loudText(verdict),
      paint: isBad(verdict) ? palette.bad : palette.doubtful,
    })),
    ...quietLines(expected, verbose).map((text) => ({ text, paint })),
  ];
}

/** `scenarios/replace/two-managers.yaml` → `replace/two-managers`. */
export const shortFile = (file: string): string =>
  clean(file)
    .replace(/^(?:\.\/)?scenarios\//, '')
    .replace(/\.ya?ml$/, '');

/** Rows of one run; verdicts after the first stand below it. A scenario is named once for its first semantics. */
function rowsOf(result: CheckResult, before: CheckResult | undefined, palette: Palette, verbose: boolean): Cell[][] {
  const [first = { text: 'nothing to check', paint: palette.bad }, ...more] = verdictCells(result, palette, verbose);
  const head: Cell[] = [
    { text: before?.file === result.file ? '' : shortFile(result.file) },
    { text: clean(`${result.semantics}@${result.grain}`) },
    { text: shortNumber(result.states) },
    { text: shortSeconds(result.seconds), paint: palette.quiet },
    first,
  ];
  return [head, ...more.map((cell) => [{ text: '' }, { text: '' }, { text: '' }, { text: '' }, cell])];
}

export function verdictTable(results: readonly CheckResult[], palette: Palette, verbose: boolean): string[] {
  const columns = [
    { title: 'scenario' },
    { title: 'semantics@grain' },
    { title: 'states', right: true },
    { title: 'time', right: true },
    { title: 'verdicts' },
  ];
  const ordered = byFamily(results).flatMap((family) => family.results);
  return table(
    columns,
    ordered.flatMap((result, i) => rowsOf(result, ordered[i - 1], palette, verbose)),
  );
}

const plural = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`;

/** `3 hold, 1 violated (all as expected)`. */
function verdictCounts({ verdicts, violatedAsExpected }: Counts): string {
  const parts: readonly (readonly [Verdict, string])[] = [
    ['holds', 'hold'],
    [
      'violated',
      violatedAsExpected === verdicts.violated ? 'violated as expected' : `violated (${violatedAsExpected} expected)`,
    ],
    ['unknown', 'unknown'],
    ['vacuous', 'vacuous'],
  ];
  const said = parts
    .filter(([verdict]) => verdicts[verdict] > 0)
    .map(([verdict, word]) => `${verdicts[verdict]} ${word}`);
  return said.length === 0 ? 'no verdict' : said.join(', ');
}

export function familyTable(results: readonly CheckResult[], palette: Palette): string[] {
  const columns = [
    { title: 'family' },
    ...['scenarios', 'runs', 'hold', 'violated', 'unknown', 'vacuous', 'unexpected', 'states', 'time'].map((title) => ({
      title,
      right: true,
    })),
  ];
  const row = (name: string, own: readonly CheckResult[]): Cell[] => {
    const { scenarios, runs, verdicts, unexpected, states, seconds } = countsOf(own);
    const numbers = [scenarios, runs, verdicts.holds, verdicts.violated, verdicts.unknown, verdicts.vacuous].map(
      (n) => ({ text: String(n) }),
    );
    const bad = { text: String(unexpected), paint: unexpected > 0 ? palette.bad : undefined };
    return [{ text: clean(name) }, ...numbers, bad, { text: shortNumber(states) }, { text: shortSeconds(seconds) }];
  };
  const families = byFamily(results).map(({ family, results: own }) => row(family, own));
  return table(columns, families.length > 1 ? [...families, row('all', results)] : families);
}

/** The run in one sentence. */
export function totalsText(results: readonly CheckResult[]): string {
  const counts = countsOf(results);
  const unexpected = counts.unexpected === 0 ? '' : `; ${counts.unexpected} NOT AS EXPECTED`;
  return `${plural(counts.scenarios, 'scenario')}, ${plural(counts.runs, 'run')}: ${verdictCounts(counts)}${unexpected}; ${shortNumber(counts.states)} states, ${shortNumber(counts.transitions)} transitions, ${shortSeconds(counts.seconds)}`;
}
