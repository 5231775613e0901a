/** The historic bugs: each is found by a shortest trace where the catalogue says, not at a coarser grain, and not where it is fixed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { bpf } from '../../models/index.ts';
import { BUGS } from '../../models/semantics/bugs/index.ts';
import { DEFAULT_BUDGET } from '../../src/explore/budget.ts';
import { compare } from '../../src/gate/diff/compare.ts';
import type { Semantics } from '../../src/modelling/index.ts';
import { checkScenario } from '../../src/scenario/check.ts';
import { loadScenarioFile } from '../../src/scenario/load.ts';
import { problemText, type Result } from '../../src/scenario/problem.ts';
import type { CheckResult } from '../../src/scenario/result.ts';
import { GRAINS, type Grain } from '../../src/world/input.ts';
import { ROOT } from '../support/repository.ts';
import { describeWithShared, sharedPath } from '../support/shared.ts';
import { FOUND, type FoundBug } from './found.ts';

const SECONDS_MAX = 10;
/** Grains that the catalogue's granularities ask for: a bug must be visible there at the latest. */
const GRAIN_OF: Readonly<Record<string, Grain>> = { syscall: 'command', lock: 'lock', 'rcu-wq': 'lock' };

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.problems.map(problemText).join('\n'));
  return result.value;
}

function checked(scenario: string, semantics: string, grain?: Grain): CheckResult {
  const loaded = value(loadScenarioFile(join(ROOT, 'scenarios/bugs', `${scenario}.yaml`), bpf));
  return value(checkScenario(loaded, bpf, semantics, grain === undefined ? {} : { grain }));
}

const withBug = ({ id, scenario = id, semantics = `bug-${id}` }: FoundBug, grain: Grain): CheckResult =>
  checked(scenario, semantics, grain);

const verdictOf = ({ verdicts }: CheckResult, label: string): string =>
  verdicts.find((verdict) => verdict.label === label)?.verdict ?? 'no such label';

for (const bug of FOUND)
  describe(`the historic bug ${bug.id}`, () => {
    it(`is found at grain ${bug.grain} by ${bug.label}, in ${bug.steps} step${bug.steps === 1 ? '' : 's'}`, () => {
      const result = withBug(bug, bug.grain);
      const found = result.verdicts.find(({ label }) => label === bug.label);
      expect(found?.verdict).to.equal('violated');
      expect(found?.trace?.steps.length).to.equal(bug.steps);
      expect(result.seconds).to.be.below(SECONDS_MAX);
    });

    for (const coarser of GRAINS.slice(0, GRAINS.indexOf(bug.grain)))
      it(`is not seen at grain ${coarser}`, () => {
        expect(verdictOf(withBug(bug, coarser), bug.label)).to.be.oneOf(['holds', 'vacuous']);
      });

    it('is gone where it is fixed', () => {
      const { scenario = bug.scenario ?? bug.id, semantics } = bug.fixed;
      const result = checked(scenario, semantics);
      expect(verdictOf(result, bug.label)).to.be.oneOf(['holds', 'vacuous', 'no such label']);
      const wrong = result.verdicts.filter(({ verdict, expected }) => verdict !== expected);
      expect(wrong.map(({ label }) => label)).to.deep.equal([]);
    });
  });

describeWithShared('the catalogue of historic bugs', () => {
  interface Entry {
    readonly id: string;
    readonly invariants: readonly string[];
    readonly granularity: string;
  }
  const { bugs } = JSON.parse(readFileSync(sharedPath('bugs', 'historic-bugs.json'), 'utf8')) as {
    readonly bugs: readonly Entry[];
  };

  it('is found from end to end', () => {
    expect(FOUND.map(({ id }) => id).sort()).to.deep.equal(bugs.map(({ id }) => id).sort());
  });

  it('names the invariants that find them', () => {
    const wrong = FOUND.filter(
      ({ id, invariant }) => !bugs.find((bug) => bug.id === id)?.invariants.includes(invariant),
    );
    expect(wrong.map(({ id, invariant }) => `${id} ${invariant}`)).to.deep.equal([]);
  });

  it('says how fine a step has to be', () => {
    const wrong = FOUND.filter(({ id, grain }) => {
      const finest = GRAIN_OF[bugs.find((bug) => bug.id === id)?.granularity ?? ''] ?? 'command';
      return GRAINS.indexOf(grain) > GRAINS.indexOf(finest);
    });
    expect(wrong.map(({ id, grain }) => `${id} ${grain}`)).to.deep.equal([]);
  });

  it('has a semantics for every bug of the kernel', () => {
    const inKernel = bugs.map(({ id }) => id).filter((id) => !id.startsWith('US'));
    expect(inKernel.filter((id) => BUGS[`bug-${id}`] === undefined)).to.deep.equal([]);
  });
});

describe('the difference between a historic bug and its fix', () => {
  const inKernel = FOUND.filter(({ semantics, id }) => semantics === undefined && !id.startsWith('US'));
  for (const { id, grain, scenario = id } of inKernel)
    it(`is shown by a shortest schedule: ${id}`, () => {
      const loaded = value(loadScenarioFile(join(ROOT, 'scenarios/bugs', `${scenario}.yaml`), bpf));
      const side = (name: string) => ({ semantics: bpf.semantics[name] as Semantics, as: name });
      const sides = [side(`bug-${id}`), side('linux-6.18')] as const;
      const { differences } = value(compare([loaded], bpf, sides, { grain, budget: DEFAULT_BUDGET, all: false }));
      expect(differences[0]?.steps).to.be.at.least(1);
    });
});
