/** What old kernels answer otherwise: attr that they do not know, queries, and pins whose object is put after a grace period. */
import { expect } from 'chai';
import { bpf } from '../../../models/index.ts';
import type { Expectation } from '../../../src/trace/format.ts';
import type { TraceSource } from '../../../src/trace/parse.ts';
import { replay } from '../../../src/trace/replay.ts';
import type { ReplayResult } from '../../../src/trace/replay-result.ts';
import { semanticsNamed } from '../../support/semantics.ts';
import { sourceOf } from '../../support/traces.ts';

const EGRESS = { attachType: 'cgroup_inet_egress', cgroup: 'c' };
const OBJECTS = {
  progs: [
    { name: 'A', type: 'cgroup_skb', expectedAttachType: 'cgroup_inet_egress', returns: 1 },
    { name: 'B', type: 'cgroup_skb', expectedAttachType: 'cgroup_inet_egress', returns: 1 },
    { name: 'R', type: 'cgroup_sock', expectedAttachType: 'cgroup_inet_sock_create', returns: 1, setRetval: 0 },
  ],
  cgroups: [{ name: 'c', parent: null }],
};
const OK: Expectation = { ok: true };
const EINVAL: Expectation = { errno: 'EINVAL' };
const step = (op: string, args: object, expected: Expectation = OK, as?: string, actor = 'P0') => ({
  actor,
  op,
  args,
  expect: expected,
  ...(as === undefined ? {} : { as }),
});
const LOADED = [step('prog_load', { prog: 'A' }, OK, 'A'), step('prog_load', { prog: 'B' }, OK, 'B')];

function replayed(source: TraceSource, name: string): ReplayResult {
  return replay(source, { model: bpf, semantics: semanticsNamed(name) });
}

function expectAgreement(semantics: string, steps: readonly object[]): void {
  const source = sourceOf({ id: 't', objects: OBJECTS, steps: [...LOADED, ...steps] }, 't');
  expect(replayed(source, semantics), `${semantics} ${JSON.stringify(steps)}`).to.have.property('ok', true);
}

const create = (args: object, expected: Expectation) =>
  step('link_create', { ...EGRESS, prog: 'A', ...args }, expected, 'L');

describe('LINK_CREATE of a kernel whose cgroups know no revisions', () => {
  const revision = { expectedRevision: 7 };
  const anchor = { relative: { prog: 'B' } };
  const wide = { expectedRevision: 2 ** 32 };
  const addresses = { addrs: [1] };
  const laws: readonly (readonly [string, object, Expectation])[] = [
    ['linux-5.7', revision, EINVAL],
    ['linux-5.7', anchor, EINVAL],
    ['linux-5.7', addresses, EINVAL],
    ['linux-5.10', revision, OK],
    ['linux-5.10', anchor, OK],
    ['linux-5.10', wide, EINVAL],
    ['linux-5.10', addresses, EINVAL],
    ['linux-6.1', revision, OK],
    ['linux-6.1', anchor, OK],
    ['linux-6.1', wide, OK],
    ['linux-6.1', addresses, OK],
    ['linux-6.18', revision, { errno: 'ESTALE' }],
    ['linux-6.18', anchor, EINVAL],
    ['linux-6.18', addresses, OK],
  ];

  it('sees only what lies behind the longest member that it has', () => {
    for (const [semantics, args, expected] of laws) expectAgreement(semantics, [create(args, expected)]);
  });

  it('refuses the flags all the same', () => {
    for (const flags of [['BPF_F_BEFORE'], ['BPF_F_PREORDER']])
      for (const semantics of ['linux-5.10', 'linux-6.1']) expectAgreement(semantics, [create({ flags }, EINVAL)]);
  });

  it('looks at the bytes before it looks at the program', () => {
    expectAgreement('linux-5.10', [create({ prog: -1, ...wide }, EINVAL)]);
    expectAgreement('linux-5.10', [create({ prog: -1 }, { errno: 'EBADF' })]);
  });
});

describe('LINK_CREATE without CAP_NET_ADMIN', () => {
  it('says EPERM for a cgroup_skb program before it looks at the attach type', () => {
    const caps = step('set_caps', { caps: ['CAP_BPF'] });
    for (const semantics of ['linux-5.10', 'linux-6.18'])
      for (const attachType of ['cgroup_inet_egress', 'cgroup_inet4_bind', 1000])
        expectAgreement(semantics, [caps, create({ attachType }, { errno: 'EPERM' })]);
  });
});

