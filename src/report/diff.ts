/**
 * How two semantics differ, as text that survives a mailing list: the steps that both take, and in two columns what each
 * of them answers.
 */
import type { Comparison, Difference } from '../gate/diff/result.ts';
import type { StepReport } from '../trace/retrace.ts';
import { changeLines, changesBetween, isNothing } from './changes.ts';
import { type Palette, PLAIN } from './colour.ts';
import { MAIL_WIDTH } from './counterexample.ts';
import { operationText, resultText } from './operation.ts';
import { shortNumber, shortSeconds } from './verdicts.ts';
import { clean, columnsOf, cut, labelled, pad, padStart, wrap, wrapCommand } from './width.ts';

const LABEL_WIDTH = 10;

export interface DiffReport {
  readonly version: string;
  readonly comparison: Comparison;
  /** Where the search ended early, and why. */
  readonly interrupted: boolean;
  readonly exitCode: number;
  readonly exitMeaning: string;
}

/** What kinds of differences are called. */
const KIND_WORDS: Readonly<Record<Difference['contrast']['kind'], string>> = {
  enabled: 'who can take the step',
  law: 'laws of the model',
  result: 'result',
  returns: 'what it returns',
  records: 'records, as a listener gets them',
  shows: 'what a look at the state shows',
};

/** `result`, `what it returns: ran, verdict`. */
export const kindText = ({ contrast: { kind, what } }: Difference): string =>
  what === '' ? KIND_WORDS[kind] : `${KIND_WORDS[kind]}: ${what}`;

const isErrno = (text: string): boolean => /^E[A-Z0-9]+$/.test(text);

/** One answer as a kernel developer writes it: `0`, `-EINVAL`, or the words. */
export function answerText({ contrast: { kind, answers } }: Difference, side: 0 | 1): string {
  const answer = answers[side];
  if (kind !== 'result') return answer;
  return answer === 'ok' ? '0' : isErrno(answer) ? `-${answer}` : answer;
}

const fact = (label: string, text: string): string[] => labelled(label, text, 2, LABEL_WIDTH, MAIL_WIDTH);

/** Names of the two columns, and how wide each of them is. */
interface Columns {
  readonly names: readonly [string, string];
  readonly gutter: number;
  readonly width: number;
}

function columnsFor({ names }: Comparison, rows: number): Columns {
  const gutter = String(rows).length + 4;
  return { names, gutter, width: Math.floor((MAIL_WIDTH - gutter - 2) / 2) };
}

/** Two texts side by side; the second one stands in its column also where the first has fewer lines. */
function sideBySide(left: readonly string[], right: readonly string[], { gutter, width }: Columns): string[] {
  const height = Math.max(left.length, right.length);
  return Array.from({ length: height }, (_, i) =>
    `${' '.repeat(gutter)}${pad(left[i] ?? '', width)}  ${right[i] ?? ''}`.trimEnd(),
  );
}

/** What one side does in a row. */
function cell(
  step: StepReport | undefined,
  last: boolean,
  kind: Difference['contrast']['kind'],
  width: number,
): string[] {
  if (step === undefined) return [last && kind === 'enabled' ? '(cannot take the step)' : '(nothing to do)'];
  const failed = step.happenings.flatMap((each) => (each.type === 'check' ? [`~ failed check: ${each.name}`] : []));
  const changes = changeLines(changesBetween(step.before, step.after)).map((line) => `~ ${line}`);
  const result = resultText(step);
  return [...(result === '' ? [] : [result]), ...failed, ...changes].flatMap((line) => wrap(line, width, 2));
}

