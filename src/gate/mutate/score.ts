/** Scores: what a campaign found, as data for reports. */
import type { ModelDefinition } from '../../modelling/model.ts';
import type { Fate, Trial } from './campaign.ts';
import type { Equivalents } from './equivalents.ts';
import { familyOf } from './family.ts';
import type { Difference } from './observe.ts';
import type { Recorded, Recording } from './recording.ts';

export type MutantFate = Fate | 'equivalent';

export interface MutantReport {
  readonly id: string;
  readonly name: string;
  readonly operator: string;
  /** What a kernel with this mistake does. */
  readonly says: string;
  readonly family: string;
  readonly fate: MutantFate;
  /** The run that shows the difference, or that hit a bound. */
  readonly by: { readonly scenario: string; readonly grain: string; readonly shows: readonly string[] } | undefined;
  /** Keys of the properties whose verdict changed in that run. */
  readonly properties: readonly string[];
  /** Why it is equivalent. */
  readonly reason: string | undefined;
  /** Where it lives on: the smallest runs that come to its site. */
  readonly near: readonly string[];
}

export interface Tally {
  readonly mutants: number;
  readonly killed: number;
  readonly equivalent: number;
  readonly survived: number;
  readonly uncovered: number;
  readonly bounded: number;
  /** Killed of those that are not equivalent, from 0 to 100. */
  readonly score: number;
}

export interface PropertyTally {
  readonly property: string;
  /** Mutants that were tried in a run which checks it. */
  readonly met: number;
  readonly killed: number;
  /** Killed, and nothing else in that run told the mutant from the original. */
  readonly alone: number;
}

export interface CampaignReport {
  readonly semantics: string;
  /** Mutants that there are; fewer may have been tried. */
  readonly known: number;
  readonly originals: number;
  readonly runs: number;
  readonly seconds: number;
  readonly atLeast: number;
  readonly equivalents: number;
  readonly total: Tally;
  readonly families: Readonly<Record<string, Tally>>;
  readonly operators: Readonly<Record<string, Tally>>;
  readonly properties: readonly PropertyTally[];
  readonly mutants: readonly MutantReport[];
}

export const nameOfRun = ({ job: { scenario, run } }: Recorded): string => `${scenario.file} @${run.grain}`;

function shown({ failure, verdicts, outcomesAdded, outcomesLost, bounds }: Difference): readonly string[] {
  if (failure !== undefined) return [`${failure.kind}: ${failure.why.split('\n')[0] ?? ''}`];
  return [
    ...verdicts.map(({ label, from, to }) => `${label}: ${to} instead of ${from}`),
    ...outcomesAdded.map((outcome) => `outcome added: ${outcome}`),
    ...outcomesLost.map((outcome) => `outcome lost: ${outcome}`),
    ...bounds.map((bound) => `bound: ${bound}`),
  ];
}

/** What told the mutant: properties, or `outcomes`, `setup`, `crash`. */
function tellers({ failure, verdicts, outcomesAdded, outcomesLost }: Difference): readonly string[] {
  if (failure !== undefined) return [failure.kind];
  const properties = verdicts.filter(({ to }) => to !== 'unknown').map(({ property }) => property);
  return [...new Set([...properties, ...(outcomesAdded.length + outcomesLost.length > 0 ? ['outcome set'] : [])])];
}

const NEAR_MOST = 3;

export function reportOf(
  { mutant, fate, by }: Trial,
  { runs }: Recording,
  model: ModelDefinition,
  equivalents: Equivalents,
): MutantReport {
  const reason = fate === 'killed' ? undefined : equivalents.of(mutant)?.reason;
  const near = runs
    .filter(({ met }) => met.has(mutant))
    .sort((a, b) => a.before.states - b.before.states)
    .slice(0, NEAR_MOST);
  return {
    id: mutant.id,
    name: mutant.name,
    operator: mutant.operator.name,
    says: mutant.operator.says,
    family: familyOf(mutant.site, model),
    fate: reason === undefined ? fate : 'equivalent',
    by: by && { scenario: by.run.job.scenario.file, grain: by.run.job.run.grain, shows: shown(by.difference) },
    properties: fate === 'killed' && by !== undefined ? tellers(by.difference) : [],
    reason,
    near: fate === 'killed' ? [] : near.map(nameOfRun),
  };
}

export function tallyOf(mutants: readonly MutantReport[]): Tally {
  const count = (fate: MutantFate): number => mutants.filter((mutant) => mutant.fate === fate).length;
  const [killed, equivalent] = [count('killed'), count('equivalent')];
  const judged = mutants.length - equivalent;
  return {
    mutants: mutants.length,
    killed,
    equivalent,
    survived: count('survived'),
    uncovered: count('uncovered'),
    bounded: count('bounded'),
    score: judged === 0 ? 0 : (100 * killed) / judged,
  };
}

export function talliesBy(
  mutants: readonly MutantReport[],
  key: (mutant: MutantReport) => string,
): Readonly<Record<string, Tally>> {
  const names = [...new Set(mutants.map(key))].sort();
  return Object.fromEntries(names.map((name) => [name, tallyOf(mutants.filter((mutant) => key(mutant) === name))]));
}

export function propertyTallies(
  trials: readonly Trial[],
  reports: ReadonlyMap<string, MutantReport>,
): readonly PropertyTally[] {
  const tallies = new Map<string, { met: number; killed: number; alone: number }>();
  const of = (property: string): { met: number; killed: number; alone: number } => {
    const known = tallies.get(property) ?? { met: 0, killed: 0, alone: 0 };
    tallies.set(property, known);
    return known;
  };
  for (const { mutant, runs } of trials) {
    const checked = new Set(
      runs.flatMap(({ before }) => [...before.verdicts.values()].map(({ property }) => property)),
    );
    for (const property of checked) of(property).met++;
    const killers = reports.get(mutant.id)?.properties ?? [];
    for (const property of killers) {
      const tally = of(property);
      if (!checked.has(property)) tally.met++;
      tally.killed++;
      if (killers.length === 1) tally.alone++;
    }
  }
  return [...tallies]
    .map(([property, tally]) => ({ property, ...tally }))
    .sort((a, b) => b.killed - a.killed || (a.property < b.property ? -1 : 1));
}
