/** Rows xdp-001 to xdp-176: netlink and links at XDP. */
import type { OracleRow } from '../row.ts';
import { call } from '../steps.ts';
import {
  alive,
  BAD,
  close,
  DELETED,
  exit,
  fork,
  freed,
  info,
  link,
  netlink,
  observed,
  shows,
  update,
  XDP_LOADED,
} from './helpers.ts';

const row = observed(XDP_LOADED);
const SKB = 'XDP_FLAGS_SKB_MODE';
const DRV = 'XDP_FLAGS_DRV_MODE';
const HW = 'XDP_FLAGS_HW_MODE';
const NOEXIST = 'XDP_FLAGS_UPDATE_IF_NOEXIST';
const XREPLACE = 'XDP_FLAGS_REPLACE';
const REPLACE = 'BPF_F_REPLACE';
const UNKNOWN = 32;

const P1 = [netlink('P1').ok()];
const P2 = [netlink('P2').ok()];
const GENERIC = [netlink('P1', [SKB]).ok()];
const L = [link('xdp', 'P1').as('L').ok()];
const LG = [
  link('xdp', 'P1', { flags: [SKB] })
    .as('L')
    .ok(),
];
const on = (prog: string | null, netdev: string, flags: readonly string[] = []) =>
  call('xdp_set', { netdev, prog, flags: [...flags] });
const PORT = [call('netdev_enslave', { netdev: 'B', master: 'BR' }).ok()];
const OFF = [...L, call('link_detach', { link: 'L' }).ok()];
const PIN = call('obj_pin', { obj: 'L', path: 'x' });
const PINNED = [...L, PIN.ok()];
const FDS_CLOSED = [...PINNED, close('L')];
const DEAD = [...L, DELETED];
const AWAY = [...L, call('enter_netns', { netns: 'OTHER' }).ok()];

