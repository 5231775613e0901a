/** How two semantics differ, as JSON, and as Markdown for a review. */
import type { Difference } from '../gate/diff/result.ts';
import {
  answerText,
  boundsText,
  brokenText,
  type DiffReport,
  differenceText,
  kindText,
  lengthText,
  totals,
} from './diff.ts';
import { SCHEMA_VERSION, stepJson } from './json.ts';
import { clean } from './width.ts';

function differenceJson(difference: Difference, names: readonly [string, string]): object {
  const { signature, file, title, op, contrast, steps, setupSteps, inSetup, parts, only, runs, replays } = difference;
  const side = (i: 0 | 1): object => ({
    semantics: names[i],
    answer: contrast.answers[i],
    broken: runs[i].broken,
    choices: runs[i].choices,
    replay: replays[i] ?? null,
    steps: runs[i].steps.map((step) => (step === undefined ? null : stepJson(step))),
  });
  return {
    signature,
    file,
    title,
    op,
    kind: contrast.kind,
    what: contrast.what,
    steps,
    setupSteps,
    inSetup,
    parts,
    onlyIn: only === undefined ? null : names[only],
    a: side(0),
    b: side(1),
  };
}

export function diffJson({ version, comparison, interrupted, exitCode, exitMeaning }: DiffReport): string {
  const { names, differences, explored, all, seconds } = comparison;
  const document = {
    schemaVersion: SCHEMA_VERSION,
    tool: { name: 'lastref', version },
    exitCode,
    exitMeaning,
    interrupted,
    a: names[0],
    b: names[1],
    all,
    seconds,
    totals: totals(comparison),
    differences: differences.map((each) => differenceJson(each, names)),
    explored: explored.map(({ incomparable, ...each }) => ({ ...each, incomparable: incomparable ?? null })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

const ticks = (text: string): string => `\`${clean(text).replaceAll('`', "'").replaceAll('|', '\\|')}\``;

function rowOf(difference: Difference): string {
  const cells = [
    ticks(difference.op),
    kindText(difference),
    ticks(answerText(difference, 0)),
    ticks(answerText(difference, 1)),
    lengthText(difference),
    brokenText(difference, 0),
    brokenText(difference, 1),
    ticks(difference.file),
  ];
  return `| ${cells.join(' | ')} |`;
}

export function diffMarkdown(report: DiffReport): string {
  const { comparison, exitCode, exitMeaning } = report;
  const { names, differences } = comparison;
  const [first] = differences;
  const [a, b] = names.map(ticks);
  const head = [`## ${a} and ${b}`, ''];
  const found =
    first === undefined
      ? ['No observable difference within these bounds.', '']
      : [
          `| command | what differs | ${a} | ${b} | length | breaks in ${a} | breaks in ${b} | scenario |`,
          '|---|---|---|---|---|---|---|---|',
          ...differences.map(rowOf),
          '',
          'The shortest:',
          '',
          '```text',
          ...differenceText(first, comparison).slice(0, -1),
          '```',
          '',
        ];
  const bounds = boundsText(comparison).map((line) => `- ${line}`);
  return `${[...head, ...found, ...bounds, `- exit ${exitCode}: ${exitMeaning}`].join('\n')}\n`;
}
