/** A gate as JUnit XML: a suite for each run, a case for each divergence, one that passes where there is none. */
import type { Finding } from '../../gate/gate.ts';
import { problemText } from '../../scenario/problem.ts';
import { counterexampleText } from '../counterexample.ts';
import { attributes, escapeXml } from '../xml.ts';
import { type GateReport, headText, reasonTexts, waiverText } from './report.ts';
import { type GateRun, gateRuns } from './runs.ts';

function body(finding: Finding): string {
  const { evidence, divergence } = finding;
  const trace = evidence?.verdict.trace;
  const text =
    evidence === undefined || trace === undefined
      ? []
      : [counterexampleText(evidence.result, { ...evidence.verdict, expected: 'holds' }, trace)];
  return [headText(finding), ...reasonTexts(finding), `fingerprint ${divergence.fingerprint}`, ...text].join('\n');
}

function testCase(run: GateRun, finding: Finding): string {
  const head = `    <testcase${attributes({ name: headText(finding), classname: run.name, file: run.scenario })}>`;
  const { divergence, waiver } = finding;
  const inner =
    waiver === undefined
      ? `      <failure${attributes({ message: headText(finding), type: divergence.class })}>${escapeXml(body(finding))}</failure>`
      : `      <skipped${attributes({ message: `${waiverText(finding)}, fingerprint ${divergence.fingerprint}` })}/>`;
  return [head, inner, '    </testcase>'].join('\n');
}

const open = (findings: readonly Finding[]): number => findings.filter(({ waiver }) => waiver === undefined).length;

function suite(run: GateRun): readonly string[] {
  const { name, scenario, findings } = run;
  const tests = Math.max(1, findings.length);
  const failures = open(findings);
  const cases =
    findings.length === 0
      ? [`    <testcase${attributes({ name: 'as the baseline', classname: name, file: scenario })}/>`]
      : findings.map((finding) => testCase(run, finding));
  return [
    `  <testsuite${attributes({ name, tests, failures, errors: 0, skipped: findings.length - failures })}>`,
    ...cases,
    '  </testsuite>',
  ];
}

function waiverSuite({ problems }: GateReport): readonly string[] {
  if (problems.length === 0) return [];
  const cases = problems.map((problem) =>
    [
      `    <testcase${attributes({ name: problem.message, classname: problem.file, file: problem.file })}>`,
      `      <error${attributes({ message: problem.message, type: problem.code })}>${escapeXml(problemText(problem))}</error>`,
      '    </testcase>',
    ].join('\n'),
  );
  return [
    `  <testsuite${attributes({ name: 'waivers', tests: cases.length, failures: 0, errors: cases.length, skipped: 0 })}>`,
    ...cases,
    '  </testsuite>',
  ];
}

export function gateJunit(report: GateReport): string {
  const runs = gateRuns(report);
  const count = (of: (run: GateRun) => number): number => runs.reduce((sum, run) => sum + of(run), 0);
  const errors = report.problems.length;
  const tests = count(({ findings }) => Math.max(1, findings.length)) + errors;
  const failures = count(({ findings }) => open(findings));
  const skipped = count(({ findings }) => findings.length - open(findings));
  const root = attributes({
    name: `lastref gate ${report.candidate.name}`,
    tests,
    failures,
    errors,
    skipped,
    time: report.seconds.toFixed(3),
  });
  return `${['<?xml version="1.0" encoding="UTF-8"?>', `<testsuites${root}>`, ...runs.flatMap(suite), ...waiverSuite(report), '</testsuites>'].join('\n')}\n`;
}
