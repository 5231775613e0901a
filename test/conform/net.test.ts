/** Devices and namespaces on the running kernel: recorded traces, schedules, generated traces, and what the agent refuses. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { conformTrace } from '../../src/conform/run-trace.ts';
import { conformScenarios } from '../../src/conform/schedules/schedule-runs.ts';
import { SCHEDULES } from '../../src/conform/schedules/schedules.ts';
import type { Rules } from '../../src/conform/traces.ts';
import type { TraceFile, TraceStep } from '../../src/trace/format.ts';
import { ROOT } from '../support/repository.ts';
import { describeWithShared, sharedPath } from '../support/shared.ts';
import { sourceOf } from '../support/traces.ts';
import { describeLive, expectGeneratedToAgree, isKernel618, RULES, scenarioIn, withKernel } from './support.ts';

const FAMILY_TRACES = /^(tcx|xdp|netns)_.*\.json$/;
const OK = { ok: true } as const;
const step = (op: string, args: TraceStep['args'], as?: string, expected: TraceStep['expect'] = OK): TraceStep => ({
  actor: op === 'fire' ? '-' : 'P0',
  op,
  args,
  ...(as === undefined ? {} : { as }),
  expect: expected,
});

/** Both ends of a pair in the first namespace, a bridge, and another namespace. */
const OBJECTS: TraceFile['objects'] = {
  progs: [
    { name: 'T', type: 'sched_cls', returns: -1 },
    { name: 'X', type: 'xdp', returns: 2 },
    { name: 'S', type: 'sk_lookup', expectedAttachType: 'sk_lookup', returns: 1 },
  ],
  netdevs: [
    { name: 'v0', kind: 'veth', peer: 'v1' },
    { name: 'v1', kind: 'veth', peerOf: 'v0' },
    { name: 'br', kind: 'bridge' },
  ],
  netns: [{ name: 'blue' }],
};
const trace = (steps: readonly TraceStep[], objects = OBJECTS) => sourceOf({ id: 'net', objects, steps }, 'net');
const load = (prog: string): TraceStep => step('prog_load', { prog }, prog);
const tcx = { netdev: 'v0', attachType: 'tcx_ingress' } as const;

describeLive('devices and namespaces on the live kernel', () => {
  const kernelOf = withKernel();

  it('agree with the model in every schedule of their scenarios', async function () {
    if (!isKernel618) this.skip();
    this.timeout(120_000);
    const files = ['xdp', 'tcx', 'tc', 'netdev', 'netns'].flatMap((folder) =>
      readdirSync(join(ROOT, 'scenarios', folder)).map((file) => `${folder}/${file}`),
    );
    const differing: string[] = [];
    const options = { ...SCHEDULES, most: 20, sample: 5 };
    const ran = await conformScenarios([kernelOf()], files.map(scenarioIn), RULES, options, ({ source, verdict }) => {
      if (verdict.kind === 'differ') differing.push(`${source.file}: ${JSON.stringify(verdict.parting)}`);
    });
    expect(differing.join('\n')).to.equal('');
    expect(ran.totals.agree).to.be.greaterThan(150);
  });

  it('agree with the model in generated traces of a fixed seed', async function () {
    if (!isKernel618) this.skip();
    this.timeout(120_000);
    await expectGeneratedToAgree(kernelOf(), { steps: 2000, seed: 'test', families: ['net', 'bridge'] });
  });
});

