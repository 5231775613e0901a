/** A gate as KTAP (Documentation/dev-tools/ktap.rst): a test for each run, with a subtest for each divergence. */
import type { Finding } from '../../gate/gate.ts';
import { problemText } from '../../scenario/problem.ts';
import { clean } from '../width.ts';
import { type GateReport, headText, reasonTexts, waiverText } from './report.ts';
import { type GateRun, gateRuns } from './runs.ts';

const VERSION = 'KTAP version 1';

/** A `#` would begin a directive. */
const described = (text: string): string => clean(text).replaceAll('#', '\\#');

function subtest(finding: Finding, number: number): readonly string[] {
  const { waiver, divergence } = finding;
  const said = reasonTexts(finding).map((text) => `  # ${clean(text)}`);
  const skip = waiver === undefined ? '' : ` # SKIP ${clean(waiverText(finding))}`;
  const fingerprint = `  # fingerprint ${divergence.fingerprint}`;
  return [
    ...said,
    fingerprint,
    `  ${waiver === undefined ? 'not ok' : 'ok'} ${number} ${described(headText(finding))}${skip}`,
  ];
}

function test({ name, findings }: GateRun, number: number): readonly string[] {
  const ok = findings.every(({ waiver }) => waiver !== undefined);
  const line = `${ok ? 'ok' : 'not ok'} ${number} ${described(name)}`;
  if (findings.length === 0) return [line];
  return [
    `  ${VERSION}`,
    `  1..${findings.length}`,
    ...findings.flatMap((finding, i) => subtest(finding, i + 1)),
    line,
  ];
}

export function gateKtap(report: GateReport): string {
  const runs = gateRuns(report);
  const { problems } = report;
  const lines = [
    VERSION,
    `1..${runs.length + problems.length}`,
    ...runs.flatMap((run, i) => test(run, i + 1)),
    ...problems.map((problem, i) => `not ok ${runs.length + i + 1} ${described(problemText(problem))}`),
    `# ${clean(report.candidate.name)}: exit ${report.exitCode}: ${report.exitMeaning}`,
  ];
  return `${lines.join('\n')}\n`;
}