function rowLines(difference: Difference, i: number, columns: Columns, palette: Palette): string[] {
  const [a, b] = [difference.runs[0].steps[i], difference.runs[1].steps[i]];
  const step = a ?? b;
  if (step === undefined) return [];
  const last = i === difference.parts - 1;
  const { gutter, width } = columns;
  const mark = last ? '>' : ' ';
  const number = `${mark} ${padStart(String(i + 1), gutter - 4)}  `;
  const who = step.actor === '-' ? 'environment' : step.actor;
  const text = wrap(`${clean(who)}: ${operationText(step)}`, MAIL_WIDTH - gutter, 2);
  const command = text.map((line, n) => (n === 0 ? number : ' '.repeat(gutter)) + line);
  const cells = ([a, b] as const).map((each) => cell(each, last, difference.contrast.kind, width));
  const [left = [], right = []] = cells;
  const answers = sideBySide(left, right, columns);
  return [...(last ? command.map(palette.strong) : command), ...(last ? answers.map(palette.strong) : answers)];
}

/** The schedule with both columns; the first divergence is marked with `>`. */
function scheduleLines(difference: Difference, comparison: Comparison, palette: Palette): string[] {
  const rows = difference.runs[0].steps.length;
  const columns = columnsFor(comparison, rows);
  const names = columns.names.map((name) => cut(clean(name), columns.width));
  const [left = '', right = ''] = names;
  return [
    ...sideBySide([left], [right], columns),
    ...sideBySide(['-'.repeat(columnsOf(left))], ['-'.repeat(columnsOf(right))], columns),
    ...Array.from({ length: rows }, (_, i) => rowLines(difference, i, columns, palette)).flat(),
  ];
}

function startLines({ runs: [{ initial }] }: Difference): string[] {
  const places = Object.entries(initial.places).filter(([, text]) => !isNothing(text));
  if (places.length === 0) return [];
  const lines = places.flatMap(([place, text]) => wrap(`${place}: ${text}`, MAIL_WIDTH - 2, 2));
  return ['At first, on both sides', ...lines.map((line) => `  ${line}`), ''];
}

/** `no-gap (step 2)`, or nothing. */
export function brokenText({ runs }: Difference, side: 0 | 1): string {
  const { broken } = runs[side];
  if (broken.length === 0) return 'nothing';
  return broken.map(({ label, row }) => `${label} (${row === 0 ? 'at first' : `step ${row}`})`).join(', ');
}

function differsLines(difference: Difference, { names }: Comparison): string[] {
  const { only } = difference;
  const other = only === undefined ? undefined : names[only === 0 ? 1 : 0];
  const order =
    only === undefined
      ? []
      : [`${names[only]} can answer so, and ${other} cannot, in whichever order its own deferred work runs.`];
  const named = ([0, 1] as const).flatMap((side) =>
    wrap(`${names[side]}: ${answerText(difference, side)}`, MAIL_WIDTH - 4, 2).map((line) => `    ${line}`),
  );
  return [
    `  ${kindText(difference)}`,
    ...named,
    ...order.flatMap((text) => wrap(text, MAIL_WIDTH - 2).map((l) => `  ${l}`)),
  ];
}

const steps = (n: number): string => `${n} ${n === 1 ? 'step' : 'steps'}`;

/** `1 step after a setup of 2 steps`. */
export function lengthText({ steps: length, setupSteps, inSetup }: Difference): string {
  if (inSetup) return `${steps(length)}, all of setup`;
  return setupSteps === 0 ? steps(length) : `${steps(length)} after a setup of ${steps(setupSteps)}`;
}

/** One difference in full. Lines have at most MAIL_WIDTH columns, but for the codes of colours. */
export function differenceText(difference: Difference, comparison: Comparison, palette: Palette = PLAIN): string[] {
  const { names } = comparison;
  const replays = difference.replays.flatMap((replay) =>
    replay === undefined ? [] : wrapCommand(replay, 2, MAIL_WIDTH),
  );
  return [
    ...wrap(`DIFFERENT  ${difference.op}: ${kindText(difference)}`, MAIL_WIDTH, 11).map(palette.bad),
    ...fact('scenario', difference.file),
    ...fact('', difference.title),
    ...fact('length', lengthText(difference)),
    '',
    ...startLines(difference),
    'Steps',
    ...scheduleLines(difference, comparison, palette),
    '',
    'What differs',
    ...differsLines(difference, comparison),
    '',
    'Properties of the scenario that break on the way',
    ...([0, 1] as const).flatMap((side) =>
      wrap(`${names[side]}: ${brokenText(difference, side)}`, MAIL_WIDTH - 2, 2).map((line) => `  ${line}`),
    ),
    '',
    ...(replays.length === 0 ? [] : ['Replay', ...replays, '']),
  ];
}

