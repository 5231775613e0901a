/**
 * A counterexample as text that survives a mailing list: 75 columns, ASCII of our own, the command that replays it as the
 * last line.
 */
import type { CheckResult, CheckVerdict, Counterexample } from '../scenario/result.ts';
import { becauseLines } from './because.ts';
import { isNothing } from './changes.ts';
import { type Palette, PLAIN } from './colour.ts';
import { counterfactualLines } from './counterfactual.ts';
import { lastReferenceTables } from './holders.ts';
import { stepTable } from './steps.ts';
import { clean, labelled, wrap, wrapCommand } from './width.ts';

/** The width that kernel mailing lists can quote twice without a wrap. */
export const MAIL_WIDTH = 75;

/** What the text needs of a result; `states` only says how far the search got. */
export type Context = Pick<CheckResult, 'file' | 'title' | 'semantics' | 'grain'>;

const LABEL_WIDTH = 10;

const fact = (label: string, text: string): string[] =>
  text === '' ? [] : labelled(label, text, 2, LABEL_WIDTH, MAIL_WIDTH);

const indented = (text: string): string[] => wrap(text, MAIL_WIDTH - 2).map((line) => `  ${line}`.trimEnd());

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines, ''];
}

/** `VIOLATED no-gap`, `WITNESS exists bob.r`: what is shown, in one line. */
function headline({ verdict, expected, label }: CheckVerdict, palette: Palette): string[] {
  const word = verdict === 'violated' ? 'VIOLATED' : 'WITNESS';
  const wanted = verdict === expected ? (verdict === 'violated' ? ' (expected)' : '') : ` (expected: ${expected})`;
  const paint = verdict === 'violated' && expected !== 'violated' ? palette.bad : palette.strong;
  return wrap(`${word}  ${label}${wanted}`, MAIL_WIDTH, 10).map(paint);
}

function contextLines(context: Context, claims: readonly string[]): string[] {
  return [
    ...fact('scenario', context.file),
    ...fact('', context.title),
    ...fact('semantics', `${context.semantics}, grain ${context.grain}`),
    ...fact('claims', claims.join(', ')),
  ];
}

/** What runs where before the first step: without it, the first change says little. */
function startLines({ initial }: Counterexample): string[] {
  const places = Object.entries(initial.places).filter(([, text]) => !isNothing(text));
  return places.flatMap(([place, text]) => wrap(`${place}: ${text}`, MAIL_WIDTH - 2, 2).map((line) => `  ${line}`));
}

const stepLines = ({ steps }: Counterexample): string[] =>
  steps.length === 0 ? ['  none: the first state shows it'] : stepTable(steps, MAIL_WIDTH);

function reasonLines(verdict: CheckVerdict, { why }: Counterexample): string[] {
  // What is said of a violation does not fit a witness.
  const because =
    verdict.explanation === '' || verdict.verdict !== 'violated' ? [] : ['', ...indented(verdict.explanation)];
  const claim = verdict.statement === '' ? [] : ['', ...indented(`Claimed: ${verdict.statement}`)];
  return [...indented(why), ...claim, ...because];
}

/** The whole counterexample (or witness). Lines have at most MAIL_WIDTH columns, but for the codes of colours. */
export function counterexampleText(
  context: Context,
  verdict: CheckVerdict,
  trace: Counterexample,
  palette: Palette = PLAIN,
): string {
  const lines = [
    ...headline(verdict, palette),
    ...contextLines(context, verdict.claims),
    '',
    ...section('At first', startLines(trace)),
    ...section('Steps', stepLines(trace)),
    ...lastReferenceTables(trace.steps, MAIL_WIDTH),
    ...section(
      verdict.verdict === 'violated' ? 'Why this is a violation' : 'Why this is a witness',
      reasonLines(verdict, trace),
    ),
    ...section('Because', trace.because === undefined ? [] : becauseLines(trace.because, MAIL_WIDTH)),
    ...section(
      'What would mend it',
      trace.otherwise === undefined ? [] : counterfactualLines(trace.otherwise, MAIL_WIDTH),
    ),
    'Replay',
    ...wrapCommand(trace.replay, 2, MAIL_WIDTH),
  ];
  return `${lines.join('\n')}\n`;
}

/** Steps that break nothing, with what they end in. */
export function pathText(context: Context, trace: Counterexample): string {
  const lines = [
    ...wrap('NOTHING BROKEN at the end of these steps', MAIL_WIDTH),
    ...contextLines(context, []),
    '',
    ...section('At first', startLines(trace)),
    ...section('Steps', stepLines(trace)),
    ...lastReferenceTables(trace.steps, MAIL_WIDTH),
    ...section('In the end', indented(trace.why)),
    'Replay',
    ...wrapCommand(trace.replay, 2, MAIL_WIDTH),
  ];
  return `${lines.join('\n')}\n`;
}

/** For what breaks by design: what, where, why, how long, and how to see all of it. `runs` names those that show it. */
export function shortCounterexample(
  { title }: Context,
  { label }: CheckVerdict,
  trace: Counterexample,
  runs: readonly string[],
): string {
  const steps = `${trace.steps.length} ${trace.steps.length === 1 ? 'step' : 'steps'}`;
  return `${[
    ...wrap(`${clean(label)}: ${clean(title)}`, MAIL_WIDTH, 2),
    ...indented(trace.why),
    ...wrap(`${steps} under ${runs.join(', ')}`, MAIL_WIDTH - 2, 2).map((line) => `  ${line}`),
    ...wrapCommand(trace.replay, 4, MAIL_WIDTH),
  ].join('\n')}\n`;
}
