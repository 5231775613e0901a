/**
 * Records: what the gate compares. A record says of one scenario under one semantics which verdicts it has, in which
 * outcomes it ends, which command said which errno, and what was covered; nothing that changes with the machine, the
 * numbering of states or the time.
 */
import type { CheckResult, Verdict } from '../scenario/result.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { StepReport } from '../trace/retrace.ts';
import type { Grain } from '../world/input.ts';

export interface CoverageRecord {
  /** `op check` that was seen to fail. Those that pass are most of a command, and a new one would change every record. */
  readonly failed: readonly string[];
  /** `kind: PHASE -EVENT-> PHASE`. */
  readonly charts: readonly string[];
  readonly works: readonly string[];
}

export type CoveragePart = keyof CoverageRecord;
export const COVERAGE_PARTS: readonly CoveragePart[] = ['failed', 'charts', 'works'];

/** One scenario under one semantics at one grain. Lists are sorted and have no item twice. */
export interface RunRecord {
  /** Why the setup does not succeed under this semantics; then nothing else is known. */
  readonly setup: string | undefined;
  /** Bounds that were hit: what was not seen may be there. */
  readonly bounds: readonly string[];
  /** Of the checks of the scenario, by label. */
  readonly verdicts: Readonly<Record<string, Verdict>>;
  /** Laws of the model that do not hold, and `no-deadlock`; no scenario asks for them. */
  readonly laws: Readonly<Record<string, Verdict>>;
  /** Shortest trace of every violation, a line `actor command result` for each step. */
  readonly traces: Readonly<Record<string, readonly string[]>>;
  /** `alice.r ok, bob.r ENOENT`: what some run ends with. */
  readonly outcomes: readonly string[];
  /** `ok` and errnos by command. */
  readonly errnos: Readonly<Record<string, readonly string[]>>;
  readonly coverage: CoverageRecord;
}

export interface ScenarioRecord {
  /** Path of the scenario. */
  readonly scenario: string;
  readonly semantics: string;
  readonly runs: Readonly<Partial<Record<Grain, RunRecord>>>;
}

export const sorted = (items: Iterable<string>): readonly string[] => [...new Set(items)].sort();

/** `alice prog_attach ENOENT`: what a fingerprint knows of a step. Deferred work has no result. */
export const stepLine = ({ actor, op, result }: Pick<StepReport, 'actor' | 'op' | 'result'>): string =>
  [actor, op, ...(result === '' ? [] : [result])].join(' ');

const outcomeLine = (results: Readonly<Record<string, string>>): string =>
  sorted(Object.keys(results))
    .map((name) => `${name} ${results[name]}`)
    .join(', ');

function errnoTable(results: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const table = new Map<string, string[]>();
  for (const each of results) {
    const [op = '', errno = ''] = each.split(' ');
    table.set(op, [...(table.get(op) ?? []), errno]);
  }
  return Object.fromEntries([...table].map(([op, errnos]) => [op, sorted(errnos)]));
}

const NO_COVERAGE: CoverageRecord = { failed: [], charts: [], works: [] };

/** A run whose setup does not succeed. */
export const withoutSetup = (why: string): RunRecord => ({
  setup: why,
  bounds: [],
  verdicts: {},
  laws: {},
  traces: {},
  outcomes: [],
  errnos: {},
  coverage: NO_COVERAGE,
});

/** What a check that was seen to be false is written with. */
const FAILED = ' false';

export function runRecord({ checks }: Pick<Scenario, 'checks'>, result: CheckResult): RunRecord {
  const own = new Set(checks.map(({ label }) => label));
  const { verdicts, coverage, bounds, outcomes } = result;
  const traces = verdicts.flatMap(({ label, verdict, trace }) =>
    verdict === 'violated' && trace !== undefined ? [[label, trace.steps.map(stepLine)] as const] : [],
  );
  return {
    setup: undefined,
    bounds: sorted(bounds),
    verdicts: Object.fromEntries(
      verdicts.flatMap(({ label, verdict }) => (own.has(label) ? [[label, verdict] as const] : [])),
    ),
    // Laws are only reported when somebody asked or they broke; one that holds is the same as one that is not named.
    laws: Object.fromEntries(
      verdicts.flatMap(({ label, verdict }) =>
        own.has(label) || verdict === 'holds' ? [] : [[label, verdict] as const],
      ),
    ),
    traces: Object.fromEntries(traces),
    outcomes: sorted(outcomes.map(({ results }) => outcomeLine(results))),
    errnos: errnoTable(coverage.results),
    coverage: {
      failed: sorted(
        coverage.checks.flatMap((check) => (check.endsWith(FAILED) ? [check.slice(0, -FAILED.length)] : [])),
      ),
      charts: sorted(coverage.charts),
      works: sorted(coverage.works),
    },
  };
}