/** One difference in a few lines. */
function shortLines(difference: Difference, { names }: Comparison): string[] {
  const answers = ([0, 1] as const).map((side) => `${names[side]}: ${answerText(difference, side)}`);
  return [
    ...wrap(`${difference.op}: ${kindText(difference)}; ${lengthText(difference)}`, MAIL_WIDTH, 2),
    ...answers.flatMap((line) => wrap(line, MAIL_WIDTH - 4, 2).map((each) => `    ${each}`)),
    ...wrap(difference.file, MAIL_WIDTH - 4).map((line) => `    ${line}`),
  ];
}

/** Figures of the whole search. */
export function totals({ explored }: Comparison) {
  const compared = explored.filter(({ incomparable }) => incomparable === undefined);
  const bounds = new Map<string, number>();
  for (const bound of compared.flatMap((each) => each.bounds)) bounds.set(bound, (bounds.get(bound) ?? 0) + 1);
  return {
    scenarios: compared.length,
    incomparable: explored.length - compared.length,
    states: explored.reduce((sum, { states }) => sum + states, 0),
    depth: Math.max(0, ...explored.map(({ depth }) => depth)),
    exhausted: compared.filter(({ exhausted }) => exhausted).length,
    bounds: [...bounds].map(([bound, n]) => ({ bound, scenarios: n })),
  };
}

/** The bounds within which something was looked for. */
export function boundsText(comparison: Comparison): string[] {
  const { scenarios, incomparable, states, depth, exhausted, bounds } = totals(comparison);
  const grain = comparison.explored[0]?.grain ?? 'command';
  const end =
    bounds.length > 0
      ? `bounds that were hit: ${bounds.map(({ bound, scenarios: n }) => `${bound} (${n})`).join(', ')}`
      : exhausted === scenarios
        ? 'every schedule to its end'
        : `every schedule of up to ${steps(depth)}`;
  const left = incomparable === 0 ? '' : `; ${incomparable} could not be compared, as their setup fails on both sides`;
  return [
    `${scenarios} ${scenarios === 1 ? 'scenario' : 'scenarios'}${left}`,
    `grain ${grain}, ${end}; ${shortNumber(states)} pairs of states, ${shortSeconds(comparison.seconds)}`,
  ];
}

function conclusion(report: DiffReport, palette: Palette): string[] {
  const { comparison, interrupted, exitCode, exitMeaning } = report;
  const { differences, names, all } = comparison;
  const [first, ...more] = differences;
  const paint = exitCode === 0 ? palette.good : exitCode === 1 ? palette.bad : palette.doubtful;
  const none = `No observable difference between ${names[0]} and ${names[1]} within these bounds:`;
  const rest = all ? 'no other kind within these bounds:' : 'longer ones were not looked for (--all does):';
  const found =
    more.length === 0
      ? `One kind of difference; ${rest}`
      : `${1 + more.length} essentially different schedules, shortest first; ${rest}`;
  return [
    ...wrap(first === undefined ? none : found, MAIL_WIDTH),
    ...boundsText(comparison).flatMap((line) => wrap(line, MAIL_WIDTH - 2, 2).map((each) => `  ${each}`)),
    ...(interrupted ? ['  interrupted by the user'] : []),
    paint(`exit ${exitCode}: ${exitMeaning}`),
  ];
}

export function diffText(report: DiffReport, palette: Palette): string {
  const { comparison } = report;
  const [first, ...more] = comparison.differences;
  const lines = [
    ...(first === undefined ? [] : differenceText(first, comparison, palette)),
    ...(more.length === 0
      ? []
      : [palette.strong('Essentially different ones'), ...more.flatMap((each) => shortLines(each, comparison)), '']),
    ...conclusion(report, palette),
  ];
  return `${lines.join('\n')}\n`;
}
