/** What a gate hands to its reports, and the words that all of them use. */
import type { Finding, GateResult } from '../../gate/gate.ts';
import type { LastHolder } from '../holders.ts';
import { lastHolders } from '../holders.ts';

export interface GateReport extends GateResult {
  /** Version of the program. */
  readonly version: string;
  readonly exitCode: number;
  /** What the exit code means, in words. */
  readonly exitMeaning: string;
}

export const plural = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`;

/** What is compared with what, in one sentence each. */
export function sidesText({ candidate, baseline }: GateReport): {
  readonly candidate: string;
  readonly baseline: string;
} {
  const over = candidate.base === undefined ? '' : ` over ${candidate.base}`;
  const from = candidate.as === candidate.name ? '' : ` from ${candidate.as}`;
  return {
    candidate: `${candidate.name}${from}${over}: ${candidate.says}`,
    baseline:
      baseline.kind === 'golden'
        ? `the records of ${baseline.semantics} that were accepted in ${baseline.folder}`
        : `${baseline.as}, run now`,
  };
}

export function comparedText({ scenarios, runs, notSetUp, seconds }: GateReport): string {
  const verdicts = runs.reduce((sum, run) => sum + run.verdicts, 0);
  const left = notSetUp === 0 ? '' : `; ${plural(notSetUp, 'run')} left out, which neither side can set up`;
  return `${plural(scenarios, 'scenario')}, ${plural(runs.length, 'run')} (scenario at grain), ${plural(verdicts, 'verdict')} compared in ${seconds.toFixed(1)} s${left}`;
}

export const placeText = ({ divergence: { scenario, grain } }: Finding): string =>
  grain === undefined ? scenario : `${scenario}@${grain}`;

/** `no-gap newly violated (was holds)`. */
export function headText({ divergence }: Finding): string {
  const { class: of, subject, was, now } = divergence;
  const change =
    /^(?:yes|no|none|checked)$/.test(was) && /^(?:yes|no|none|checked)$/.test(now) ? '' : ` (was: ${was}; is: ${now})`;
  return `${of}: ${subject}${change}`;
}

export const heldText = ({ object, step, actor, op, held }: LastHolder): string =>
  `the last reference to ${object} was ${held.length === 0 ? 'only counted' : `held by ${held.join(', ')}`}, and went in step ${step} (${actor} ${op})`;

/** Who held the last references in the trace of a violation. */
export const holdersOf = ({ evidence }: Finding): readonly LastHolder[] =>
  lastHolders(evidence?.verdict.trace?.steps ?? []);

/** Why, who held the last reference, and what else breaks: a sentence each. */
export function reasonTexts(finding: Finding): readonly string[] {
  const { evidence } = finding;
  if (evidence === undefined) return [];
  const { verdict, alsoViolated } = evidence;
  return [
    ...(verdict.trace === undefined ? [] : [verdict.trace.why]),
    ...holdersOf(finding).map(heldText),
    alsoViolated.length === 0
      ? 'no other property is violated in this run'
      : `also violated in this run: ${alsoViolated.join(', ')}`,
  ];
}

export const waiverText = ({ waiver }: Finding): string =>
  waiver === undefined ? '' : `waived until ${waiver.expires}: ${waiver.reason} (${waiver.link})`;

/** `2 newly violated, 1 outcome added`, in the order of their first appearance. */
export function countsText(findings: readonly Finding[]): string {
  const counts = new Map<string, number>();
  for (const { divergence } of findings) counts.set(divergence.class, (counts.get(divergence.class) ?? 0) + 1);
  return [...counts].map(([of, n]) => `${n} ${of}`).join(', ');
}

export function split({ findings }: GateReport): {
  readonly open: readonly Finding[];
  readonly waived: readonly Finding[];
} {
  return {
    open: findings.filter(({ waiver }) => waiver === undefined),
    waived: findings.filter(({ waiver }) => waiver !== undefined),
  };
}
