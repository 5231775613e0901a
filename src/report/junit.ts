/** A run as JUnit XML: one test case for each scenario, semantics and property. */
import type { CheckResult, CheckVerdict } from '../scenario/result.ts';
import { counterexampleText } from './counterexample.ts';
import { asExpected, byFamily, type SuiteReport } from './suite.ts';
import { attributes, escapeXml } from './xml.ts';

type Outcome = 'passed' | 'failure' | 'error';

/** A violation or a missed expectation is a failure; what could not be decided is an error. */
function outcomeOf(verdict: CheckVerdict): Outcome {
  if (asExpected(verdict)) return 'passed';
  return verdict.verdict === 'unknown' || verdict.verdict === 'vacuous' ? 'error' : 'failure';
}

function problem(result: CheckResult, verdict: CheckVerdict): { readonly message: string; readonly text: string } {
  const { trace, bounds, expected, explanation } = verdict;
  if (verdict.verdict === 'unknown')
    return { message: `unknown: ${bounds.join(', ')}`, text: `a bound was hit: ${bounds.join(', ')}` };
  if (verdict.verdict === 'vacuous')
    return { message: 'vacuous', text: 'nothing was ever there that could have broken the property' };
  const message = `${verdict.verdict} (expected: ${expected})${trace === undefined ? '' : `: ${trace.why}`}`;
  return { message, text: trace === undefined ? explanation : counterexampleText(result, verdict, trace) };
}

function testCase(result: CheckResult, verdict: CheckVerdict): string {
  const classname = `${result.file}.${result.semantics}@${result.grain}`;
  // A run answers all its properties at once; each gets its share of the time, so that sums are right.
  const time = (result.seconds / Math.max(1, result.verdicts.length)).toFixed(3);
  const head = `    <testcase${attributes({ name: verdict.label, classname, file: result.file, time })}`;
  const outcome = outcomeOf(verdict);
  if (outcome === 'passed') return `${head}/>`;
  const { message, text } = problem(result, verdict);
  return [
    `${head}>`,
    `      <${outcome}${attributes({ message, type: verdict.verdict })}>${escapeXml(text)}</${outcome}>`,
    '    </testcase>',
  ].join('\n');
}

function figures(results: readonly CheckResult[]): Readonly<Record<string, string | number>> {
  const outcomes = results.flatMap(({ verdicts }) => verdicts.map(outcomeOf));
  const count = (wanted: Outcome): number => outcomes.filter((outcome) => outcome === wanted).length;
  const time = results.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(3);
  return { tests: outcomes.length, failures: count('failure'), errors: count('error'), skipped: 0, time };
}

export function suiteJunit({ results }: SuiteReport): string {
  const suites = byFamily(results).flatMap(({ family, results: own }) => [
    `  <testsuite${attributes({ name: family, ...figures(own) })}>`,
    ...own.flatMap((result) => result.verdicts.map((verdict) => testCase(result, verdict))),
    '  </testsuite>',
  ]);
  return `${['<?xml version="1.0" encoding="UTF-8"?>', `<testsuites${attributes({ name: 'lastref', ...figures(results) })}>`, ...suites, '</testsuites>'].join('\n')}\n`;
}
