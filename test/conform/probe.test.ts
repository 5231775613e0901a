/** Probing the running kernel, and a kernel that lacks what a model says it has. */
import { expect } from 'chai';
import { bpf, LINUX } from '../../models/index.ts';
import { type AgentProcess, startLive } from '../../src/conform/kernels/live.ts';
import { equals, type ProbedKernel, probe } from '../../src/conform/probe/probe.ts';
import { describeLive, isKernel618 } from './support.ts';

describeLive('probing the live kernel', () => {
  let kernel: AgentProcess;
  let probed: ProbedKernel;
  before(async function () {
    this.timeout(60_000);
    const started = await startLive();
    if (!started.ok) throw new Error(started.why);
    ({ kernel } = started);
    probed = await probe(kernel, bpf, Object.values(LINUX));
  });
  after(() => kernel?.stop());

  it('finds it to be linux-6.18, and nothing else', function () {
    if (!isKernel618) this.skip();
    expect(probed.likenesses.filter(equals).map(({ semantics }) => semantics)).to.deep.equal(['linux-6.18']);
  });

  it('decides most features, each by a step whose result says so', () => {
    const decided = probed.features.filter(({ finding }) => finding === 'present' || finding === 'absent');
    expect(decided.length).to.be.greaterThan(20);
    for (const { feature, evidence } of decided) expect(evidence, feature).to.match(/^[a-z_]+: .+; with(out)? it: /);
  });

  it('tells in the end what it assumed wrongly at the start', async function () {
    if (!isKernel618) this.skip();
    this.timeout(60_000);
    const again = await probe(kernel, { ...bpf, defaultSemantics: 'linux-5.10' }, Object.values(LINUX));
    expect(again.likenesses.filter(equals).map(({ semantics }) => semantics)).to.deep.equal(['linux-6.18']);
  });
});
