/** Divergences: what differs between two records, each with a fingerprint that a waiver can name. */
import type { Grain } from '../world/input.ts';

/** What every class means, for reports and for `lastref schema waivers`. */
export const CLASSES = {
  'newly violated': 'a property that was not violated is violated',
  'newly holding': 'a property that did not hold holds',
  'newly unknown': 'a bound was hit before the property was decided',
  'newly vacuous': 'nothing is there any more that could break the property',
  'violated otherwise': 'a property was violated and is, by a shortest trace of other steps or results',
  'unknown on both sides': 'neither side was decided, so nothing was compared',
  'outcome added': 'a run can end with results that no run ended with before',
  'outcome lost': 'no run ends with these results any more',
  'errno added': 'a command says what it did not say in this scenario',
  'errno lost': 'a command does not say any more what it said in this scenario',
  'coverage lost': 'what was exercised is not any more',
  'setup fails': 'the setup of the scenario does not succeed any more',
  'setup succeeds': 'the setup of the scenario did not succeed before',
  'property added': 'the record does not know this check of the scenario',
  'property removed': 'the record has a check that the scenario has no more',
  'scenario added': 'there is no record of this scenario at this grain',
  'scenario removed': 'the record is of a scenario, or a grain of it, that is not checked any more',
} as const;

export type DivergenceClass = keyof typeof CLASSES;
export const CLASS_NAMES = Object.keys(CLASSES) as DivergenceClass[];

/** Only a new record can settle these: the suite itself is another one. */
const OF_THE_SUITE: ReadonlySet<DivergenceClass> = new Set([
  'property added',
  'property removed',
  'scenario added',
  'scenario removed',
]);

/** Nothing was decided, so there is nothing that a waiver could accept. */
const UNDECIDED: ReadonlySet<DivergenceClass> = new Set(['newly unknown', 'unknown on both sides']);

export const canBeWaived = (of: DivergenceClass): boolean => !OF_THE_SUITE.has(of) && !UNDECIDED.has(of);
export const WAIVABLE = CLASS_NAMES.filter(canBeWaived);

export interface Divergence {
  readonly class: DivergenceClass;
  readonly scenario: string;
  readonly grain: Grain | undefined;
  /** Label of the property, the outcome, `command ERRNO`, what is covered no more, or the scenario. */
  readonly subject: string;
  /** What the baseline says. */
  readonly was: string;
  readonly now: string;
  /** Shortest trace of the candidate, where it violates a property. */
  readonly steps: readonly string[];
}

/** One thing that differs, with what a waiver names it by. */
export interface Fingerprinted extends Divergence {
  /** `fp-` and 16 hexadecimal digits; docs/decisions/015-gate.md says what goes into it. */
  readonly fingerprint: string;
}

/** What a verdict means for an exit code: undecided, vacuous, or another one. */
export function seriousness(of: DivergenceClass): 'violated' | 'unknown' | 'vacuous' {
  if (UNDECIDED.has(of)) return 'unknown';
  return of === 'newly vacuous' ? 'vacuous' : 'violated';
}

/** 64-bit FNV-1a over the UTF-8 text: no secret is kept, so a hash that needs no package does. */
function hash(text: string): string {
  let value = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text))
    value = BigInt.asUintN(64, (value ^ BigInt(byte)) * 0x100000001b3n);
  // The letters keep YAML from reading digits as a number.
  return `fp-${value.toString(16).padStart(16, '0')}`;
}

/**
 * Stable against whatever does not change what the divergence is: numbering of states and choices, time, other
 * divergences, wording of statements, arguments that stay those of the scenario. Another class, scenario, grain, subject,
 * pair of verdicts or sequence of (actor, command, result) makes another one.
 */
export function fingerprinted(divergence: Divergence): Fingerprinted {
  const { scenario, grain, subject, was, now, steps } = divergence;
  return {
    ...divergence,
    fingerprint: hash(JSON.stringify([divergence.class, scenario, grain ?? null, subject, was, now, steps])),
  };
}
