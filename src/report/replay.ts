/** What strict replays of traces found, as text, JSON and JUnit. */
import type { ReplayFailure, ReplayResult } from '../trace/replay-result.ts';
import type { Palette } from './colour.ts';
import { clean, wrap } from './width.ts';
import { attributes, escapeXml } from './xml.ts';

export interface ReplayedTrace {
  /** As the user named it. */
  readonly file: string;
  readonly result: ReplayResult;
  readonly exitCode: number;
}

export interface ReplayReport {
  readonly version: string;
  readonly semantics: string;
  readonly traces: readonly ReplayedTrace[];
  readonly exitCode: number;
  readonly exitMeaning: string;
}

const WIDTH = 100;

const shown = (value: unknown): string => JSON.stringify(value) ?? 'nothing';

function place(file: string, failure: ReplayFailure): string {
  const where = 'problem' in failure ? failure.problem.where : failure.step.where;
  return [file, where.line, where.line === undefined ? undefined : where.column]
    .filter((part) => part !== undefined)
    .join(':');
}

function stepName({ step }: ReplayFailure): string {
  return step === undefined ? '' : `step ${step.index + 1} (${clean(step.actor)} ${clean(step.op)}): `;
}

/** What is wrong, in one line. */
function headline(failure: ReplayFailure): string {
  switch (failure.kind) {
    case 'difference':
      return `${stepName(failure)}the model answers otherwise`;
    case 'state':
      return `${stepName(failure)}the result agrees, the state after it does not`;
    case 'disabled':
      return `${stepName(failure)}${failure.message}`;
    default:
      return `${failure.problem.code} ${stepName(failure)}${clean(failure.problem.message)}`;
  }
}

/** Members of the recorded state that no possible state shows as they are expected. */
function stateDifferences(expected: Readonly<Record<string, unknown>>, states: readonly unknown[]): string[] {
  return Object.entries(expected).flatMap(([section, members]) =>
    Object.entries(members as Readonly<Record<string, unknown>>).flatMap(([name, value]) => {
      const found = [
        ...new Set(states.map((state) => shown((state as Record<string, Record<string, unknown>>)[section]?.[name]))),
      ];
      return found.includes(shown(value))
        ? []
        : [`${section}.${name}: expected ${shown(value)}, got ${found.join(' or ')}`];
    }),
  );
}

function detailLines(failure: ReplayFailure): string[] {
  switch (failure.kind) {
    case 'difference': {
      const differences = failure.differences.flatMap((each) =>
        each.map(({ key, expected, actual }) => `${key}: expected ${shown(expected)}, got ${shown(actual)}`),
      );
      const missing = failure.missing === undefined ? [] : [`nothing in the model leads to ${shown(failure.missing)}`];
      return [
        `expected: ${shown(failure.expected)}`,
        ...failure.answers.map((answer) => `model:    ${answer.errno ?? 'ok'} ${shown(answer.values)}`),
        ...differences,
        ...missing,
      ];
    }
    case 'state':
      return stateDifferences(failure.expected as unknown as Readonly<Record<string, unknown>>, failure.states);
    case 'disabled':
      return [];
    default:
      return failure.problem.hint === undefined ? [] : [`hint: ${failure.problem.hint}`];
  }
}

/** One failure, with everything that is known of it. */
export function failureText(file: string, failure: ReplayFailure): string {
  const details = detailLines(failure).flatMap((line) => wrap(line, WIDTH - 2, 2));
  return [`${clean(place(file, failure))}: ${headline(failure)}`, ...details.map((line) => `  ${line}`)].join('\n');
}

export function replayText({ traces, semantics, exitCode, exitMeaning }: ReplayReport, palette: Palette): string {
  // What is wrong with a file was said on standard error.
  const lines = traces
    .filter(({ result }) => result.ok || result.kind !== 'problem' || result.step !== undefined)
    .map(({ file, result }) =>
      result.ok
        ? `${clean(file)}: ${palette.good('agrees')}: ${result.steps} steps, ${result.comparisons} comparisons`
        : palette.bad(failureText(file, result)),
    );
  const agreeing = traces.filter(({ result }) => result.ok);
  const comparisons = agreeing.reduce((sum, { result }) => sum + (result.ok ? result.comparisons : 0), 0);
  const total = `${traces.length} ${traces.length === 1 ? 'trace' : 'traces'} under ${semantics}: ${agreeing.length} agree (${comparisons} comparisons), ${traces.length - agreeing.length} do not`;
  return `${[...lines, total, `exit ${exitCode}: ${exitMeaning}`].join('\n')}\n`;
}

export function replayJson({ version, semantics, traces, exitCode, exitMeaning }: ReplayReport): string {
  return `${JSON.stringify({ schemaVersion: 1, tool: { name: 'lastref', version }, exitCode, exitMeaning, semantics, traces }, null, 2)}\n`;
}

export function replayJunit({ semantics, traces }: ReplayReport): string {
  const kindOf = ({ result }: ReplayedTrace): 'passed' | 'failure' | 'error' =>
    result.ok ? 'passed' : result.kind === 'problem' || result.kind === 'needs' ? 'error' : 'failure';
  const count = (kind: string): number => traces.filter((trace) => kindOf(trace) === kind).length;
  const cases = traces.map((trace) => {
    const { file, result } = trace;
    const head = `    <testcase${attributes({ name: file, classname: `replay.${semantics}`, file })}`;
    if (result.ok) return `${head}/>`;
    const kind = kindOf(trace);
    return `${head}><${kind}${attributes({ message: headline(result), type: result.kind })}>${escapeXml(failureText(file, result))}</${kind}></testcase>`;
  });
  const figures = { tests: traces.length, failures: count('failure'), errors: count('error'), skipped: 0 };
  return `${['<?xml version="1.0" encoding="UTF-8"?>', `<testsuites${attributes({ name: 'lastref', ...figures })}>`, `  <testsuite${attributes({ name: 'replay', ...figures })}>`, ...cases, '  </testsuite>', '</testsuites>'].join('\n')}\n`;
}
