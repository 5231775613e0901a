/** A gate as text for a terminal. */
import type { Evidence, Finding } from '../../gate/gate.ts';
import { problemText } from '../../scenario/problem.ts';
import type { Counterexample } from '../../scenario/result.ts';
import type { Palette } from '../colour.ts';
import { counterexampleText, MAIL_WIDTH } from '../counterexample.ts';
import { clean, labelled, wrap, wrapCommand } from '../width.ts';
import {
  comparedText,
  countsText,
  type GateReport,
  headText,
  placeText,
  plural,
  reasonTexts,
  sidesText,
  split,
  waiverText,
} from './report.ts';

export interface GateTextOptions {
  readonly palette: Palette;
  readonly width: number;
  /** Every trace in full, those of what is waived as well. */
  readonly verbose: boolean;
}

/** The shortest violation of each property: the others are shown with the command that replays them. */
function shortest(findings: readonly Finding[]): ReadonlySet<Finding> {
  const best = new Map<string, Finding>();
  const length = (of: Finding): number => of.evidence?.verdict.trace?.steps.length ?? Number.POSITIVE_INFINITY;
  for (const finding of findings) {
    const property = finding.evidence?.verdict.property;
    if (property === undefined) continue;
    const known = best.get(property);
    if (known === undefined || length(finding) < length(known)) best.set(property, finding);
  }
  return new Set(best.values());
}

const LABEL_WIDTH = 9;

function findingLines(finding: Finding, { palette, width }: GateTextOptions, inFull: boolean): string[] {
  const { divergence, evidence, waiver } = finding;
  const paint = waiver === undefined ? palette.bad : palette.doubtful;
  const trace = evidence?.verdict.trace;
  return [
    ...wrap(clean(headText(finding)), width, 2).map(paint),
    ...wrap(`in ${clean(placeText(finding))}`, width - 2, 2).map((line) => `  ${line}`),
    ...reasonTexts(finding).flatMap((text) => wrap(clean(text), width - 2, 2).map((line) => `  ${line}`)),
    ...(waiver === undefined ? [] : wrap(clean(waiverText(finding)), width - 2, 2).map((line) => `  ${line}`)),
    `  fingerprint ${divergence.fingerprint}`,
    ...(evidence === undefined || trace === undefined ? [] : traceLines(evidence, trace, palette, inFull)),
  ];
}

function traceLines({ result, verdict }: Evidence, trace: Counterexample, palette: Palette, inFull: boolean): string[] {
  if (inFull) return ['', counterexampleText(result, { ...verdict, expected: 'holds' }, trace, palette)];
  return [`  ${plural(trace.steps.length, 'step')}:`, ...wrapCommand(trace.replay, 4, MAIL_WIDTH)];
}

function section(title: string, findings: readonly Finding[], options: GateTextOptions): string[] {
  if (findings.length === 0) return [];
  const full = shortest(findings.filter(({ waiver }) => waiver === undefined));
  const heading = wrap(`${title}: ${findings.length} (${countsText(findings)})`, options.width, 2);
  return [
    ...heading.map(options.palette.strong),
    '',
    ...findings.flatMap((each) => [...findingLines(each, options, options.verbose || full.has(each)), '']),
  ];
}

function waiverLines(
  { problems, waiverFile, otherWaivers, today }: GateReport,
  { palette, width }: GateTextOptions,
): string[] {
  const others = otherWaivers === 0 ? '' : `; ${plural(otherWaivers, 'waiver')} for other candidates`;
  const from =
    waiverFile === undefined ? 'none: there is no file of waivers' : `${waiverFile}, judged on ${today}${others}`;
  return [
    ...labelled('waivers', from, 0, LABEL_WIDTH, width),
    ...problems.flatMap((problem) => wrap(problemText(problem), width, 2).map(palette.bad)),
  ];
}

function gainedLines({ gained, baseline }: GateReport, width: number): string[] {
  if (gained.length === 0) return [];
  const first = gained.slice(0, 5).map(({ scenario, grain, what }) => `${scenario}@${grain} ${what}`);
  const more = gained.length > first.length ? `, and ${gained.length - first.length} more` : '';
  const hint = baseline.kind === 'golden' ? '; `lastref promote` would record it' : '';
  return labelled(
    'covered',
    `${plural(gained.length, 'thing')} that the baseline does not cover${hint}: ${first.join('; ')}${more}`,
    0,
    LABEL_WIDTH,
    width,
  );
}

export function gateText(report: GateReport, options: GateTextOptions): string {
  const { palette, width } = options;
  const { candidate, baseline } = sidesText(report);
  const { open, waived } = split(report);
  const paint = report.exitCode === 0 ? palette.good : palette.bad;
  const lines = [
    ...section('Not accepted', open, options),
    ...section('Waived', waived, options),
    ...labelled('candidate', clean(candidate), 0, LABEL_WIDTH, width),
    ...labelled('against', clean(baseline), 0, LABEL_WIDTH, width),
    ...labelled('compared', comparedText(report), 0, LABEL_WIDTH, width),
    ...waiverLines(report, options),
    ...gainedLines(report, width),
    ...labelled(
      'differs',
      open.length + waived.length === 0 ? 'nothing' : `${open.length} not accepted, ${waived.length} waived`,
      0,
      LABEL_WIDTH,
      width,
    ),
    paint(`exit ${report.exitCode}: ${report.exitMeaning}`),
  ];
  return `${lines.join('\n')}\n`;
}
