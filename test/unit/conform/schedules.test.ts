/** Schedules of scenarios: how many there are, and what a trace of one says. */
import { expect } from 'chai';
import { bpf } from '../../../models/index.ts';
import { scenarioTracer } from '../../../src/conform/schedules/scenario-trace.ts';
import { type Schedules, schedulesOf, traceOfChoices } from '../../../src/conform/schedules/schedules.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import { checkTrace } from '../../../src/trace/check.ts';
import { replay } from '../../../src/trace/replay.ts';
import { semanticsNamed } from '../../support/semantics.ts';

const HEAD = `
title: t
semantics: [linux-6.18]
objects:
  cgroups: { web: {}, web/api: {} }
  programs: { a: cgroup_skb/egress, b: cgroup_skb/egress }
`;
const CHECK = 'check: [ ref-balance ]\n';

function scenarioOf(text: string): Scenario {
  const loaded = loadScenario(HEAD + text + CHECK, 'scenarios/test/t.yaml', bpf);
  if (loaded.ok) return loaded.value;
  throw new Error(loaded.problems.map(({ message }) => message).join('\n'));
}

function schedules(text: string, options?: Parameters<typeof schedulesOf>[3]): Schedules {
  const found = schedulesOf(scenarioOf(text), bpf, 'linux-6.18', options);
  if (found.ok) return found.value;
  throw new Error(found.problems.map(({ message }) => message).join('\n'));
}

const opsOf = (found: Schedules): readonly string[] =>
  found.traces.map(({ trace }) => trace.steps.map(({ actor, op }) => `${actor} ${op}`).join(', '));

const TWO = `
actors:
  x: [ link_create: { cgroup: web, prog: a, as: l }, close: l ]
  y: [ prog_attach: { cgroup: web/api, prog: b, flags: [multi] } ]
`;

