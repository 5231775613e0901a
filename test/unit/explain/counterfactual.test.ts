/** Counterfactuals: the search over sets of changes, and what it finds in proposals and historic bugs. */
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { bpf, proposal } from '../../../models/index.ts';
import { rules } from '../../../models/rules/index.ts';
import { type Counterfactual, search } from '../../../src/explain/counterfactual.ts';
import { counterfactualLines } from '../../../src/report/counterfactual.ts';
import { checkScenario } from '../../../src/scenario/check.ts';
import { counterfactual } from '../../../src/scenario/counterfactual.ts';
import { loadScenarioFile } from '../../../src/scenario/load.ts';
import { ROOT } from '../../support/repository.ts';
import { value, verdictOf } from '../../support/tiny-scenario.ts';

function found(file: string, semantics: string, label: string, model = bpf): Counterfactual | undefined {
  const scenario = value(loadScenarioFile(join(ROOT, 'scenarios', file), model));
  const result = value(checkScenario(scenario, model, semantics));
  return counterfactual(scenario, model, result, verdictOf(result, label));
}

describe('the search for the smallest change', () => {
  const CHANGES = ['a', 'b', 'c', 'd', 'e'];

  it('finds every smallest set, and tries all that are smaller', () => {
    fc.assert(
      fc.property(fc.array(fc.subarray(CHANGES, { minLength: 1 }), { minLength: 1, maxLength: 4 }), (working) => {
        const enough = (some: ReadonlySet<string>): boolean => working.some((set) => set.every((one) => some.has(one)));
        const { smallest, attempts, complete } = search(CHANGES, (some) => (enough(some) ? 'holds' : 'violated'));
        const size = Math.min(...working.map((set) => set.length));
        const wanted = new Set(working.filter((set) => set.length === size).map((set) => set.join()));
        expect(complete).to.equal(true);
        expect(new Set(smallest.map((set) => set.join()))).to.deep.equal(wanted);
        for (const { changes, outcome } of attempts) expect(outcome === 'holds').to.equal(enough(new Set(changes)));
      }),
    );
  });

  it('says that it stopped at the limit', () => {
    expect(search(CHANGES, () => 'violated', 3)).to.deep.include({ smallest: [], complete: false });
  });

  it('takes a set that does not run, or proves nothing, for one that does not help', () => {
    for (const outcome of ['does not run', 'unknown', 'vacuous'] as const)
      expect(search(['a'], () => outcome).smallest).to.deep.equal([]);
  });
});

describe('a counterfactual', () => {
  it('names the one step that a proposal should not have changed', () => {
    const { against, way, smallest } = found(
      'ownership/stranger-tries-everything.yaml',
      'owner-is-the-program',
      'owner-only',
    ) as Counterfactual;
    expect({ against, way, smallest }).to.deep.equal({
      against: 'linux-6.18',
      way: 'restored',
      smallest: [['step prog_detach / detach [cgroup_mutex]']],
    });
  });

  it('names the feature that a historic bug lacks', () => {
    const { smallest } = found(
      'order/update-among-preorder-entries.yaml',
      'bug-CG08',
      'effective-order',
    ) as Counterfactual;
    expect(smallest).to.deep.equal([['feature removed preorder-slot-fix']]);
  });

  it('tells the changes that do not help, and needs two where two are wrong', () => {
    const bad = proposal({
      name: 'two-mistakes',
      base: 'linux-6.18',
      changes: {
        rules: {
          hasRoom: () => true,
          detachLink(k, link) {
            for (const slot of k.all.slot) slot.effective.clear();
            rules.detachLink(k, link);
          },
          autoDetach(k, link) {
            rules.autoDetach(k, link);
          },
          updateEffective(k, slot) {
            rules.updateEffective(k, slot);
            if (k.step.op === 'link_detach') for (const lower of slot.subtree) lower.effective.clear();
          },
          removeEntry(k, slot, entry) {
            rules.removeEntry(k, slot, entry);
            if (k.step.op === 'link_detach') slot.effective.clear();
          },
        },
      },
    });
    const model = { ...bpf, semantics: { ...bpf.semantics, [bad.name]: bad } };
    const scenario = value(loadScenarioFile(join(ROOT, 'test/fixtures/two-mistakes.yaml'), model));
    const result = value(checkScenario(scenario, model, bad.name));
    const two = counterfactual(scenario, model, result, verdictOf(result, 'attached-means-runs')) as Counterfactual;
    expect(two.smallest).to.deep.equal([['rule updateEffective', 'rule removeEntry']]);
    expect(two.attempts.filter(({ changes }) => changes.length === 1).length).to.equal(5);
    expect(counterfactualLines(two, 75)[0]).to.equal(
      '  Restoring rule updateEffective and rule removeEntry as in linux-6.18',
    );
  });

  it('names the feature of the next kernel that mended it', () => {
    const { against, way, smallest } = found(
      'cgroup-death/inherited-program.yaml',
      'linux-5.3',
      'use-after-free',
    ) as Counterfactual;
    expect({ against, way, smallest }).to.deep.equal({
      against: 'linux-5.5',
      way: 'adopted',
      smallest: [['feature added descendants-hold-ancestors']],
    });
  });

  it('is undefined where the base, or every kernel, breaks the property as well', () => {
    expect(found('cgroup/replace-detach-attach.yaml', 'linux-6.18', 'no-gap')).to.equal(undefined);
    expect(found('cgroup/replace-detach-attach.yaml', 'owner-is-the-program', 'no-gap')).to.equal(undefined);
  });
});
