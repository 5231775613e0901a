/** What drivers say of XDP, from kernel to kernel, and what stands for other devices: rows obs-042, obs-043, obs-046, obs-047. */
import { expect } from 'chai';
import { bpf } from '../../../models/index.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import type { Expectation } from '../../../src/trace/format.ts';
import { replay } from '../../../src/trace/replay.ts';
import { semanticsNamed } from '../../support/semantics.ts';
import { sourceOf } from '../../support/traces.ts';

const OK: Expectation = { ok: true };
const no = (errno: string): Expectation => ({ errno });
type Short = readonly [op: string, args: object, expected?: Expectation, as?: string];

const FUNCTION = { mainFunc: 'main', subprogs: [{ name: 'sub', returns: 1 }] };
const OBJECTS = {
  progs: [
    { name: 'x', type: 'xdp', expectedAttachType: null, returns: 2, ...FUNCTION },
    { name: 'm', type: 'xdp', expectedAttachType: 'xdp_devmap', returns: 2 },
    { name: 'e', type: 'ext', expectedAttachType: null, mainFunc: 'e', ctxStruct: 'xdp_md' },
  ],
  maps: [{ name: 'J', type: 'prog_array', maxEntries: 1 }],
  netdevs: [
    { name: 'br', kind: 'bridge' },
    { name: 'bo', kind: 'bond' },
    { name: 'v0', kind: 'veth', peer: 'v1' },
    { name: 'v1', kind: 'veth', peerOf: 'v0' },
  ],
};
const DRV = { flags: ['XDP_FLAGS_DRV_MODE'] };

function agrees(semantics: string, ...short: readonly Short[]): void {
  const steps = [
    ...['x', 'm'].map((prog) => ({ actor: 'P0', op: 'prog_load', args: { prog }, as: prog, expect: OK })),
    ...short.map(([op, args, expected = OK, as]) => ({
      actor: 'P0',
      op,
      args,
      expect: expected,
      ...(as === undefined ? {} : { as }),
    })),
  ];
  const source = sourceOf({ id: 't', objects: OBJECTS, steps }, 't');
  expect(replay(source, { model: bpf, semantics: semanticsNamed(semantics) }), semantics).to.have.property('ok', true);
}

describe('a driver without native XDP', () => {
  it('refuses it before the program and the other mode are looked at, or after, from kernel to kernel', () => {
    for (const [semantics, devmap, second] of [
      ['linux-5.10', 'EINVAL', 'EEXIST'],
      ['linux-6.1', 'EOPNOTSUPP', 'EOPNOTSUPP'],
      ['linux-6.12', 'EOPNOTSUPP', 'EOPNOTSUPP'],
      ['linux-6.18', 'EINVAL', 'EEXIST'],
      ['linux-7.2', 'EOPNOTSUPP', 'EOPNOTSUPP'],
    ] as const)
      agrees(
        semantics,
        ['xdp_set', { netdev: 'br', prog: 'm', ...DRV }, no(devmap)],
        ['xdp_set', { netdev: 'br', prog: 'x' }],
        ['xdp_set', { netdev: 'br', prog: 'x', ...DRV }, no(second)],
      );
  });
});

describe('a bond', () => {
  const DOWN: Short = ['netdev_up', { netdev: 'bo', down: true }];
  const mode = (name: string, expected: Expectation = OK): Short => [
    'bond_mode',
    { netdev: 'bo', mode: name },
    expected,
  ];

  it('changes its mode while it is down, and keeps one with XDP under a native program', () =>
    agrees(
      'linux-6.12',
      mode('tlb', no('EBUSY')),
      DOWN,
      ['xdp_set', { netdev: 'bo', prog: 'x' }],
      mode('active_backup'),
      mode('tlb', no('EOPNOTSUPP')),
      ['xdp_set', { netdev: 'bo', prog: null }],
      mode('tlb'),
      ['xdp_set', { netdev: 'bo', prog: 'x' }, no('EOPNOTSUPP')],
      ['xdp_set', { netdev: 'bo', prog: 'x', flags: ['XDP_FLAGS_SKB_MODE'] }],
      mode('broadcast'),
    ));

  it('has generic XDP only on 5.10, in any mode', () =>
    agrees(
      'linux-5.10',
      ['xdp_set', { netdev: 'bo', prog: 'x' }],
      ['xdp_query', { netdev: 'bo' }, { mode: 'skb', prog: 'x' }],
      DOWN,
      mode('tlb'),
      ['xdp_set', { netdev: 'bo', prog: null }],
      ['xdp_set', { netdev: 'bo', prog: 'x', ...DRV }, no('EOPNOTSUPP')],
    ));

  it('takes no ports here: that is refused as input', () => {
    const text = `title: t
objects: { netdevs: { bond0: bond, eth0: {} } }
actors: { a: [ { netdev_enslave: { netdev: eth0, master: bond0 } } ] }
check: [ ref-balance ]`;
    const loaded = loadScenario(text, 'ports.yaml', bpf);
    expect(loaded).to.have.nested.property('problems[0].code', 'LR210');
    expect(loaded)
      .to.have.nested.property('problems[0].message')
      .that.matches(/"eth0" becomes a port of a bond/);
  });
});

describe('the port of a device with a program', () => {
  it('is refused one from 5.15 on', () => {
    for (const [semantics, expected] of [
      ['linux-5.10', OK],
      ['linux-6.1', no('EEXIST')],
    ] as const)
      agrees(
        semantics,
        ['netdev_enslave', { netdev: 'v0', master: 'br' }],
        ['xdp_set', { netdev: 'br', prog: 'x' }],
        ['xdp_set', { netdev: 'v0', prog: 'x' }, expected],
      );
  });
});

describe('an extension', () => {
  const MADE: readonly Short[] = [
    ['map_create', { map: 'J' }, OK, 'J'],
    ['prog_load', { prog: 'e', targetProg: 0, targetFunc: 'sub' }, no('EINVAL'), 'none'],
    ['prog_load', { prog: 'e', targetProg: 'x', targetFunc: 'sub' }, OK, 'e'],
  ];
  const enter = (prog: string, expected: Expectation = OK): Short => [
    'map_update',
    { map: 'J', key: 0, value: { prog } },
    expected,
  ];

  it('enters a prog array of its own type on 5.10, and none on 6.1', () => {
    agrees('linux-5.10', ...MADE, enter('e'), enter('x', no('EINVAL')), enter('e'));
    agrees('linux-6.1', ...MADE, enter('e', no('EINVAL')), enter('x'));
  });

  it('is attached under its expected attach type on 5.10, and under any on 6.1', () => {
    const under = (expected: Expectation): Short => [
      'link_create',
      { prog: 'e', attachType: 'trace_fentry' },
      expected,
      'l',
    ];
    agrees('linux-5.10', ...MADE, under(no('EINVAL')), ['link_create', { prog: 'e' }, OK, 'm']);
    agrees('linux-6.1', ...MADE, under(OK));
  });
});
