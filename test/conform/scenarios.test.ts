/** Scenarios on the running kernel: their schedules agree with the model, and so does what is seen when actors run freely. */
import { expect } from 'chai';
import { bpf } from '../../models/index.ts';
import { conformScenarios } from '../../src/conform/schedules/schedule-runs.ts';
import { SCHEDULES } from '../../src/conform/schedules/schedules.ts';
import { stress } from '../../src/conform/schedules/stress.ts';
import { semanticsNamed } from '../support/semantics.ts';
import { describeLive, isKernel618, RULES, scenarioIn, withKernel } from './support.ts';

const RACE = 'cgroup/two-attaches-with-one-revision.yaml';
const RUNS = 60;

describeLive('scenarios on the live kernel', () => {
  const kernelOf = withKernel();

  it('agree with the model in every schedule', async function () {
    if (!isKernel618) this.skip();
    const scenarios = [
      'races/update-against-close.yaml',
      'replace/two-managers.yaml',
      'pins/killed-before-the-pin.yaml',
    ];
    const ran = await conformScenarios([kernelOf()], scenarios.map(scenarioIn), RULES, SCHEDULES, () => undefined);
    expect(ran.totals).to.include({ differ: 0, notRunnable: 0 });
    expect(ran.totals.agree).to.be.greaterThan(20);
    expect(ran.whole).to.equal(3);
  });

  it('fill a cgroup to what the scenario calls its limit, and say what no schedule shows', async function () {
    if (!isKernel618) this.skip();
    const scenarios = ['capacity/full-slot.yaml', RACE].map(scenarioIn);
    const errnos: unknown[] = [];
    const ran = await conformScenarios([kernelOf()], scenarios, RULES, SCHEDULES, ({ source }) => {
      errnos.push(...source.trace.steps.map(({ expect: said }) => said['errno']));
    });
    expect(ran.obstacles).to.deep.equal({});
    expect(errnos).to.include('E2BIG');
    expect(Object.keys(ran.left).join()).to.contain('grain lock');
    expect(ran.totals).to.include({ differ: 0, notRunnable: 0 });
  });

  it('show nothing but outcomes of the model when actors run freely', async function () {
    if (!isKernel618) this.skip();
    const verdict = await stress(kernelOf(), scenarioIn(RACE), bpf, 'linux-6.18', { runs: RUNS, seed: 't' });
    if (verdict.kind !== 'ran') throw new Error(verdict.why);
    expect(verdict.strange).to.deep.equal([]);
    expect(verdict.seen.reduce((sum, { times }) => sum + times, 0)).to.equal(RUNS);
    expect(verdict.seen.filter(({ times }) => times > 0)).to.have.length(2);
  });

  it('find outcomes that another kernel has not', async function () {
    if (!isKernel618) this.skip();
    expect(semanticsNamed('linux-5.10').name).to.equal('linux-5.10');
    const verdict = await stress(kernelOf(), scenarioIn(RACE), bpf, 'linux-5.10', { runs: 5, seed: 't' });
    if (verdict.kind !== 'ran') throw new Error(verdict.why);
    expect(verdict.strange).to.not.deep.equal([]);
  });

  it('do not run freely where nobody races', async () => {
    const verdict = await stress(kernelOf(), scenarioIn('modes/what-goes-with-what.yaml'), bpf, 'linux-6.18', {
      runs: 1,
      seed: 't',
    });
    expect(verdict).to.deep.equal({ kind: 'not-runnable', why: 'only one actor takes steps' });
  });
});
