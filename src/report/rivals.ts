/** Verdict tables of rivals: what each of several designs or semantics keeps of the same claims. */
import type { CheckResult, CheckVerdict } from '../scenario/result.ts';
import { type Palette, PLAIN } from './colour.ts';
import { type Cell, table } from './table.ts';

/** One question, asked of several rivals. */
export interface Question {
  readonly question: string;
  readonly claims: readonly string[];
  readonly rivals: readonly Rival[];
}

export interface Rival {
  /** What the column is called: a design, or a semantics. */
  readonly name: string;
  readonly result: CheckResult;
}

const steps = (n: number): string => `${n} step${n === 1 ? '' : 's'}`;

/** A violation says how soon it can happen, a witness that was never found has no trace. */
function word({ verdict, trace }: CheckVerdict): string {
  if (verdict !== 'violated') return verdict;
  return trace === undefined ? 'never' : steps(trace.steps.length);
}

const labelsOf = ({ rivals }: Question): readonly string[] => [
  ...new Set(rivals.flatMap(({ result }) => result.verdicts.map(({ label }) => label))),
];

const verdictOf = ({ result }: Rival, label: string): CheckVerdict | undefined =>
  result.verdicts.find((verdict) => verdict.label === label);

function cell(verdict: CheckVerdict | undefined, palette: Palette): Cell {
  if (verdict === undefined) return { text: '-' };
  const text = word(verdict);
  if (verdict.verdict === 'holds') return { text, paint: palette.good };
  return { text: verdict.verdict === 'violated' ? `broken: ${text}` : text, paint: palette.bad };
}

const heading = ({ question, claims }: Question): string => `${question} (${claims.join(', ')})`;

function questionText(question: Question, palette: Palette): string[] {
  const rows = question.rivals.map((rival): Cell[] => [
    { text: rival.name },
    ...labelsOf(question).map((label) => cell(verdictOf(rival, label), palette)),
  ]);
  const columns = [{ title: 'rival' }, ...labelsOf(question).map((_, n) => ({ title: `[${n + 1}]` }))];
  const legend = labelsOf(question).map((label, n) => `  [${n + 1}] ${label}`);
  return [heading(question), ...legend, '', ...table(columns, rows).map((line) => `  ${line}`), ''];
}

/** `broken: 2 steps` is the length of a shortest trace; `broken: never`, that what should be possible is not. */
export function rivalsText(questions: readonly Question[], palette: Palette = PLAIN): string {
  return `${questions.flatMap((question) => questionText(question, palette)).join('\n')}`;
}

const escaped = (text: string): string => text.replaceAll('|', '\\|');

export function rivalsMarkdown(questions: readonly Question[]): string {
  const lines = questions.flatMap((question) => {
    const labels = labelsOf(question);
    return [
      `### ${heading(question)}`,
      '',
      `| rival | ${labels.map(escaped).join(' | ')} |`,
      `|---|${labels.map(() => '---|').join('')}`,
      ...question.rivals.map(
        (rival) =>
          `| ${rival.name} | ${labels.map((label) => cell(verdictOf(rival, label), PLAIN).text).join(' | ')} |`,
      ),
      '',
    ];
  });
  return `${lines.join('\n')}`;
}

export function rivalsJson(questions: readonly Question[]): string {
  const data = questions.map(({ question, claims, rivals }) => ({
    question,
    claims,
    rivals: rivals.map(({ name, result }) => ({
      name,
      scenario: result.file,
      semantics: result.semantics,
      grain: result.grain,
      verdicts: result.verdicts.map(({ label, verdict, trace }) => ({
        label,
        verdict,
        steps: verdict === 'violated' ? trace?.steps.length : undefined,
        replay: verdict === 'violated' ? trace?.replay : undefined,
      })),
    })),
  }));
  return `${JSON.stringify(data, null, 2)}\n`;
}
