/** What a kernel is: the named semantics that it equals, and every feature with what showed it. */
import { table } from './table.ts';
import { clean } from './width.ts';

export interface ProbedFeature {
  readonly feature: string;
  readonly finding: string;
  readonly evidence: string;
}

export interface ProbeLikeness {
  readonly semantics: string;
  /** Features of that semantics which the kernel has not. */
  readonly lacks: readonly string[];
  /** Features of the kernel which that semantics has not. */
  readonly hasMore: readonly string[];
}

export interface ProbeReport {
  readonly kernel: string;
  readonly release: string;
  readonly equals: readonly string[];
  /** The nearest first. */
  readonly likenesses: readonly ProbeLikeness[];
  readonly features: readonly ProbedFeature[];
  readonly seconds: number;
  readonly exitCode: number;
  readonly exitMeaning: string;
}

/** Evidence is shown as far as it goes on a line; the JSON report has all of it. */
const EVIDENCE_MAX = 110;
const NEAREST_MAX = 2;

const short = (text: string): string => (text.length <= EVIDENCE_MAX ? text : `${text.slice(0, EVIDENCE_MAX - 1)}…`);

function likenessText({ semantics, lacks, hasMore }: ProbeLikeness): string {
  const parts = [
    ...(lacks.length === 0 ? [] : [`without ${lacks.join(', ')}`]),
    ...(hasMore.length === 0 ? [] : [`with ${hasMore.join(', ')}`]),
  ];
  return `  it is ${semantics} ${parts.join(', and ')}`;
}

export function probeText(report: ProbeReport): string {
  const { kernel, release, equals, likenesses, features } = report;
  const decided = features.filter(({ finding }) => finding === 'present' || finding === 'absent').length;
  const rows = features.map(({ feature, finding, evidence }) =>
    [feature, finding, short(clean(evidence))].map((text) => ({ text })),
  );
  return [
    ...table([{ title: 'feature' }, { title: 'finding' }, { title: 'evidence' }], rows),
    '',
    equals.length > 0
      ? `${kernel} (${release}) equals ${equals.join(', ')} in all ${decided} features that were decided`
      : `${kernel} (${release}) equals no semantics that has a name:`,
    ...(equals.length > 0 ? [] : likenesses.slice(0, NEAREST_MAX).map(likenessText)),
    `${features.length - decided} features were not decided; ${report.seconds.toFixed(1)} s`,
    `exit ${report.exitCode}: ${report.exitMeaning}`,
    '',
  ].join('\n');
}

export const probeJson = (report: ProbeReport): string => `${JSON.stringify(report, null, 2)}\n`;
