/** What a kernel shows is read piece by piece, and work may run between the pieces. The kernel here only says what it is told to. */
import { expect } from 'chai';
import { bpf } from '../../../models/index.ts';
import type { ConformKernel, Reply } from '../../../src/conform/protocol/line.ts';
import { conformTrace } from '../../../src/conform/run-trace.ts';
import { semanticsNamed } from '../../support/semantics.ts';
import { sourceOf } from '../../support/traces.ts';

const OK = { ok: true };
const EGRESS = { attachType: 'cgroup_inet_egress', cgroup: 'c' };
const SOURCE = sourceOf(
  {
    id: 'straddle',
    objects: {
      progs: [{ name: 'A', type: 'cgroup_skb', expectedAttachType: 'cgroup_inet_egress' }],
      cgroups: [{ name: 'c', parent: null }],
    },
    steps: [
      { actor: 'P0', op: 'prog_load', args: { prog: 'A' }, as: 'A', expect: OK },
      { actor: 'P0', op: 'link_create', args: { ...EGRESS, prog: 'A' }, as: 'L', expect: OK },
      { actor: 'P0', op: 'obj_pin', args: { obj: 'L', path: 'p' }, expect: OK },
      { actor: 'P0', op: 'close', args: { handle: 'L' }, expect: OK },
      { actor: 'P0', op: 'unlink', args: { path: 'p' }, expect: OK },
    ],
  },
  'straddle',
);

const MULTI = 2;
const FULL = ['A', 'A', MULTI, 2];
const HELD = ['L|A|c'];

/** list, effective array, mode and revision after each step. */
async function verdictOf(afterUnlink: readonly (string | number)[]): Promise<string> {
  const slots = [['', '', 0, 1], FULL, FULL, FULL, afterUnlink];
  const links = [[], HELD, HELD, [], []];
  let observed = 0;
  const show = (all: boolean): readonly (readonly [string, readonly string[]])[] => {
    const slot = all ? ['', '', 0, 3] : (slots[observed] ?? []);
    const held = all ? [] : (links[observed++] ?? []);
    const listed: (readonly [string, readonly string[]])[] = [
      ['ids', ['p:A']],
      ['dying', ['0']],
    ];
    return [['ended', ['']], ['slot', [['c', 1, ...slot].join('|')]], ['link', held], ...(all ? listed : [])];
  };
  const kernel: ConformKernel = {
    name: 'told',
    release: '6.18.44',
    run: async (requests) =>
      requests.map(
        ({ op, args }): Reply => ({
          status: 'ok',
          values: new Map(op === 'observe' ? show(args?.['all'] !== undefined) : []),
        }),
      ),
    stop: async () => undefined,
  };
  return (await conformTrace(kernel, SOURCE, { model: bpf, semantics: semanticsNamed('linux-6.18') })).kind;
}

describe('what is read after the last pin of a link went', () => {
  it('agrees while the link is there, and when it is gone', async () => {
    expect(await verdictOf(FULL)).to.equal('agree');
    expect(await verdictOf(['', '', 0, 3])).to.equal('agree');
  });

  it('agrees where the link goes between the query of the list and that of the effective array', async () => {
    expect(await verdictOf(['A', '', MULTI, 2])).to.equal('agree');
  });

  it('differs where it would have to come back in between, and where one query contradicts itself', async () => {
    expect(await verdictOf(['', 'A', 0, 3])).to.equal('differ');
    expect(await verdictOf(['A', '', MULTI, 3])).to.equal('differ');
  });
});

const ARRAY = sourceOf(
  {
    id: 'on its way',
    objects: {
      progs: [{ name: 'C', type: 'sched_cls', tailCall: { map: 'J', index: 0 } }],
      maps: [{ name: 'J', type: 'prog_array', maxEntries: 1 }],
    },
    steps: [
      { actor: 'P0', op: 'map_create', args: { map: 'J' }, as: 'J', expect: OK },
      { actor: 'P0', op: 'prog_load', args: { prog: 'C' }, as: 'C', expect: OK },
      { actor: 'P0', op: 'close', args: { handle: 'J' }, expect: OK },
      { actor: 'P0', op: 'map_get_fd_by_id', args: { mapId: 'J' }, as: 'm', expect: OK },
      { actor: 'P0', op: 'close', args: { handle: 'm' }, expect: OK },
      { actor: '-', op: 'sleep', args: { ms: 1 }, expect: {} },
      { actor: 'P0', op: 'get_cloexec', args: { handle: 'C' }, expect: OK },
      { actor: '-', op: 'sleep', args: { ms: 1 }, expect: {} },
    ],
  },
  'on its way',
);

/** References of the array at the first rest, at the second, and at the end. */
async function referencesAgree(...counts: readonly number[]): Promise<string> {
  let rests = 0;
  const kernel: ConformKernel = {
    name: 'told',
    release: '6.18.44',
    run: async (requests) =>
      requests.map(({ op, args }): Reply => {
        const values: (readonly [string, readonly string[]])[] = [];
        if (op === 'get_cloexec') values.push(['cloexec', ['true']]);
        if (op === 'map_get_fd_by_id') values.push(['sameAs', ['J']], ['numberOf', ['J']]);
        if (op === 'observe') values.push(['ended', ['']]);
        if (args?.['all'] !== undefined) {
          const count = counts[rests++] ?? counts.at(-1);
          values.push(['ids', ['p:C', 'm:J']], ['dying', ['0']], ['refs', [`J|${count}`]]);
        }
        return { status: 'ok', values: new Map(values) };
      }),
    stop: async () => undefined,
  };
  return (await conformTrace(kernel, ARRAY, { model: bpf, semantics: semanticsNamed('linux-6.18') })).kind;
}

describe('an array whose last user goes twice, of which a reference may leak', () => {
  it('agrees where it leaks, and where it does not', async () => {
    expect(await referencesAgree(2)).to.equal('agree');
    expect(await referencesAgree(1)).to.equal('agree');
  });

  it('agrees where the work that clears it was taken for the leak', async () => {
    expect(await referencesAgree(2, 1)).to.equal('agree');
  });

  it('differs where a reference comes back', async () => {
    expect(await referencesAgree(1, 2)).to.equal('differ');
  }).timeout(20_000);
});
