/** Rows misc-001 to misc-040: what rtnetlink tells, execve, iproute2 as the calls that it makes. misc-020 to misc-028 are in bound.ts. */
import type { Json } from '../../../src/trace/format.ts';
import type { OracleRow, RowObjects, RowStep } from '../row.ts';
import { type Call, call, execve, kill, setCloexec, wait } from '../steps.ts';
import { close, fork, netlink, shows } from './helpers.ts';

type More = Readonly<Record<string, Json>>;
const SKB = 'XDP_FLAGS_SKB_MODE';
const NOEXIST = 'XDP_FLAGS_UPDATE_IF_NOEXIST';

const OBJECTS: RowObjects = {
  progs: [
    ...['P1', 'P2'].map((name) => ({ name, type: 'xdp', expectedAttachType: 'xdp', returns: 2 })),
    ...['T1', 'T2'].map((name) => ({ name, type: 'sched_cls', expectedAttachType: null, returns: -1 })),
  ],
  netdevs: [
    { name: 'B', kind: 'veth', peer: 'A', netns: 'N0' },
    { name: 'A', kind: 'veth', peerOf: 'B', netns: 'N0' },
  ],
};
const LOADED = ['P1', 'P2', 'T1', 'T2'].map((prog) => call('prog_load', { prog }).as(prog).ok());
const row = (id: string, ...steps: readonly RowStep[]): OracleRow => ({
  id,
  objects: OBJECTS,
  steps: [...LOADED, ...steps],
});
const link = (prog: string, more: More = {}): Call =>
  call('link_create', { prog, netdev: 'B', attachType: 'xdp', ...more });
const update = (prog: string): Call => call('link_update', { link: 'L', prog });
const hears = (step: Call, ...notified: readonly string[]): RowStep => step.gives({ notified });

/** The same in native and in generic mode. */
function mode(first: number, flags: readonly string[]): readonly OracleRow[] {
  const id = (i: number): string => `misc-${String(first + i).padStart(3, '0')}`;
  const set = (prog: string | null): Call => netlink(prog, flags);
  const linked = link('P1', { flags }).as('L');
  return [
    row(id(0), hears(set('P1'), 'RTM_NEWLINK xdp P1')),
    row(id(1), set('P1').ok(), hears(netlink('P2', flags, { oldProg: 'P1' }), 'RTM_NEWLINK xdp P2')),
    row(id(2), set('P1').ok(), netlink('P2', [...flags, NOEXIST]).gives({ errno: 'EBUSY', notified: [] })),
    row(id(3), set('P1').ok(), hears(set(null), 'RTM_NEWLINK xdp none')),
    row(id(4), hears(linked)),
    row(id(5), linked.ok(), hears(update('P2'))),
    row(id(6), linked.ok(), hears(call('close', { handle: 'L' }))),
  ];
}

const AT = { netdev: 'B', direction: 'ingress', priority: 1, handle: 1 } as const;
const TCX = { netdev: 'B', attachType: 'tcx_ingress' } as const;
const QDISC = hears(call('tc_hook_create', { netdev: 'B' }), 'RTM_NEWQDISC');
const FILTER = hears(call('tc_filter_attach', { ...AT, prog: 'T1' }), 'RTM_NEWTFILTER');
const messages: readonly OracleRow[] = [
  ...mode(1, []),
  ...mode(8, [SKB]),
  row('misc-015', hears(call('prog_attach', { prog: 'T1', ...TCX }))),
  row('misc-016', call('prog_attach', { prog: 'T1', ...TCX }).ok(), hears(call('prog_detach', { prog: 'T1', ...TCX }))),
  row('misc-017', QDISC, FILTER),
  row(
    'misc-018',
    QDISC,
    FILTER,
    hears(call('tc_filter_attach', { ...AT, prog: 'T2', replaceExisting: true }), 'RTM_NEWTFILTER'),
  ),
  row('misc-019', QDISC, FILTER, hears(call('tc_hook_destroy', { netdev: 'B' }), 'RTM_DELQDISC')),
];

const KEPT = [link('P1').as('L').ok(), setCloexec('L', false).ok(), fork('Q'), execve('Q'), close('L')] as const;
const executed: readonly OracleRow[] = [
  row('misc-029', fork('Q'), link('P1').by('Q').as('L').ok(), execve('Q'), shows(null, 'none')),
  row('misc-030', ...KEPT, shows('P1', 'drv')),
  row('misc-031', ...KEPT, kill('Q').ok(), wait('Q').ok(), shows(null, 'none')),
];

/** `ip link set dev B xdp pinned NAME`: OBJ_GET, then netlink, with UPDATE_IF_NOEXIST unless it is forced. */
const PINNED = ['P1', 'P2'].map((obj) => call('obj_pin', { obj, path: obj }).ok());
const pinned = (path: string): RowStep => call('obj_get', { path }).as(`pinned ${path}`).ok();
const ip = (id: string, ...steps: readonly RowStep[]): OracleRow =>
  row(id, ...PINNED, pinned('P1'), pinned('P2'), ...steps);
const P1 = netlink('pinned P1', [NOEXIST]).ok();
const LINK = link('P1').as('L').ok();
const commands: readonly OracleRow[] = [
  ip('misc-032', P1),
  ip('misc-033', P1, netlink('pinned P2', [NOEXIST]).fails('EBUSY')),
  ip('misc-034', P1, netlink('pinned P2').ok()),
  ip('misc-035', P1, netlink('pinned P2').ok(), netlink(null).ok(), shows(null, 'none')),
  ip('misc-036', netlink('pinned P1', [SKB]).ok(), netlink(null).ok(), shows('P1', 'skb')),
  ip('misc-037', netlink('pinned P1', [SKB]).ok(), netlink(null, [SKB]).ok(), shows(null, 'none')),
  ip('misc-038', LINK, netlink(null).fails('EBUSY')),
  ip('misc-039', LINK, netlink('pinned P2').fails('EBUSY')),
];

export const rows: readonly OracleRow[] = [
  ...messages,
  ...executed,
  ...commands,
  {
    id: 'misc-040',
    notExecutable:
      'EPERM for extensions is a policy of the build of the observed kernel; what other kernels answer is row ext-004',
  },
];