describe('schedules', () => {
  it('are all orders of the steps of two actors, after forks and setup', () => {
    const found = schedules(TWO);
    expect(found.all).to.equal(true);
    expect(opsOf(found)).to.deep.equal(
      [
        'x link_create, x close, y prog_attach',
        'x link_create, y prog_attach, x close',
        'y prog_attach, x link_create, x close',
      ].map((steps) => `P0 fork, P0 fork, x prog_load, y prog_load, ${steps}`),
    );
  });

  it('are traces that the model agrees with itself', () => {
    for (const source of schedules(TWO).traces) {
      expect(checkTrace(source.trace)).to.deep.equal([]);
      expect(replay(source, { model: bpf, semantics: semanticsNamed('linux-6.18') })).to.include({ ok: true });
    }
  });

  it('name cgroups so that a directory can have the name', () => {
    const [{ trace } = { trace: undefined }] = schedules(TWO).traces;
    expect(trace?.objects.cgroups?.map(({ name, parent }) => [name, parent])).to.deep.equal([
      ['web', null],
      ['web.api', 'web'],
    ]);
    expect(trace?.steps.find(({ op }) => op === 'prog_attach')?.args['cgroup']).to.equal('web.api');
  });

  it('are a seeded sample where there are too many', () => {
    const options = { most: 2, sample: 5, seed: 's' };
    const found = schedules(TWO, options);
    expect(found.all).to.equal(false);
    expect(found.traces.length).to.be.within(1, 3);
    expect(opsOf(schedules(TWO, options))).to.deep.equal(opsOf(found));
  });

  it('let nobody act between a kill and the death', () => {
    const found = schedules(`
actors:
  x: [ link_create: { cgroup: web, prog: a, as: l } ]
  chaos: [ kill: x ]
  y: [ prog_load: { prog: b, as: c } ]
`);
    const kills = opsOf(found).map((steps) => steps.split(', ').slice(3));
    for (const steps of kills) expect(steps.indexOf('chaos kill')).to.be.greaterThan(-1);
    // Three steps in any order are six; x has no step any more in the three orders where it dies first.
    expect(found.traces).to.have.length(5);
  });

  it('use a number that is not open for a descriptor that nobody made', () => {
    const found = schedules(`
actors:
  x: { may: [ link_create: { cgroup: web, prog: a, as: l }, close: l ], times: 1 }
`);
    const closes = found.traces.flatMap(({ trace }) => trace.steps.filter(({ op }) => op === 'close'));
    expect(closes.map(({ args, expect: said }) => [args['handle'], said])).to.deep.equal([[99, { errno: 'EBADF' }]]);
  });

  it('begin with cgroups that are full but for as many places as the scenario has', () => {
    const [{ trace } = { trace: undefined }] = schedules(`limits: { entries: 2 }\n${TWO}`).traces;
    const fillers = trace?.steps.filter(({ op, actor }) => op === 'link_create' && actor === 'P0') ?? [];
    const of = (cgroup: string): number => fillers.filter(({ args }) => args['cgroup'] === cgroup).length;
    expect([of('web'), of('web.api'), fillers.length]).to.deep.equal([62, 62, 124]);
  });

  it('say of a counterexample what a kernel shows whose other places are filled', () => {
    const scenario = scenarioOf(`limits: { entries: 2 }
actors:
  x:
    - prog_attach: { cgroup: web, prog: a, flags: [multi] }
    - query: { cgroup: web }
    - fire: { cgroup: web }
`);
    const traced = traceOfChoices(scenario, bpf, 'linux-6.18', [0, 0, 0]);
    if (!traced.ok) throw new Error(traced.problems[0]?.message);
    const { steps } = traced.value.trace;
    const [query, fire] = steps.slice(-2).map(({ expect: said }) => said);
    const fillers = Array.from({ length: 62 }, () => 'fill0');
    expect(query).to.include({ count: 63, eventually: true });
    expect(query?.['progs']).to.deep.equal([...fillers, 'a']);
    expect(fire?.['ran']).to.deep.equal([...fillers, 'a']);
    expect(replay(traced.value, { model: bpf, semantics: bpf.semantics['linux-6.18'] as never })).to.include({
      ok: true,
    });
  });

  it('fill the list of a device with a program for each place', () => {
    const list = loadScenario(
      `title: t
semantics: [linux-6.18]
limits: { entries: 2 }
objects:
  netdevs: { d: { kind: veth, peer: e }, e: { kind: veth } }
  programs: { a: sched_cls/ingress, x: xdp }
actors:
  x: [ prog_attach: { netdev: d, prog: a }, link_create: { netdev: d, prog: x, as: l } ]
${CHECK}`,
      'scenarios/test/l.yaml',
      bpf,
    );
    if (!list.ok) throw new Error(list.problems[0]?.message);
    const found = schedulesOf(list.value, bpf, 'linux-6.18');
    if (!found.ok) throw new Error(found.problems[0]?.message);
    const steps = found.value.traces[0]?.trace.steps ?? [];
    const links = steps.filter(({ op, actor }) => op === 'link_create' && actor === 'P0');
    expect(links).to.have.length(61);
    expect(new Set(links.map(({ args }) => args['prog'])).size).to.equal(61);
  });

  it('are refused where nothing can fill the places', () => {
    const found = loadScenario(
      `title: t
semantics: [linux-6.18]
limits: { entries: 2 }
objects:
  netns: { N0: {} }
  programs: { a: sk_lookup/sk_lookup }
actors:
  x: [ link_create: { netns: N0, prog: a, as: l } ]
${CHECK}`,
      'scenarios/test/n.yaml',
      bpf,
    );
    if (!found.ok) throw new Error(found.problems[0]?.message);
    const refused = schedulesOf(found.value, bpf, 'linux-6.18');
    expect(refused.ok ? '' : refused.problems[0]?.code).to.equal('LR422');
  });

  it('are refused where an actor has the name of the process that makes the others', () => {
    const found = schedulesOf(scenarioOf(TWO.replace('x:', 'P0:')), bpf, 'linux-6.18');
    expect(found.ok ? '' : found.problems[0]?.code).to.equal('LR422');
  });

  it('make a process at the end that they only spoke of', () => {
    const found = schedules(`
actors:
  x: [ kill: y, kill: z ]
  y: { may: [ fork: { as: z } ], times: 1 }
  z: [ prog_load: { prog: a, as: l } ]
`);
    const unmade = opsOf(found).filter((steps) => !steps.includes('y fork'));
    expect(unmade.length).to.be.greaterThan(0);
    for (const steps of unmade) expect(steps).to.match(/x kill, x kill, P0 fork$/);
  });

  it('say what they leave out', () => {
    expect(schedules(`grain: lock\n${TWO}`).left.join()).to.contain('grain lock');
    expect(schedules(`faults: { allocation: 1 }\n${TWO}`).left.join()).to.contain('allocations');
  });

  it('follow choices, and refuse one that is not enabled', () => {
    const scenario = scenarioOf(TWO);
    const traced = traceOfChoices(scenario, bpf, 'linux-6.18', [0]);
    expect(traced.ok && traced.value.trace.steps.at(-1)?.op).to.equal('link_create');
    const refused = traceOfChoices(scenario, bpf, 'linux-6.18', [0, 0, 0]);
    expect(refused.ok ? '' : refused.problems[0]?.code).to.equal('LR122');
  });

  it('is refused where the path lets an allocation fail', () => {
    const scenario = scenarioOf(`faults: { allocation: 1 }\n${TWO}`);
    const tracer = scenarioTracer(scenario, bpf, 'linux-6.18');
    if (!tracer.ok) throw new Error(tracer.problems[0]?.message);
    const fault = tracer.value.machine.transitions.findIndex(({ kind }) => kind === 'fault');
    expect(fault).to.be.at.least(0);
    const refused = traceOfChoices(scenario, bpf, 'linux-6.18', [fault]);
    expect(refused.ok ? '' : refused.problems[0]?.code).to.equal('LR422');
  });
});
