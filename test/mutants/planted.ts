/** Planted bugs: a semantics with a mistake in it, a scenario that meets it, and what must be found. */
import { expect } from 'chai';
import { bpf, type Changes, proposal } from '../../models/index.ts';
import type { ModelDefinition } from '../../src/modelling/index.ts';
import { checkScenario } from '../../src/scenario/check.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { problemText, type Result } from '../../src/scenario/problem.ts';
import type { CheckResult } from '../../src/scenario/result.ts';

export interface Planted {
  /** Property that finds it, by its key. */
  readonly property: string;
  /** The bug, so that "catches …" is a sentence. */
  readonly bug: string;
  readonly changes: Changes;
  /** YAML without title. Its checks are the property under test and whatever else is worth watching there. */
  readonly scenario: string;
  /** Length of a shortest trace. */
  readonly steps: number;
  /** What else breaks, by label, each with the reason why it must. */
  readonly follows?: Readonly<Record<string, string>>;
}

/**
 * Properties that today's kernels never break, whatever a scenario does. They are watched in every one, so that a
 * property which fires without cause is found.
 */
export const STANDING: readonly string[] = [
  'atomic-failure',
  'attached-means-runs',
  'auto-detach-on-last-close',
  'capacity',
  'child-released-first',
  'defunct-after-cgroup-death',
  'effective-order',
  'hierarchy-modes',
  'link-keeps-program',
  'no-use-after-free',
  'observation-agrees',
  'owner-only',
  'pinned-survives-exit',
  'quiescent-no-leak',
  'ref-balance',
  'revision-counts-changes',
];

const BASE = 'linux-6.18';
const BUG = 'planted';

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.problems.map(problemText).join('\n'));
  return result.value;
}

/** The checks of the scenario, then the standing ones that it does not name. */
const withStanding = (scenario: string): string => {
  const named = STANDING.filter((name) => !new RegExp(`^ *- (?:\\{ )?${name}\\b`, 'm').test(scenario));
  return `title: planted\n${scenario.trimEnd()}\n${named.map((name) => `  - ${name}`).join('\n')}\n`;
};

function checked({ scenario, changes }: Planted, semantics: string): CheckResult {
  const model: ModelDefinition = {
    ...bpf,
    semantics: { ...bpf.semantics, [BUG]: proposal({ name: BUG, base: BASE, changes }) },
  };
  const loaded = value(loadScenario(withStanding(scenario), 'planted.yaml', model));
  return value(checkScenario(loaded, model, semantics));
}

const violated = ({ verdicts }: CheckResult): string[] =>
  verdicts.filter(({ verdict }) => verdict === 'violated').map(({ label }) => label);

/** Today's kernel keeps the property, and meets its subject. */
export function holdsToday(planted: Planted): void {
  const today = checked(planted, BASE);
  const wrong = today.verdicts.filter(({ verdict }) => verdict === 'violated' || verdict === 'unknown');
  expect(wrong.map(({ label, verdict, trace }) => `${label} ${verdict}: ${trace?.why}`)).to.deep.equal([]);
  expect(today.verdicts.find(({ property }) => property === planted.property)?.verdict).to.equal('holds');
}

/** The bug is found by a shortest trace, and nothing breaks that does not follow from it. */
export function isCaught(planted: Planted): void {
  const { property, steps, follows = {} } = planted;
  const found = checked(planted, BUG);
  const verdict = found.verdicts.find((candidate) => candidate.property === property);
  expect(`${verdict?.label} ${verdict?.verdict}`).to.equal(`${verdict?.label} violated`);
  const others = violated(found).filter((label) => label !== verdict?.label);
  expect(others.sort(), 'what else is violated').to.deep.equal(Object.keys(follows).sort());
  expect(verdict?.trace?.steps.length, 'steps of the trace').to.equal(steps);
  expect(verdict?.trace?.why).to.be.a('string').and.not.equal('');
}