const netlinkRows: readonly OracleRow[] = [
  row('xdp-001', [], netlink('P1').ok()),
  row('xdp-002', P1, shows('P1', 'drv')),
  row('xdp-003', P1, netlink('P1').ok()),
  row('xdp-004', P1, netlink('P1', [NOEXIST]).fails('EBUSY')),
  row('xdp-005', P1, netlink('P2', [NOEXIST]).fails('EBUSY')),
  row('xdp-006', P1, netlink('P2', [SKB]).fails('EEXIST')),
  row('xdp-007', P1, netlink('P1', [SKB]).fails('EEXIST')),
  row('xdp-008', P1, netlink('P2', [SKB, NOEXIST]).fails('EEXIST')),
  row('xdp-009', P1, netlink('P2', [SKB, DRV]).fails('EINVAL')),
  row('xdp-010', P1, call('xdp_set', { netdev: 'B', prog: 'P2', flags: [UNKNOWN] }).fails('EINVAL')),
  row('xdp-011', P1, netlink('P2', [XREPLACE], { noExpectedFd: true }).fails('EINVAL')),
  row('xdp-012', P1, netlink('P2', [XREPLACE], { oldProg: 'P3' }).fails('EEXIST')),
  row('xdp-013', P1, netlink('P2', [XREPLACE], { oldProg: null }).fails('EEXIST')),
  row('xdp-014', P1, netlink('P1', [XREPLACE], { oldProg: 'P3' }).fails('EEXIST')),
  row('xdp-015', P1, netlink('P2', [XREPLACE, NOEXIST], { oldProg: 'P1' }).fails('EBUSY')),
  row('xdp-016', P1, netlink('P2', [XREPLACE, NOEXIST], { oldProg: 'P3' }).fails('EEXIST')),
  row('xdp-017', P1, netlink('P2', [XREPLACE], { oldProg: BAD }).fails('EBADF')),
  row('xdp-018', P1, netlink('P2', [XREPLACE], { oldProg: 'T1' }).fails('EINVAL')),
  row('xdp-019', P1, netlink(BAD).fails('EBADF')),
  row('xdp-020', [...P1, call('open_file', { kind: 'dev_null' }).as('null').ok()], netlink('null').fails('EINVAL')),
  row('xdp-021', P1, netlink('T1').fails('EINVAL')),
  row('xdp-022', P1, netlink('DEVMAP').fails('EINVAL')),
  row('xdp-023', P1, netlink('P2', [], { progId: true }).fails('EINVAL')),
  row('xdp-024', P1, netlink('P2', [], { noFd: true }).ok()),
  row('xdp-025', P1, netlink(null, [SKB]).ok()),
  row('xdp-026', [...P1, netlink(null, [SKB]).ok()], shows('P1', 'drv')),
  row('xdp-027', P1, netlink(null, [XREPLACE], { oldProg: 'P3' }).fails('EEXIST')),
  row('xdp-028', P1, netlink('P2', [XREPLACE], { oldProg: 'P1' }).ok()),
  row('xdp-029', P2, netlink('P1', [XREPLACE], { oldProg: 'P1' }).fails('EEXIST')),
  row('xdp-030', P2, netlink('P1', [], { expectedFd: 'P3' }).ok()),
  row('xdp-031', [...P1, fork('Q')], netlink('P2').by('Q').ok()),
  row('xdp-032', [...P1, fork('Q'), netlink('P2').by('Q').ok()], shows('P2', 'drv')),
  row('xdp-033', P2, netlink(null, [XREPLACE], { oldProg: 'P2' }).ok()),
  row('xdp-034', [], netlink(null).ok()),
  row('xdp-035', [], netlink(null, [XREPLACE], { oldProg: 'P1' }).fails('EEXIST')),
  row('xdp-036', [], netlink('P1', [XREPLACE], { oldProg: 'P1' }).fails('EEXIST')),
  row('xdp-037', [], netlink('P1', [HW]).fails('EINVAL')),
  row('xdp-038', [], netlink('P1', [XREPLACE], { oldProg: null }).ok()),
  row('xdp-039', [], netlink('P1', [NOEXIST]).ok()),
  row('xdp-040', [], netlink('P1', [SKB]).ok()),
  row('xdp-041', GENERIC, netlink(null).ok()),
  row('xdp-042', [...GENERIC, netlink(null).ok()], shows('P1', 'skb')),
  row('xdp-043', GENERIC, netlink('P2').fails('EEXIST')),
  row('xdp-044', GENERIC, netlink('P2', [XREPLACE], { oldProg: 'P1' }).fails('EEXIST')),
  row('xdp-045', GENERIC, netlink('P2', [XREPLACE, SKB], { oldProg: 'P1' }).ok()),
  row('xdp-046', [], on('P1', 'BR', [DRV]).fails('EOPNOTSUPP')),
  row('xdp-047', [], on('P1', 'BR', [HW]).fails('EOPNOTSUPP')),
  row('xdp-048', [], on('P1', 'BR').ok()),
  row('xdp-049', [on('P1', 'BR').ok()], shows('P1', 'skb', 'BR')),
  row('xdp-050', [...PORT, on('P1', 'BR').ok()], netlink('P2').fails('EEXIST')),
  row('xdp-051', [...PORT, on('P1', 'BR').ok()], link('xdp', 'P2').fails('EEXIST')),
  row('xdp-052', [...PORT, on('P1', 'BR').ok()], on(null, 'BR').ok()),
  row('xdp-053', PORT, netlink('P2').ok()),
  row('xdp-054', [...PORT, ...P2], on('P1', 'BR').ok()),
  row('xdp-055', [...PORT, ...P2, on('P1', 'BR').ok()], netlink('P3').fails('EEXIST')),
  row('xdp-056', [...PORT, ...P2, on('P1', 'BR').ok()], netlink(null).fails('EEXIST')),
  row('xdp-057', [...PORT, ...P2, on('P1', 'BR').ok()], on(null, 'BR').ok()),
  row('xdp-058', [...PORT, ...L, on('P1', 'BR').ok()], update('P3').ok()),
  row('xdp-059', [...PORT, ...L, on('P1', 'BR').ok(), close('L')], shows(null, 'none')),
  row('xdp-060', [], on('P1', 'GONE').fails('ENODEV')),
  row('xdp-063', [fork('Q'), netlink('P1').by('Q').ok(), exit('Q')], shows('P1', 'drv')),
  row('xdp-064', [...P1, close('P1'), netlink(null).ok()], freed('P1')),
];

/** The peer has jumbo frames. */
const JUMBO = {
  progs: [{ name: 'P1', type: 'xdp', expectedAttachType: 'xdp', returns: 2 }],
  netdevs: [
    { name: 'B', kind: 'veth', peer: 'A', netns: 'N0' },
    { name: 'A', kind: 'veth', peerOf: 'B', netns: 'N0', mtu: 9000 },
  ],
};
const P1_LOADED = call('prog_load', { prog: 'P1' }).as('P1').ok();
const jumboRows: readonly OracleRow[] = [
  { id: 'xdp-061', objects: JUMBO, steps: [P1_LOADED, netlink('P1', [DRV]).fails('ERANGE')] },
  { id: 'xdp-062', objects: JUMBO, steps: [P1_LOADED, netlink('P1', [SKB]).ok()] },
];

