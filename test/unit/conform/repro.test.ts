/** The pure part of `lastref repro`: what becomes C, and what is refused. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import seedrandom from 'seedrandom';
import { bpf } from '../../../models/index.ts';
import { NoReproducer, reproducer } from '../../../src/conform/repro/emit.ts';
import { cgroupPath, Names } from '../../../src/conform/repro/names.ts';
import { say } from '../../../src/conform/repro/say.ts';
import { schedulesOf } from '../../../src/conform/schedules/schedules.ts';
import { loadScenarioFile } from '../../../src/scenario/load.ts';
import type { TraceStep } from '../../../src/trace/format.ts';
import { ROOT } from '../../support/repository.ts';
import { sourceOf } from '../../support/traces.ts';

const OK = { ok: true };
const objects = {
  progs: [{ name: 'a', type: 'cgroup_skb', expectedAttachType: 'cgroup_inet_egress' }],
  cgroups: [
    { name: 'g', parent: null },
    { name: 'k', parent: 'g' },
  ],
};
const load = { actor: 'P0', op: 'prog_load', args: { prog: 'a' }, as: 'a', expect: OK };
const attach = {
  actor: 'P0',
  op: 'prog_attach',
  args: { cgroup: 'k', prog: 'a', attachType: 'cgroup_inet_egress', flags: ['multi', 'BPF_F_BEFORE'] },
  expect: OK,
};

/** Part of the scenarios that is tried. */
const SAMPLED = 0.12;
/** What no C file shows. */
const WITHOUT_C =
  /^no C form for (?:struct_ops: |a card whose namespace ends|functions with the prototype|one call where several functions)/;

const written = (steps: readonly object[]): string =>
  reproducer(sourceOf({ id: 't', objects, steps }, 't.json'), bpf.flags);

function refusal(steps: readonly object[]): NoReproducer {
  try {
    written(steps);
  } catch (error) {
    if (error instanceof NoReproducer) return error;
    throw error;
  }
  throw new Error('it was written');
}

describe('reproducers as text', () => {
  it('say every step in the words of the trace', () => {
    const step: TraceStep = {
      actor: 'P1',
      op: 'link_create',
      args: { prog: 'a', cgroup: { handle: 'h' }, flags: ['x', 8] },
      as: 'l',
      expect: { mayBe: [{ errno: 'EPERM' }, { ok: true }], eventually: true },
    };
    expect(say(step)).to.equal(
      'P1: link_create { prog: a, cgroup: { handle: h }, flags: [x, 8] } as l -> eventually EPERM or ok',
    );
    expect(say({ actor: '-', op: 'sleep', args: {}, expect: {} })).to.equal('sleep -> ok');
  });

  it('cannot be ended by a name that ends a comment', () => {
    expect(say({ ...load, as: 'a*/b #c' })).to.equal('P0: prog_load { prog: a } as a* /b no.c -> ok');
  });

  it('take only the functions that the trace uses', () => {
    const text = written([load, attach]);
    expect(text).to.contain('.attach_flags = BPF_F_ALLOW_MULTI | BPF_F_BEFORE');
    expect(text).to.contain('#ifndef BPF_F_BEFORE');
    for (const unused of ['mount_bpffs', 'make_log', 'struct query query = ', 'sendmsg', 'link_create'])
      expect(written([load]), unused).to.not.contain(unused);
  });

  it('ask for revisions only where a step that needs them is to succeed', () => {
    expect(written([load, attach])).to.contain('has_revisions(BPF_CGROUP_INET_EGRESS)');
    expect(written([load, { ...attach, expect: { errno: 'EINVAL' } }])).to.not.contain('has_revisions');
  });

  it('give a directory to each cgroup and an identifier of its own to each name', () => {
    const { trace } = sourceOf({ id: 't', objects, steps: [load] }, 't.json');
    const names = new Names(trace);
    expect(cgroupPath('k', trace)).to.equal('g/k');
    expect([names.of('program', 'a.b'), names.of('program', 'a-b'), names.of('program', 'a.b')]).to.deep.equal([
      'PROG_a_b',
      'PROG_a_b_2',
      'PROG_a_b',
    ]);
    expect([names.of('actor', 'int'), names.of('actor', 'P1')]).to.deep.equal(['ACTOR_int', 'P1']);
  });

  it('name the operation, the argument, the program or the expectation that has no C form', () => {
    const nowhere = { actor: 'P0', op: 'nowhere', args: {}, expect: OK };
    expect(refusal([load, nowhere])).to.include({ code: 'LR420', message: 'no C form for the operation nowhere' });
    const target = { ...attach, args: { ...attach.args, structOpsMap: 'v' } };
    expect(refusal([load, target])).to.include({
      code: 'LR421',
      message: 'no C form for the argument "structOpsMap" of prog_attach',
    });
    expect(refusal([{ ...load, expect: { unloaded: ['a'] } }]).message).to.contain('the expectation "unloaded"');
    expect(refusal([load, { ...load, op: 'unlink', args: { path: '/etc/passwd' }, as: undefined }]).message).to.contain(
      '/etc/passwd',
    );
    expect(refusal([load, nowhere]).where?.line).to.be.greaterThan(1);
  });

  it('are there for schedules of all kinds of scenarios, but for what is known and said', () => {
    const random = seedrandom('forms');
    const files = readdirSync(join(ROOT, 'scenarios'), { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.yaml'),
    );
    const refused: string[] = [];
    let written = 0;
    for (const file of files.sort().filter(() => random() < SAMPLED)) {
      const loaded = loadScenarioFile(join(ROOT, 'scenarios', file), bpf);
      if (!loaded.ok) throw new Error(loaded.problems[0]?.message);
      const found = schedulesOf(loaded.value, bpf, 'linux-6.18', { most: 1, sample: 1, seed: '1' });
      for (const source of found.ok ? found.value.traces : [])
        try {
          expect(reproducer(source, bpf.flags, 'linux-6.18')).to.contain('int main(');
          written++;
        } catch (error) {
          if (!(error instanceof NoReproducer)) throw error;
          refused.push(error.message);
        }
    }
    expect(written).to.be.greaterThan(20);
    for (const why of refused) expect(why).to.match(WITHOUT_C);
  });
});
