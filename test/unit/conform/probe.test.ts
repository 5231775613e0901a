/** From what a kernel shows to its features, with the model of some kernel in the place of a real one. */
import { expect } from 'chai';
import { bpf, FEATURES } from '../../../models/index.ts';
import { equals, type Found, type ProbedKernel, semanticsOf } from '../../../src/conform/probe/probe.ts';
import { PROBES } from '../../../src/conform/probe/probes.ts';
import { checkTrace } from '../../../src/trace/check.ts';

const found = (feature: string, finding: Found['finding']): Found => ({ feature, finding, evidence: '' });
const probed = (release: string, names: readonly string[], features: readonly Found[] = []): ProbedKernel => ({
  release,
  features,
  likenesses: names.map((semantics) => ({ semantics, lacks: [], hasMore: [] })),
});

describe('a probe', () => {
  it('there is for every feature, or a reason why not', () => {
    expect(Object.keys(PROBES).sort()).to.deep.equal(Object.keys(FEATURES).sort());
    for (const probe of Object.values(PROBES)) if ('cannot' in probe) expect(probe.cannot).to.match(/\w+ \w+/);
  });

  it('is a valid trace, and harmless: nobody enters a cgroup, nothing is fired, no traffic', () => {
    for (const [feature, probe] of Object.entries(PROBES)) {
      if ('cannot' in probe) continue;
      expect(
        checkTrace({ ...probe.trace, steps: probe.trace.steps.map((step) => ({ ...step, expect: { ok: true } })) }),
        feature,
      ).to.deep.equal([]);
      const ops = probe.trace.steps.map(({ op }) => op);
      for (const op of ['join', 'fire', 'send', 'open_socket']) expect(ops, feature).not.to.include(op);
    }
  });
});

describe('what a kernel is held against', () => {
  it('is the named semantics that it equals, that of its own version where several do', () => {
    expect(semanticsOf(probed('7.2.13+deb14', ['linux-6.12', 'linux-7.2']), bpf).name).to.equal('linux-7.2');
    expect(semanticsOf(probed('6.6.1', ['linux-6.12', 'linux-7.2']), bpf).name).to.equal('linux-6.12');
  });

  it('is the nearest one with what was found otherwise, where it equals none', () => {
    const kernel: ProbedKernel = {
      release: '6.18.50',
      features: [found('storage-check', 'present'), found('mprog', 'absent'), found('preorder', 'undecided')],
      likenesses: [{ semantics: 'linux-6.18', lacks: ['mprog'], hasMore: ['storage-check'] }],
    };
    const own = semanticsOf(kernel, bpf);
    expect(own.name).to.equal('probed');
    expect([...own.features])
      .to.include.members(['storage-check', 'preorder'])
      .and.not.include('mprog');
    expect(equals(kernel.likenesses[0] as (typeof kernel.likenesses)[0])).to.equal(false);
  });
});
