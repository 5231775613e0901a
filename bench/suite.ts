/** The second benchmark: the scenarios through the command, from process start to exit. */
import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import process from 'node:process';
import { EngineError, lastJson, type Measured, measure } from './measure.ts';
import { median } from './run.ts';

/** Exit codes of a check that ran to its end. */
const CHECKED = [0, 1, 3, 5];

export interface SuiteRun {
  readonly engine: 'lastref';
  readonly model: 'suite';
  /** What was checked: all scenarios, or one. */
  readonly scenario: string;
  readonly threads: 1;
  readonly runs: number;
  readonly states: number;
  readonly transitions: number;
  /** From start to exit of the process. */
  readonly seconds: number;
  readonly cpuSeconds: number | null;
  readonly transitionsPerSecond: number;
  readonly peakRssBytes: number | null;
}

/** The smallest file: what is left of its time is the start. */
function smallestScenario(root: string): string {
  const folder = join(root, 'scenarios');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => join(folder, file))
    .sort((a, b) => statSync(a).size - statSync(b).size || (a < b ? -1 : 1));
  if (files[0] === undefined) throw new EngineError(`no scenarios below ${folder}`);
  return relative(root, files[0]);
}

function check(root: string, paths: readonly string[]): Measured {
  const args = [join(root, 'bin/lastref.js'), 'check', ...paths, '--format', 'json'];
  return measure(process.execPath, args, { cwd: root, accept: CHECKED });
}

function suiteRun(root: string, paths: readonly string[]): SuiteRun {
  const { output, seconds, cpuSeconds, peakRssBytes } = check(root, paths);
  const { summary } = (output.startsWith('{\n') ? JSON.parse(output) : lastJson(output)) as {
    summary: { runs: number; states: number; transitions: number };
  };
  return {
    engine: 'lastref',
    model: 'suite',
    scenario: paths[0] ?? 'all',
    threads: 1,
    runs: summary.runs,
    states: summary.states,
    transitions: summary.transitions,
    seconds,
    cpuSeconds,
    transitionsPerSecond: summary.transitions / seconds,
    peakRssBytes,
  };
}

/** Checks one small scenario and all of them, in turn. The first start, which makes the bundle, does not count. */
export function suite(
  root: string,
  scenario: string | undefined,
  rounds: number,
  onRun: (run: SuiteRun, round: number) => void,
): SuiteRun[] {
  const small = scenario ?? smallestScenario(root);
  check(root, [small]);
  const runs = new Map<string, SuiteRun[]>();
  for (let round = 1; round <= rounds; round++)
    for (const paths of [[small], []]) {
      const run = suiteRun(root, paths);
      runs.set(run.scenario, [...(runs.get(run.scenario) ?? []), run]);
      onRun(run, round);
    }
  return [...runs.values()].map((list) => {
    const seconds = median(list.map((run) => run.seconds));
    return { ...(list[0] as SuiteRun), seconds, transitionsPerSecond: (list[0] as SuiteRun).transitions / seconds };
  });
}
