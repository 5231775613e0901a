/**
 * Waivers: divergences that somebody answers for, until a day. They cannot rot: one that is unused, expired, malformed or
 * there twice is an error, and every report shows those that were applied.
 */
import { z } from 'zod';
import { type Problem, Problems, problemAt, type Result, success } from '../scenario/problem.ts';
import { readYaml, type YamlSource } from '../scenario/yaml-source.ts';
import type { Position } from '../world/input.ts';
import { canBeWaived, type DivergenceClass, type Fingerprinted, WAIVABLE } from './divergence.ts';
import { shapeProblems } from './shape-problems.ts';

/** Days that a waiver may last at most: who still wants it then says so again. */
export const WAIVER_DAYS_MAX = 366;
/** Fewer characters give no reason. */
const REASON_MIN = 10;
const DAY_MS = 24 * 60 * 60 * 1000;

const waiverShape = z.strictObject({
  candidate: z.string().min(1).describe('name of the semantics that the waiver is for'),
  scenario: z.string().min(1).describe('path of the scenario'),
  class: z.enum(WAIVABLE as [DivergenceClass, ...DivergenceClass[]]).describe('what kind of divergence'),
  subject: z
    .string()
    .min(1)
    .describe('label of the property, the outcome, `command ERRNO`, or what is covered no more'),
  fingerprint: z
    .string()
    .regex(/^fp-[0-9a-f]{16}$/, 'a fingerprint is `fp-` and 16 hexadecimal digits, as `lastref gate` prints it')
    .describe('of this very divergence, as `lastref gate` prints it'),
  reason: z.string().trim().min(REASON_MIN, `say in at least ${REASON_MIN} characters why this is right`),
  link: z.url({ protocol: /^https?$/, error: 'a link is an http or https URL' }).describe('where it was decided'),
  expires: z.iso
    .date('a day as 2027-03-31')
    .describe(`the last day on which it counts, at most ${WAIVER_DAYS_MAX} days ahead`),
});

const fileShape = z
  .strictObject({ waivers: z.array(waiverShape) })
  .describe('Waivers for lastref gate; `lastref gate --format waivers` writes entries to fill in');

export type WaiverEntry = z.output<typeof waiverShape>;

export interface Waiver extends WaiverEntry {
  readonly where: Position;
}

export const waiversJsonSchema = (): object => z.toJSONSchema(fileShape);

const keyOf = ({ candidate, scenario, class: of, subject, fingerprint }: WaiverEntry): string =>
  JSON.stringify([candidate, scenario, of, subject, fingerprint]);

/** Reads a file of waivers. LR504 malformed, LR507 there twice; every problem with line and column. */
export function readWaivers(text: string, file: string): Result<readonly Waiver[]> {
  const source = readYaml(text, file);
  if (!source.ok)
    return {
      ok: false,
      problems: source.problems.map((problem): Problem => ({ ...problem, code: 'LR504', hint: undefined })),
    };
  const shape = fileShape.safeParse(source.value.value, { reportInput: true });
  if (!shape.success) {
    const hint = '`lastref schema waivers` prints what an entry has';
    return {
      ok: false,
      problems: shapeProblems(shape.error, source.value, 'LR504', hint, Object.keys(waiverShape.shape)),
    };
  }
  return unique(shape.data.waivers, source.value);
}

function unique(entries: readonly WaiverEntry[], source: YamlSource): Result<readonly Waiver[]> {
  const problems = new Problems(source.file);
  const first = new Map<string, Position>();
  const waivers = entries.map((entry, i): Waiver => {
    const where = source.at(['waivers', i]);
    const earlier = first.get(keyOf(entry));
    if (earlier !== undefined)
      problems.add(
        'LR507',
        `this waiver of ${entry.subject} stands in line ${earlier.line ?? 1} already`,
        where,
        'remove one of them',
      );
    else first.set(keyOf(entry), where);
    return { ...entry, where };
  });
  return problems.result(waivers);
}

export interface Applied {
  /** The waiver of each divergence that has one. */
  readonly waived: ReadonlyMap<Fingerprinted, Waiver>;
  /** LR505 expired or for too long, LR506 unused. */
  readonly problems: readonly Problem[];
  /** Waivers that are for other candidates. */
  readonly others: number;
}

const daysUntil = (day: string, today: string): number => (Date.parse(day) - Date.parse(today)) / DAY_MS;

function dateProblem({ expires, subject, where }: Waiver, today: string): Problem | undefined {
  const days = daysUntil(expires, today);
  if (days < 0)
    return problemAt(
      'LR505',
      `the waiver of ${subject} expired on ${expires}`,
      where,
      'mend what it waives, or decide anew and say so',
    );
  if (days > WAIVER_DAYS_MAX)
    return problemAt(
      'LR505',
      `the waiver of ${subject} would last ${days} days`,
      where,
      `at most ${WAIVER_DAYS_MAX} days ahead`,
    );
  return undefined;
}

/** What an unused waiver may have meant. */
function unusedProblem(waiver: Waiver, divergences: readonly Fingerprinted[]): Problem {
  const same = divergences.find(
    ({ scenario, class: of, subject }) =>
      scenario === waiver.scenario && of === waiver.class && subject === waiver.subject,
  );
  const hint =
    same === undefined
      ? 'what it waived is gone: remove it'
      : `there is a divergence like this with another fingerprint, ${same.fingerprint}: look at it before you waive it`;
  return problemAt('LR506', `nothing uses the waiver of ${waiver.subject} in ${waiver.scenario}`, waiver.where, hint);
}

/**
 * Applies the waivers of one candidate. `today` is a day (2026-11-28). `selected` tells whether a scenario takes part in
 * this gate: a waiver for one that was left out is neither used nor unused.
 */
export function applyWaivers(
  waivers: readonly Waiver[],
  divergences: readonly Fingerprinted[],
  {
    candidate,
    today,
    selected,
  }: { readonly candidate: string; readonly today: string; readonly selected: (scenario: string) => boolean },
): Applied {
  const waived = new Map<Fingerprinted, Waiver>();
  const problems: Problem[] = [];
  for (const waiver of waivers) {
    const date = dateProblem(waiver, today);
    if (date !== undefined) problems.push(date);
    if (date !== undefined || waiver.candidate !== candidate) continue;
    const divergence = divergences.find(
      (each) =>
        canBeWaived(each.class) &&
        each.fingerprint === waiver.fingerprint &&
        each.scenario === waiver.scenario &&
        each.class === waiver.class &&
        each.subject === waiver.subject,
    );
    if (divergence !== undefined) waived.set(divergence, waiver);
    else if (selected(waiver.scenario)) problems.push(unusedProblem(waiver, divergences));
  }
  return { waived, problems, others: waivers.filter((waiver) => waiver.candidate !== candidate).length };
}

/** An entry to fill in: the reason and the link are empty, which the gate refuses. */
export function waiverDraft(candidate: string, divergence: Fingerprinted): Record<keyof WaiverEntry, string> {
  const { scenario, class: of, subject, fingerprint } = divergence;
  return { candidate, scenario, class: of, subject, fingerprint, reason: '', link: '', expires: '' };
}

export const noWaivers = (): Result<readonly Waiver[]> => success([]);
