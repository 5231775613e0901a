/** The gate: a comparison with its evidence and its waivers, as data that reports print. */

import type { Problem } from '../scenario/problem.ts';
import type { CheckResult, CheckVerdict } from '../scenario/result.ts';
import type { ComparedRun, Comparison, Gained } from './compare.ts';
import { type Fingerprinted, seriousness } from './divergence.ts';
import { applyWaivers, type Waiver } from './waivers.ts';

/** The violation behind a divergence: replayed from the start before it came here. */
export interface Evidence {
  readonly result: CheckResult;
  readonly verdict: CheckVerdict;
  /** Labels of everything else that the candidate violates in the same run. */
  readonly alsoViolated: readonly string[];
}

export interface Finding {
  readonly divergence: Fingerprinted;
  readonly evidence: Evidence | undefined;
  readonly waiver: Waiver | undefined;
}

/** What was compared with what, in words and as data. */
export interface Sides {
  readonly candidate: {
    readonly name: string;
    readonly as: string;
    readonly says: string;
    readonly base: string | undefined;
  };
  readonly baseline:
    | { readonly kind: 'golden'; readonly folder: string; readonly semantics: string }
    | { readonly kind: 'run'; readonly semantics: string; readonly as: string };
}

export interface GateResult extends Sides {
  readonly findings: readonly Finding[];
  readonly gained: readonly Gained[];
  readonly scenarios: number;
  readonly runs: readonly ComparedRun[];
  readonly notSetUp: number;
  /** Of waivers: unused, expired. */
  readonly problems: readonly Problem[];
  readonly waiverFile: string | undefined;
  readonly otherWaivers: number;
  readonly today: string;
  readonly seconds: number;
}

export interface GateInput extends Sides {
  readonly comparison: Comparison;
  readonly results: readonly CheckResult[];
  readonly scenarios: readonly string[];
  readonly waivers: readonly Waiver[];
  readonly waiverFile: string | undefined;
  readonly today: string;
  readonly seconds: number;
  /** Path of a result's scenario as records name it. */
  readonly pathOf: (file: string) => string;
  /** Would a scenario of this path take part, if there were one? */
  readonly covers: (scenario: string) => boolean;
}

function evidenceOf(divergence: Fingerprinted, results: ReadonlyMap<string, CheckResult>): Evidence | undefined {
  if (divergence.class !== 'newly violated' && divergence.class !== 'violated otherwise') return undefined;
  const result = results.get(`${divergence.scenario}@${divergence.grain}`);
  const verdict = result?.verdicts.find(({ label }) => label === divergence.subject);
  if (result === undefined || verdict === undefined) return undefined;
  const others = result.verdicts.filter((each) => each.verdict === 'violated' && each.label !== verdict.label);
  return { result, verdict, alsoViolated: others.map(({ label }) => label) };
}

export function gate(input: GateInput): GateResult {
  const { candidate, baseline, comparison, waivers, waiverFile, today, seconds, pathOf } = input;
  const { divergences, gained, runs, notSetUp } = comparison;
  const results = new Map(input.results.map((result) => [`${pathOf(result.file)}@${result.grain}`, result]));
  const selected = new Set(input.scenarios);
  const applied = applyWaivers(waivers, divergences, {
    candidate: candidate.name,
    today,
    selected: (scenario) => selected.has(scenario) || input.covers(scenario),
  });
  return {
    candidate,
    baseline,
    findings: divergences.map((divergence) => ({
      divergence,
      evidence: evidenceOf(divergence, results),
      waiver: applied.waived.get(divergence),
    })),
    gained,
    scenarios: selected.size,
    runs,
    notSetUp,
    problems: applied.problems,
    waiverFile,
    otherWaivers: applied.others,
    today,
    seconds,
  };
}

export const unwaived = ({ findings }: Pick<GateResult, 'findings'>): readonly Finding[] =>
  findings.filter(({ waiver }) => waiver === undefined);

/** What the gate ends with, in the words of the exit codes. */
export function gateVerdicts(
  result: GateResult,
): readonly ('input' | 'violated' | 'unknown' | 'vacuous' | 'expected')[] {
  if (result.runs.length === 0) return ['input'];
  const open = unwaived(result).map(({ divergence }) => seriousness(divergence.class));
  return [
    ...(result.problems.length > 0 ? (['input'] as const) : []),
    ...open,
    ...(open.length === 0 ? (['expected'] as const) : []),
  ];
}
