import { join } from 'node:path';
import { expect } from 'chai';
import { bpf, FEATURES, type Feature } from '../../../../models/index.ts';
import { DEFAULT_BUDGET } from '../../../../src/explore/budget.ts';
import { compare } from '../../../../src/gate/diff/compare.ts';
import type { Comparison } from '../../../../src/gate/diff/result.ts';
import type { Semantics } from '../../../../src/modelling/index.ts';
import { loadScenario, loadScenarioFile } from '../../../../src/scenario/load.ts';
import type { Scenario } from '../../../../src/scenario/scenario.ts';
import type { Grain } from '../../../../src/world/input.ts';
import { ROOT } from '../../../support/repository.ts';
import { value } from '../../../support/tiny-scenario.ts';

const worlds = (bpf.menus ?? []).map(({ name, scenario }) =>
  value(loadScenario(JSON.stringify(scenario), `menu:${name}`, bpf)),
);

const today = bpf.semantics['linux-6.18'] as Semantics<Feature>;

/** The kernel with the feature if it has none, and without it if it has it. */
function toggled(feature: Feature): Semantics<Feature> {
  const features = new Set(today.features);
  if (!features.delete(feature)) features.add(feature);
  return { ...today, name: `other-${feature}`, features };
}

function compared(other: Semantics<Feature>, grain: Grain, scenarios: readonly Scenario[] = worlds): Comparison {
  const budget = { ...DEFAULT_BUDGET, maxStates: 200_000 };
  const sides = [
    { semantics: today, as: today.name },
    { semantics: other, as: other.name },
  ] as const;
  return value(compare(scenarios, bpf, sides, { grain, budget, all: false }));
}

/** What only a race shows is told apart by the scenario of that race, at grain lock. */
const BY_RACE: Readonly<Record<string, string>> = {
  'deferred-link-dealloc': 'bugs/LK02',
  'late-program-put': 'bugs/TR05',
  'netns-compare-under-lock': 'netns/two-updaters-both-win',
};

const raceOf = (file: string): Scenario => value(loadScenarioFile(join(ROOT, 'scenarios', `${file}.yaml`), bpf));

/** Deferred work that is done at once is no work. */
const ONLY_BY_TIMING: readonly string[] = ['deferred-pin-put', 'pin-put-by-rcu'];

describe('menu worlds', function () {
  this.timeout(60_000);

  for (const feature of Object.keys(FEATURES) as Feature[])
    it(`tell a kernel with ${feature} from one without`, () => {
      const race = BY_RACE[feature];
      if (race !== undefined) {
        const [first] = compared(toggled(feature), 'lock', [raceOf(race)]).differences;
        expect(first, `a schedule of ${race}`).to.not.equal(undefined);
        return;
      }
      const timing = ONLY_BY_TIMING.includes(feature);
      const [first] = compared(toggled(feature), timing ? 'work' : 'command').differences;
      expect(first?.steps).to.be.within(1, 4);
    });

  it('show no difference that only deferred work makes where it is done at once', () => {
    const { differences, explored } = compared(toggled('deferred-pin-put'), 'command');
    expect(differences).to.deep.equal([]);
    expect(explored.every(({ exhausted }) => exhausted)).to.equal(true);
  });
});