describeLive('a model of devices that is wrong', () => {
  const kernelOf = withKernel();

  it('is told at once: no lists at tcx by the first look, no links at XDP by the answer', async () => {
    const without = (feature: string): Rules => {
      const { features } = RULES.semantics;
      return {
        ...RULES,
        semantics: {
          ...RULES.semantics,
          name: feature,
          features: new Set([...features].filter((one) => one !== feature)),
        },
      };
    };
    const traces: Readonly<Record<string, readonly TraceStep[]>> = {
      tcx: [load('T'), step('prog_attach', { ...tcx, prog: 'T' })],
      'xdp-link': [load('X'), step('link_create', { netdev: 'v0', attachType: 'xdp', prog: 'X' }, 'L')],
    };
    for (const [feature, steps] of Object.entries(traces)) {
      const verdict = await conformTrace(kernelOf(), trace(steps), without(feature));
      expect(verdict, `${feature}: ${JSON.stringify(verdict)}`).to.include({
        kind: 'differ',
        steps: feature === 'tcx' ? 1 : 2,
      });
    }
  });

  it('is told by the state after a step whose answer is right', async () => {
    const steps = [load('T'), step('link_create', { ...tcx, prog: 'T' }, 'L'), step('netdev_delete', { netdev: 'v0' })];
    const keeps: Rules['semantics'] = {
      name: 'keeps',
      says: 'what is attached to a device outlives it',
      features: RULES.semantics.features,
      changes: { rules: { releaseAttachments: () => undefined } },
      ground: RULES.semantics,
    };
    const verdict = await conformTrace(kernelOf(), trace(steps), { ...RULES, semantics: keeps });
    expect(verdict).to.have.nested.property('parting.about', 'state');
    expect(verdict).to.have.nested.property('parting.index', 2);
  });
});

describeLive('the agent in network namespaces', () => {
  const kernelOf = withKernel();

  it('joins no ring, in which frames would go round for ever', async () => {
    const enslave = (netdev: string, master = 'br'): TraceStep => step('netdev_enslave', { netdev, master });
    const refused = { kind: 'not-runnable', why: 'refused: a ring of bridges' };
    const one = await conformTrace(kernelOf(), trace([enslave('v0'), enslave('v1')]), RULES);
    expect(one).to.deep.equal({ ...refused, steps: 1 });
    const more = ['w0', 'w1'].map((name, i) => ({ name, kind: 'veth', [i === 0 ? 'peer' : 'peerOf']: `w${1 - i}` }));
    const netdevs = [...(OBJECTS.netdevs ?? []), ...more, { name: 'b2', kind: 'bridge' }];
    const joined = [enslave('v0'), enslave('v1', 'b2'), enslave('w0')];
    const two = await conformTrace(kernelOf(), trace([...joined, enslave('w1', 'b2')], { ...OBJECTS, netdevs }), RULES);
    expect(two).to.deep.equal({ ...refused, steps: 3 });
  });

  it('hands over the namespace of a call even where no number is left for the trace', async () => {
    const lookup = { netns: 'blue', prog: 'S', attachType: 'sk_lookup' };
    const full: TraceStep['expect'] = { errno: 'EMFILE' };
    const verdict = await conformTrace(
      kernelOf(),
      trace([
        load('S'),
        step('fill_fds', {}),
        step('link_create', lookup, 'L', full),
        step('open_netns', { netns: 'blue' }, 'n', full),
        step('free_fds', {}),
        step('link_create', lookup, 'M'),
      ]),
      { ...RULES, expectations: 'binding' },
    );
    expect(verdict.kind, JSON.stringify(verdict)).to.equal('agree');
  });

  it('lets go of a namespace in which connections were made, at once', async function () {
    if (!isKernel618) this.skip();
    const steps = [
      load('S'),
      step('link_create', { netns: 'blue', attachType: 'sk_lookup', prog: 'S' }, 'L'),
      step('fire', { hook: 'sk_lookup', netns: 'blue' }, undefined, { ran: ['S'] }),
      step('netns_delete', { netns: 'blue' }),
      step('link_info', { link: 'L' }, undefined, { netns: null }),
    ];
    const verdict = await conformTrace(kernelOf(), trace(steps), { ...RULES, expectations: 'binding' });
    expect(verdict.kind, JSON.stringify(verdict)).to.equal('agree');
  });
});

describeWithShared('recorded traces of devices and namespaces', () => {
  const folder = sharedPath('traces', 'families');
  const files = readdirSync(folder).filter((file) => FAMILY_TRACES.test(file));

  describeLive('on the live kernel', () => {
    const kernelOf = withKernel();
    it(`agree (${files.length})`, async function () {
      if (!isKernel618) this.skip();
      this.timeout(60_000);
      expect(files.length).to.be.at.least(8);
      for (const file of files) {
        const source = sourceOf(JSON.parse(readFileSync(join(folder, file), 'utf8')), file);
        const verdict = await conformTrace(kernelOf(), source, { ...RULES, expectations: 'binding' });
        expect(verdict.kind, `${file}: ${JSON.stringify(verdict)}`).to.equal('agree');
      }
    });
  });
});