const bpfXdp = { netdev: 'B', attachType: 'xdp' } as const;
const linkRows: readonly OracleRow[] = [
  row('xdp-065', [], link('xdp', 'P1').as('L').ok()),
  row('xdp-066', L, info({ type: 'xdp', netdev: 'B' })),
  row('xdp-067', L, shows('P1', 'drv')),
  row('xdp-068', L, link('xdp', 'P2').fails('EBUSY')),
  row('xdp-069', L, link('xdp', 'P1').fails('EBUSY')),
  row('xdp-070', L, link('xdp', 'P2', { flags: [SKB] }).fails('EEXIST')),
  row('xdp-071', L, netlink('P2').fails('EBUSY')),
  row('xdp-072', L, netlink('P1').fails('EBUSY')),
  row('xdp-073', L, netlink('P2', [NOEXIST]).fails('EBUSY')),
  row('xdp-074', L, netlink('P2', [XREPLACE], { oldProg: 'P1' }).fails('EBUSY')),
  row('xdp-075', L, netlink('P2', [XREPLACE], { oldProg: 'P3' }).fails('EBUSY')),
  row('xdp-076', L, netlink('P2', [SKB]).fails('EEXIST')),
  row('xdp-077', L, netlink(null).fails('EBUSY')),
  row('xdp-078', L, netlink(null, [DRV]).fails('EBUSY')),
  row('xdp-079', L, netlink(null, [SKB]).ok()),
  row('xdp-080', L, netlink(null, [XREPLACE], { oldProg: 'P1' }).fails('EBUSY')),
  row('xdp-081', L, call('prog_attach', { prog: 'P2', ...bpfXdp }).fails('EINVAL')),
  row('xdp-082', L, call('prog_detach', { prog: 'P1', ...bpfXdp }).fails('EINVAL')),
  row('xdp-083', L, call('query', bpfXdp).fails('EINVAL')),
  row('xdp-084', L, update('P2', { flags: [REPLACE], oldProg: 'P3' }).fails('EPERM')),
  row('xdp-085', L, update('P2', { oldProg: 'P1' }).fails('EINVAL')),
  row('xdp-086', L, update('P2', { flags: [REPLACE], oldProg: BAD }).fails('EBADF')),
  row('xdp-087', L, update(BAD).fails('EBADF')),
  row('xdp-088', L, update('P2', { flags: ['BPF_F_ALLOW_MULTI'] }).fails('EINVAL')),
  row('xdp-089', L, update('T1').fails('EINVAL')),
  row('xdp-090', L, update('DEVMAP').fails('EINVAL')),
  row('xdp-091', L, update('T1', { flags: [REPLACE], oldProg: 'P3' }).fails('EPERM')),
  row('xdp-092', L, update('P1').ok()),
  row('xdp-093', L, update('P1', { flags: [REPLACE], oldProg: 'P1' }).ok()),
  row('xdp-094', L, update('P1', { flags: [REPLACE], oldProg: 'P3' }).fails('EPERM')),
  row('xdp-095', L, update('P2', { flags: [REPLACE], oldProg: 'P1' }).ok()),
  row('xdp-096', [...L, update('P2').ok()], shows('P2', 'drv')),
  row('xdp-097', L, update('P2', {}, 'P1').fails('EINVAL')),
  row('xdp-098', L, update('P2', {}, BAD).fails('EBADF')),
  row('xdp-099', [...L, update('P2').ok()], update('P1').ok()),
  row('xdp-100', [...L, update('P4').ok()], close('P4')),
  row('xdp-101', [...L, update('P4').ok(), close('P4')], alive('P4')),
  row('xdp-102', [...L, update('P4').ok(), close('P4'), update('P1').ok()], freed('P4')),
  row('xdp-103', [...L, call('dup', { handle: 'L' }).as('M').ok(), close('L')], shows('P1', 'drv')),
  row('xdp-104', [fork('Q'), ...L], call('link_get_fd_by_id', { linkId: 'L' }).by('Q').as('S').ok()),
  row(
    'xdp-105',
    [fork('Q'), ...L, call('link_get_fd_by_id', { linkId: 'L' }).by('Q').as('S').ok()],
    update('P3', {}, 'S').by('Q').ok(),
  ),
  row(
    'xdp-106',
    [fork('Q'), ...L, call('link_get_fd_by_id', { linkId: 'L' }).by('Q').as('S').ok()],
    call('link_detach', { link: 'S' }).by('Q').ok(),
  ),
  row('xdp-107', OFF, shows(null, 'none')),
  row('xdp-108', OFF, info({ netdev: null, prog: 'P1', link: 'L' })),
  row('xdp-109', OFF, update('P1').fails('ENOLINK')),
  row('xdp-110', OFF, update('P1', { flags: [REPLACE], oldProg: 'P2' }).fails('ENOLINK')),
  row('xdp-111', OFF, update('T1').fails('ENOLINK')),
  row('xdp-112', OFF, update(BAD).fails('EBADF')),
  row('xdp-113', OFF, call('link_detach', { link: 'L' }).ok()),
  row('xdp-114', OFF, netlink('P2').ok()),
  row('xdp-115', [...OFF, ...P2, close('L')], shows('P2', 'drv')),
  row('xdp-116', [...OFF, close('L')], call('link_get_fd_by_id', { linkId: 'L' }).fails('ENOENT')),
  row('xdp-117', P2, link('xdp', 'P1').fails('EBUSY')),
  row('xdp-118', P2, link('xdp', 'P2').fails('EBUSY')),
  row('xdp-119', P2, link('xdp', 'P1', { flags: [SKB] }).fails('EEXIST')),
  row('xdp-120', [], link('xdp', 'P1', { flags: [NOEXIST] }).fails('EINVAL')),
  row('xdp-121', [], link('xdp', 'P1', { flags: [XREPLACE] }).fails('EINVAL')),
  row('xdp-122', [], link('xdp', 'P1', { flags: [SKB, DRV] }).fails('EINVAL')),
  row('xdp-123', [], link('xdp', 'P1', { flags: [HW] }).fails('EINVAL')),
  row('xdp-124', [], link('xdp', 'P1', { netdev: 'GONE' }).fails('EINVAL')),
  row('xdp-125', [], link('xdp', BAD).fails('EBADF')),
  row('xdp-126', [], link('tcx_ingress', 'P1').fails('EINVAL')),
  row('xdp-127', [], link('xdp', 'T1').fails('EINVAL')),
  row('xdp-128', [], link('xdp', 'DEVMAP').fails('EINVAL')),
  row('xdp-129', [], link('xdp', 'P1', { netdev: 'BR', flags: [DRV] }).fails('EOPNOTSUPP')),
  row(
    'xdp-130',
    [],
    link('xdp', 'P1', { flags: [SKB] })
      .as('L')
      .ok(),
  ),
  row('xdp-131', LG, netlink(null).ok()),
  row('xdp-132', LG, netlink('P2').fails('EEXIST')),
  row('xdp-133', LG, netlink('P2', [SKB]).fails('EBUSY')),
  row('xdp-134', [...L, close('L')], shows(null, 'none')),
  row('xdp-135', [call('enter_netns', { netns: 'OTHER' }).ok()], link('xdp', 'P1').fails('EINVAL')),
  row('xdp-136', AWAY, update('P2').ok()),
  row('xdp-137', AWAY, call('link_detach', { link: 'L' }).ok()),
];

