/** A gate as annotations of GitHub Actions: errors for what is not accepted, notices for what is waived. */
import type { Finding } from '../../gate/gate.ts';
import { comparedText, type GateReport, headText, placeText, reasonTexts, split, waiverText } from './report.ts';

const message = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => message(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

interface Annotation {
  readonly level: 'error' | 'notice';
  readonly file: string;
  readonly line: number;
  readonly title: string;
  readonly text: string;
}

const annotation = ({ level, file, line, title, text }: Annotation): string =>
  `::${level} file=${property(file)},line=${line},title=${property(title)}::${message(text)}`;

function ofFinding(finding: Finding): string {
  const { divergence, evidence, waiver } = finding;
  const replay = evidence?.verdict.trace === undefined ? [] : [`replay: ${evidence.verdict.trace.replay}`];
  const waived = waiver === undefined ? [] : [waiverText(finding)];
  return annotation({
    level: waiver === undefined ? 'error' : 'notice',
    file: divergence.scenario,
    line: 1,
    title: headText(finding),
    text: [
      `in ${placeText(finding)}`,
      ...reasonTexts(finding),
      ...waived,
      ...replay,
      `fingerprint ${divergence.fingerprint}`,
    ].join('\n'),
  });
}

export function gateGithub(report: GateReport): string {
  const { open, waived } = split(report);
  const problems = report.problems.map(({ file, line, code, message: text, hint }) =>
    annotation({ level: 'error', file, line, title: code, text: hint === undefined ? text : `${text} (${hint})` }),
  );
  const summary = annotation({
    level: report.exitCode === 0 ? 'notice' : 'error',
    file: report.baseline.kind === 'golden' ? report.baseline.folder : '.',
    line: 1,
    title: `lastref gate ${report.candidate.name}`,
    text: `exit ${report.exitCode}: ${report.exitMeaning}\n${comparedText(report)}\n${open.length} not accepted, ${waived.length} waived`,
  });
  return `${[...open.map(ofFinding), ...waived.map(ofFinding), ...problems, summary].join('\n')}\n`;
}
