/** Rows priv-001 to priv-019: what a process without any capability may do with descriptors that it inherited. priv-020 is in netfilter.ts. */
import type { Json } from '../../../src/trace/format.ts';
import type { OracleRow, RowObjects, RowStep } from '../row.ts';
import { type Call, call, setCaps } from '../steps.ts';
import { fork, STDIN, story } from './helpers.ts';

type More = Readonly<Record<string, Json>>;
const prog = (name: string, type: string, expectedAttachType: string | null, returns: number) => ({
  name,
  type,
  expectedAttachType,
  returns,
});
const OBJECTS: RowObjects = {
  progs: [
    ...['P1', 'P2', 'P3'].map((name) => prog(name, 'sched_cls', null, -1)),
    ...['X1', 'X2'].map((name) => prog(name, 'xdp', 'xdp', 2)),
    ...['F1', 'F2'].map((name) => prog(name, 'flow_dissector', null, 0)),
  ],
  netdevs: [
    { name: 'B', kind: 'veth', peer: 'A', netns: 'N0' },
    { name: 'A', kind: 'veth', peerOf: 'B', netns: 'N0' },
  ],
  netns: [{ name: 'N0' }],
};
const LOADED = ['P1', 'P2', 'P3', 'X1', 'X2', 'F1', 'F2'].map((name) =>
  call('prog_load', { prog: name }).as(name).ok(),
);
const Q: readonly RowStep[] = [fork('Q'), setCaps('Q', [])];

const TCX = { netdev: 'B', attachType: 'tcx_ingress' } as const;
const XDP = { netdev: 'B', attachType: 'xdp' } as const;
const FLOW = { attachType: 'flow_dissector' } as const;
const attach = (name: string, more: More = {}): Call => call('prog_attach', { prog: name, ...TCX, ...more });
const detach = (name: string | number): Call => call('prog_detach', { prog: name, ...TCX });
const list = (expect: More): RowStep => call('query', TCX).gives(expect);
const replace = { flags: ['BPF_F_REPLACE'], replace: 'P2' } as const;

const first = story(
  OBJECTS,
  [...LOADED, ...Q],
  [
    ['priv-001', attach('P1').by('Q').ok()],
    ['priv-002', list({ count: 1 })],
    [null, attach('P2').ok()],
    ['priv-003', detach(STDIN).by('Q').fails('EPERM')],
    ['priv-004', attach('P3', replace).by('Q').ok()],
    ['priv-005', detach('P1').by('Q').ok()],
    ['priv-006', list({ count: 1, progs: ['P3'] })],
    ['priv-007', call('query', TCX).by('Q').fails('EPERM')],
  ],
);
const alone = story(
  OBJECTS,
  [...LOADED, ...Q],
  [
    [
      'priv-008',
      call('link_create', { prog: 'P1', ...TCX })
        .by('Q')
        .ok(),
    ],
    [
      'priv-009',
      call('link_create', { prog: 'X1', ...XDP })
        .by('Q')
        .ok(),
    ],
    ['priv-010', call('xdp_set', { netdev: 'B', prog: 'X1' }).by('Q').fails('EPERM')],
    ['priv-011', call('tc_hook_create', { netdev: 'B' }).by('Q').fails('EPERM')],
  ],
);
const inherited = story(
  OBJECTS,
  [
    ...LOADED,
    call('link_create', { prog: 'X1', ...XDP })
      .as('L')
      .ok(),
    ...Q,
  ],
  [
    ['priv-012', call('link_update', { link: 'L', prog: 'X2' }).by('Q').ok()],
    ['priv-013', call('link_get_fd_by_id', { linkId: 'L' }).by('Q').fails('EPERM')],
    ['priv-014', call('link_info', { link: 'L' }).by('Q').gives({ type: 'xdp', prog: 'X2', netdev: 'B' })],
    ['priv-015', call('link_detach', { link: 'L' }).by('Q').ok()],
    ['priv-016', call('xdp_query', { netdev: 'B' }).gives({ prog: null, mode: 'none' })],
  ],
);
const namespace = [
  ...story(
    OBJECTS,
    [...LOADED, ...Q],
    [
      [
        'priv-017',
        call('prog_attach', { prog: 'F1', ...FLOW })
          .by('Q')
          .ok(),
      ],
    ],
  ),
  ...story(
    OBJECTS,
    [...LOADED, call('prog_attach', { prog: 'F2', ...FLOW }).ok(), ...Q],
    [
      [
        'priv-018',
        call('prog_detach', { prog: 'F2', ...FLOW })
          .by('Q')
          .ok(),
      ],
    ],
  ),
  ...story(
    OBJECTS,
    [...LOADED, ...Q],
    [
      [
        'priv-019',
        call('link_create', { prog: 'F1', netns: 'N0', ...FLOW })
          .by('Q')
          .ok(),
      ],
    ],
  ),
];

export const rows: readonly OracleRow[] = [...first, ...alone, ...inherited, ...namespace];