const GET = call('obj_get', { path: 'x' });
const lifeRows: readonly OracleRow[] = [
  row('xdp-138', L, PIN.ok()),
  row('xdp-139', PINNED, PIN.fails('EEXIST')),
  row('xdp-140', FDS_CLOSED, shows('P1', 'drv')),
  row('xdp-141', FDS_CLOSED, GET.as('R').gives({ sameAs: 'L' })),
  row('xdp-142', [fork('Q'), ...FDS_CLOSED, GET.by('Q').as('R').ok()], update('P2', {}, 'R').by('Q').ok()),
  row(
    'xdp-143',
    [...FDS_CLOSED, call('unlink', { path: 'x' }).ok()],
    call('xdp_query', { netdev: 'B' }).eventually({ prog: null, mode: 'none' }),
  ),
  row('xdp-144', [fork('Q'), link('xdp', 'P1').by('Q').as('L').ok(), exit('Q')], shows(null, 'none')),
  row('xdp-145', [fork('Q'), link('xdp', 'P1').by('Q').as('L').ok(), PIN.by('Q').ok(), exit('Q')], shows('P1', 'drv')),
  row(
    'xdp-146',
    [...FDS_CLOSED, call('unlink', { path: 'x' }).ok()],
    link('xdp', 'P2').gives({ mayBe: [{ ok: true }, { errno: 'EBUSY' }] }),
  ),
  row('xdp-147', [...L, fork('Q'), close('L')], shows('P1', 'drv')),
  row('xdp-148', [...L, fork('Q'), close('L'), exit('Q')], shows(null, 'none')),
  row(
    'xdp-149',
    [
      fork('Q'),
      link('xdp', 'P1').by('Q').as('L').ok(),
      call('kill', { target: 'Q' }).ok(),
      call('wait', { target: 'Q' }).ok(),
    ],
    shows(null, 'none'),
  ),
  row('xdp-151', DEAD, info({ netdev: null, link: 'L', prog: 'P1' })),
  row('xdp-152', DEAD, update('P2').fails('ENOLINK')),
  row('xdp-153', DEAD, update('P2', { flags: [REPLACE], oldProg: 'P3' }).fails('ENOLINK')),
  row('xdp-154', DEAD, call('link_detach', { link: 'L' }).ok()),
  row('xdp-155', DEAD, call('link_get_fd_by_id', { linkId: 'L' }).ok()),
  row('xdp-156', [...PINNED, DELETED], call('obj_pin', { obj: 'L', path: 'y' }).ok()),
  row('xdp-157', [...DEAD, close('P1')], alive('P1')),
  row('xdp-158', [...PINNED, DELETED, close('L')], GET.as('R').gives({ sameAs: 'L' })),
  row('xdp-159', [...PINNED, DELETED, close('L'), GET.as('R').ok()], info({ netdev: null }, 'R')),
  ...(['xdp-160', 'xdp-161', 'xdp-162', 'xdp-163'] as const).map((id, i) => {
    const again = [...DEAD, call('netdev_add', { netdev: 'GONE' }).ok()];
    const created = link('xdp', 'P2', { netdev: 'GONE' }).as('N');
    const last = [info({ netdev: null }), update('P2').fails('ENOLINK'), created.ok(), shows('P2', 'drv', 'GONE')][
      i
    ] as ReturnType<typeof info>;
    return row(id, i === 3 ? [...again, created.ok(), close('L')] : again, last);
  }),
  row('xdp-164', [...DEAD, close('P1'), close('L')], freed('P1')),
  row('xdp-165', [...L, call('netdev_delete', { netdev: 'A' }).ok()], info({ netdev: null })),
  row('xdp-166', [...P1, close('P1'), DELETED], freed('P1')),
];

