/** What free running showed: which outcomes of the model were seen, which never, and which it does not have. */
import { type LostKernel, lostText } from './conform.ts';
import { type Cell, type Column, table } from './table.ts';
import { clean } from './width.ts';

export interface SeenOutcome {
  readonly results: Readonly<Record<string, string>>;
  readonly times: number;
}

export interface StressedScenario {
  readonly file: string;
  readonly runs: number;
  readonly seen: readonly SeenOutcome[];
  /** Seen, and not among the outcomes of the model. */
  readonly strange: readonly SeenOutcome[];
}

export interface StressReport {
  readonly kernel: string;
  readonly semantics: string;
  readonly seed: string;
  readonly scenarios: readonly StressedScenario[];
  /** Scenarios that have nothing to run freely, by reason. */
  readonly notRunnable: Readonly<Record<string, readonly string[]>>;
  /** The kernel or its agent broke down; what follows was not run. */
  readonly lost?: LostKernel;
  readonly seconds: number;
  readonly exitCode: number;
  readonly exitMeaning: string;
}

const shown = ({ results }: SeenOutcome): string =>
  Object.entries(results)
    .map(([name, result]) => `${name} = ${result}`)
    .join(', ');

const COLUMNS: readonly Column[] = [
  { title: 'scenario' },
  ...['runs', 'outcomes', 'seen', 'never seen', 'not in the model'].map((title) => ({ title, right: true })),
];

export function stressText(report: StressReport): string {
  const never = (scenario: StressedScenario): readonly SeenOutcome[] =>
    scenario.seen.filter(({ times }) => times === 0);
  const rows = report.scenarios.map((scenario): readonly Cell[] =>
    [
      scenario.file,
      scenario.runs,
      scenario.seen.length,
      scenario.seen.length - never(scenario).length,
      never(scenario).length,
      scenario.strange.length,
    ].map((value) => ({ text: String(value) })),
  );
  const details = report.scenarios.flatMap((scenario) => [
    ...scenario.strange.map((seen) => `${scenario.file}: not in the model, ${seen.times} times: ${shown(seen)}`),
    ...never(scenario).map((seen) => `${scenario.file}: never seen: ${shown(seen)}`),
  ]);
  const refused = Object.entries(report.notRunnable).map(([why, names]) => `not run: ${names.length}: ${why}`);
  const lost = report.lost === undefined ? [] : lostText(report.lost);
  const end = `kernel ${report.kernel}, semantics ${report.semantics}, seed ${report.seed}, ${report.seconds.toFixed(1)} s`;
  const lines = [...details, ...refused, ...lost, end, `exit ${report.exitCode}: ${report.exitMeaning}`];
  return `${[...table(COLUMNS, rows), '', ...lines.map(clean)].join('\n')}\n`;
}

/** One report for each kernel. */
export const stressJson = (reports: readonly StressReport[]): string => `${JSON.stringify(reports, null, 2)}\n`;