describe('a query', () => {
  const query = (args: object, expected: Expectation) => step('query', { ...EGRESS, ...args }, expected);
  const attached = step('prog_attach', { ...EGRESS, prog: 'A', flags: ['BPF_F_ALLOW_MULTI'] });

  it('refuses arrays that the kernel does not know', () => {
    for (const [semantics, flags, links] of [
      ['linux-5.10', EINVAL, EINVAL],
      ['linux-6.1', OK, EINVAL],
      ['linux-6.12', OK, OK],
    ] as const)
      expectAgreement(semantics, [query({ progAttachFlags: true }, flags), query({ linkIds: true }, links)]);
  });

  it('says the mode of an effective list until 6.1', () => {
    const effective = { flags: ['BPF_F_QUERY_EFFECTIVE'] };
    for (const [semantics, attachFlags] of [
      ['linux-5.10', ['BPF_F_ALLOW_MULTI']],
      ['linux-6.1', []],
    ] as const)
      expectAgreement(semantics, [attached, query(effective, { progs: ['A'], attachFlags })]);
  });
});

describe('bpf_set_retval', () => {
  it('is no helper before 5.18', () => {
    expectAgreement('linux-5.10', [step('prog_load', { prog: 'R' }, EINVAL, 'R')]);
    expectAgreement('linux-6.1', [step('prog_load', { prog: 'R' }, OK, 'R')]);
  });
});

describe('the last name of a pin', () => {
  const pinned = [create({}, OK), step('obj_pin', { obj: 'L', path: 'p' }), step('close', { handle: 'L' })];
  const gone = step('unlink', { path: 'p' });
  const byId = (expected: Expectation) => step('link_get_fd_by_id', { linkId: 'L' }, expected, 'M');

  it('leaves the link referenced for a grace period on 5.10: its id gives a descriptor', () => {
    expectAgreement('linux-5.10', [...pinned, gone, byId(OK), step('link_update', { link: 'M', prog: 'B' })]);
    expectAgreement('linux-5.10', [...pinned, gone, byId({ errno: 'ENOENT' })]);
  });

  it('takes the reference with it on 6.1 and since 6.18', () => {
    for (const semantics of ['linux-6.1', 'linux-6.12', 'linux-6.18']) {
      expectAgreement(semantics, [...pinned, gone, byId({ errno: 'ENOENT' })]);
      const source = sourceOf({ id: 't', objects: OBJECTS, steps: [...LOADED, ...pinned, gone, byId(OK)] }, 't');
      expect(replayed(source, semantics), semantics).to.have.property('kind', 'difference');
    }
  });

  it('leaves a program loaded for a grace period, too', () => {
    const steps = [step('obj_pin', { obj: 'A', path: 'p' }), step('close', { handle: 'A' }), gone];
    const program = (expected: Expectation) => step('prog_get_fd_by_id', { progId: 'A' }, expected, 'N');
    expectAgreement('linux-5.10', [...steps, program(OK)]);
    expectAgreement('linux-6.1', [...steps, program({ errno: 'ENOENT' })]);
  });
});

describe('a process without capabilities', () => {
  const caps = (...names: string[]) => [
    step('fork', {}, OK, 'P1'),
    step('set_caps', { caps: names }, OK, undefined, 'P1'),
  ];
  const info = (expected: Expectation) => step('prog_info', { prog: 'A' }, expected, undefined, 'P1');

  it('gets EPERM from every command of bpf(2) until 5.19, whatever is wrong with it besides', () => {
    expectAgreement('linux-5.10', [...caps(), info({ errno: 'EPERM' })]);
    expectAgreement('linux-6.1', [...caps(), info(OK)]);
    const beyond = step('prog_info', { prog: 'A', attr: { beyond: true } }, { errno: 'EPERM' }, undefined, 'P1');
    expectAgreement('linux-5.10', [...caps(), beyond]);
  });

  it('is heard with CAP_BPF or CAP_SYS_ADMIN', () => {
    for (const name of ['CAP_BPF', 'CAP_SYS_ADMIN']) expectAgreement('linux-5.10', [...caps(name), info(OK)]);
  });
});

describe('RENAME_EXCHANGE in bpffs', () => {
  it('is refused before 5.17, where both names are there', () => {
    const pins = ['A', 'B'].map((obj) => step('obj_pin', { obj, path: obj.toLowerCase() }));
    const exchange = (to: string, expected: Expectation) =>
      step('rename', { path: 'a', to, flags: ['RENAME_EXCHANGE'] }, expected);
    expectAgreement('linux-5.10', [...pins, exchange('b', EINVAL), exchange('absent', { errno: 'ENOENT' })]);
    expectAgreement('linux-6.1', [...pins, exchange('b', OK)]);
  });
});
