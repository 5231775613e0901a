/** A gate as Markdown for a pull request or a step summary: what a reviewer needs, long traces folded. */
import type { Finding } from '../../gate/gate.ts';
import { problemText } from '../../scenario/problem.ts';
import { counterexampleText } from '../counterexample.ts';
import { clean } from '../width.ts';
import {
  comparedText,
  countsText,
  type GateReport,
  placeText,
  plural,
  reasonTexts,
  sidesText,
  split,
} from './report.ts';

/** What would be markup, HTML or the end of a cell in text that comes from files. */
const plain = (text: string): string => clean(text).replace(/[\\`*_[\]<>|#]/g, (mark) => `\\${mark}`);

/** A fence longer than any in the text. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text.trimEnd()}\n${fence}`;
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(titles), row(titles.map(() => '---')), ...rows.map(row)].join('\n');
}

const cells = (finding: Finding): readonly string[] => {
  const { class: of, subject, was, now, fingerprint } = finding.divergence;
  return [of, plain(placeText(finding)), plain(subject), plain(was), plain(now), `\`${fingerprint}\``];
};
const TITLES = ['what', 'where', 'subject', 'was', 'is', 'fingerprint'];

function traceText(finding: Finding): readonly string[] {
  const { evidence, divergence } = finding;
  if (evidence?.verdict.trace === undefined) return [];
  const { result, verdict } = evidence;
  const text = counterexampleText(result, { ...verdict, expected: 'holds' }, evidence.verdict.trace);
  return [
    `<details><summary>${divergence.class}: <b>${html(divergence.subject)}</b> in ${html(placeText(finding))}, ${plural(evidence.verdict.trace.steps.length, 'step')}</summary>`,
    '',
    ...reasonTexts(finding).map((reason) => `- ${plain(reason)}`),
    '',
    fenced(text),
    '',
    '</details>',
    '',
  ];
}

const html = (text: string): string =>
  clean(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

export function gateMarkdown(report: GateReport): string {
  const { candidate, baseline } = sidesText(report);
  const { open, waived } = split(report);
  const verdict = report.exitCode === 0 ? 'passed' : `exit ${report.exitCode}: ${report.exitMeaning}`;
  const lines = [
    `### lastref gate: ${plain(report.candidate.name)} ${verdict}`,
    '',
    `- candidate: ${plain(candidate)}`,
    `- against: ${plain(baseline)}`,
    `- ${comparedText(report)}`,
    ...(report.gained.length === 0
      ? []
      : [`- ${plural(report.gained.length, 'thing')} covered that the baseline does not cover`]),
    '',
    ...(open.length === 0
      ? ['Nothing differs that is not waived.', '']
      : [`**Not accepted: ${countsText(open)}**`, '', table(TITLES, open.map(cells)), '', ...open.flatMap(traceText)]),
    ...(waived.length === 0
      ? []
      : [
          `**Waived: ${countsText(waived)}**`,
          '',
          table(
            [...TITLES, 'reason', 'until'],
            waived.map((finding) => [
              ...cells(finding),
              `${plain(finding.waiver?.reason ?? '')} ([link](${encodeURI(finding.waiver?.link ?? '')}))`,
              finding.waiver?.expires ?? '',
            ]),
          ),
          '',
        ]),
    ...(report.problems.length === 0
      ? []
      : ['**Waivers in error**', '', ...report.problems.map((problem) => `- ${plain(problemText(problem))}`), '']),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}