const MOVED = call('netdev_move', { netdev: 'B', netns: 'OTHER' }).ok();
const THERE = call('enter_netns', { netns: 'OTHER' }).ok();
const namespaceRows: readonly OracleRow[] = [
  row('xdp-167', [...L, MOVED], info({ netdev: 'B', prog: 'P1' })),
  row('xdp-168', [...L, MOVED, THERE], shows('P1', 'drv')),
  row('xdp-169', [...L, MOVED, THERE], call('netdev_exists', { netdev: 'B' }).gives({ value: 'down' })),
  row('xdp-170', [...L, MOVED], update('P2').ok()),
  row('xdp-171', [fork('Q'), ...L, MOVED, close('L'), { ...THERE, actor: 'Q' }], {
    ...shows(null, 'none'),
    actor: 'Q',
  }),
  row('xdp-172', [...GENERIC, MOVED, THERE], shows('P1', 'skb')),
  ...(['xdp-173', 'xdp-174', 'xdp-175', 'xdp-176'] as const).map((id, i) => {
    const gone = [...L, MOVED, call('netns_delete', { netns: 'OTHER' }).ok()];
    const last = [
      call('link_info', { link: 'L' }).gives({ mayBe: [{ netdev: 'B' }, { netdev: null }] }),
      update('P2').gives({ mayBe: [{ ok: true }, { errno: 'ENOLINK' }] }),
      update('P2').fails('ENOLINK'),
      call('link_info', { link: 'L' }).gives({ netdev: null }),
    ][i] as ReturnType<typeof info>;
    return row(id, i < 2 ? gone : [...gone, { actor: 'P0', op: 'sleep', args: { ms: 100 }, expect: {} }], last);
  }),
];

export const rows: readonly OracleRow[] = [
  ...netlinkRows,
  ...jumboRows,
  ...linkRows,
  ...lifeRows,
  row(
    'xdp-150',
    [...FDS_CLOSED, call('umount_bpffs', { mount: 'bpffs' }).ok()],
    call('xdp_query', { netdev: 'B' }).eventually({ prog: null, mode: 'none' }),
  ),
  ...namespaceRows,
];
