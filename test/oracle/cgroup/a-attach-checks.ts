/** Rows A01..A49: what PROG_ATTACH checks, in which order, before it looks at lists and modes. */
import type { OracleRow, RowStep } from '../row.ts';
import {
  type AttachOptions,
  attach,
  BEFORE,
  CONNECT4,
  chain,
  detach,
  EGRESS,
  EGRESS_CN,
  type FileKind,
  type Handle,
  INGRESS,
  link,
  linkCreate,
  list,
  load,
  loads,
  MULTI,
  NOT_OPEN,
  OVERRIDE,
  openCgroup,
  openFile,
  PREORDER,
  type ProgOptions,
  query,
  REPLACE,
  row,
  SOCK_OPS,
  SOCKET_FILTER,
  UNKNOWN_FLAG,
  untouched,
  world,
} from '../steps.ts';

const INET6_CONNECT = 'cgroup_inet6_connect';

/** Setup "empty cgroup, valid program": the attach fails and leaves no trace in the cgroup. */
function refused(
  id: string,
  errno: string,
  prog: Handle,
  options: AttachOptions,
  ...before: readonly RowStep[]
): OracleRow {
  return row(id, world(), loads('A', 'B'), before, attach(prog, options).fails(errno), untouched());
}

/** The link whose descriptor is passed where a program is wanted lives in another cgroup, so that `c` stays empty. */
function refusedWithLink(id: string, errno: string, prog: Handle, options: AttachOptions): OracleRow {
  const objects = world({ cgroups: { c: null, d: null } });
  const before = [...loads('A', 'B'), link('L', 'B', { cgroup: 'd' })];
  return row(id, objects, before, attach(prog, options).fails(errno), untouched());
}

function withTargetFile(id: string, kind: FileKind, errno: string): OracleRow {
  return row(id, world(), loads('A'), openFile(kind, 'f'), attach('A', { cgroup: { handle: 'f' } }).fails(errno));
}

const descriptors: readonly OracleRow[] = [
  refused('A01', 'EBADF', NOT_OPEN, {}),
  refused('A02', 'EINVAL', 'f', {}, openFile('regular', 'f')),
  refusedWithLink('A03', 'EINVAL', 'L', {}),
  row('A04', world(), loads('A'), attach('A', { cgroup: NOT_OPEN }).fails('EBADF')),
  withTargetFile('A05', 'regular', 'EBADF'),
  withTargetFile('A06', 'cgroup_file', 'EBADF'),
  withTargetFile('A07', 'cgroup1_dir', 'EBADF'),
  row(
    'A08',
    world(),
    loads('A'),
    openFile('cgroup1_dir', 'f'),
    linkCreate('A', { cgroup: { handle: 'f' } }).fails('EBADF'),
  ),
  row('A09', world(), loads('A'), openFile('cgroup1_dir', 'f'), query({ cgroup: { handle: 'f' } }).fails('EBADF')),
  withTargetFile('A10', 'cgroup1_removed_dir', 'ENOENT'),
  ...chain(
    world(),
    [loads('A'), openCgroup('c', 'h', { oPath: true })],
    [
      ['A11', attach('A', { cgroup: { handle: 'h' } }).ok()],
      ['A12', list(['A'], {}, { cgroup: { handle: 'h' } })],
    ],
  ),
];

/** One program of a kind, attached at an attach type. */
function kindAt(id: string, options: ProgOptions, attachType: string, errno?: string): OracleRow {
  const call = attach('X', { attachType });
  return row(
    id,
    world({ progs: { X: options } }),
    load('X').ok(),
    errno === undefined ? call.ok() : call.fails(errno),
    list(errno === undefined ? ['X'] : [], {}, { attachType }),
  );
}

/** PROG_ATTACH and LINK_CREATE judge the pair of program and attach type alike. */
function pairRefused(
  ids: readonly [attach: string, link: string],
  options: ProgOptions,
  attachType: string,
): readonly OracleRow[] {
  return chain(
    world({ progs: { X: options } }),
    [load('X').ok()],
    [
      [ids[0], attach('X', { attachType }).fails('EINVAL'), untouched({ attachType })],
      [ids[1], linkCreate('X', { attachType }).fails('EINVAL'), untouched({ attachType })],
    ],
  );
}

const kinds: readonly OracleRow[] = [
  refused('A13', 'EINVAL', 'A', { attachType: 'sk_skb_stream_parser' }),
  refused('A14', 'EINVAL', 'A', { attachType: 1000 }),
  kindAt('A15', {}, 'cgroup_sock_ops', 'EINVAL'),
  kindAt('A16', SOCKET_FILTER, INGRESS, 'EINVAL'),
  kindAt('A17', { expectedAttachType: INGRESS }, EGRESS),
  kindAt('A18', { expectedAttachType: EGRESS }, INGRESS),
  ...pairRefused(['A19', 'A20'], EGRESS_CN, INGRESS),
  ...pairRefused(['A21', 'A22'], CONNECT4, INET6_CONNECT),
  kindAt('A23', { type: 'cgroup_sock', expectedAttachType: null }, 'cgroup_inet_sock_create'),
  kindAt('A24', SOCK_OPS, 'cgroup_sock_ops'),
];

const flags: readonly OracleRow[] = [
  refused('A30', 'EINVAL', 'A', { flags: [UNKNOWN_FLAG] }),
  refused('A31', 'EINVAL', NOT_OPEN, { flags: [UNKNOWN_FLAG] }),
  refused('A32', 'EINVAL', 'A', { flags: [OVERRIDE, MULTI] }),
  refused('A33', 'EINVAL', 'A', { flags: [REPLACE], replace: 'B' }),
  refused('A34', 'EINVAL', 'A', { flags: [REPLACE, OVERRIDE], replace: 'B' }),
  refused('A35', 'EINVAL', 'A', { flags: [REPLACE], replace: NOT_OPEN }),
  refused('A36', 'EBADF', 'A', { flags: [MULTI, REPLACE], replace: NOT_OPEN }),
  refusedWithLink('A37', 'EINVAL', 'A', { flags: [MULTI, REPLACE], replace: 'L' }),
  row(
    'A38',
    world({ progs: { X: SOCK_OPS } }),
    loads('A', 'X'),
    attach('A', { flags: [MULTI, REPLACE], replace: 'X' }).fails('EINVAL'),
    untouched(),
  ),
  refused('A39', 'EBADF', 'A', { flags: [MULTI, OVERRIDE, REPLACE], replace: NOT_OPEN }),
  refused('A40', 'EINVAL', 'A', { flags: [MULTI, REPLACE, BEFORE], replace: 'B' }),
  refused('A41', 'ENOENT', 'A', { flags: [MULTI, REPLACE], replace: 'B' }),
  row('A42', world(), loads('A'), attach('A', { flags: [MULTI], replace: 9999 }).ok(), list(['A'])),
  row('A43', world({ progs: { X: SOCK_OPS } }), loads('X'), attach('X', { cgroup: NOT_OPEN }).fails('EINVAL')),
  refusedWithLink('A44', 'EBADF', 'A', { cgroup: NOT_OPEN, flags: [MULTI, REPLACE], replace: 'L' }),
];

const attributes: readonly OracleRow[] = [
  refused('A45', 'EINVAL', 'A', { attr: { tail: true } }),
  row(
    'A46',
    world(),
    loads('A'),
    // "Any command": the size is judged before the command is looked at.
    attach('A', { attr: { beyond: true } }).fails('E2BIG'),
    detach('A', { attr: { beyond: true } }).fails('E2BIG'),
    linkCreate('A', { attr: { beyond: true } }).fails('E2BIG'),
    query({ attr: { beyond: true } }).fails('E2BIG'),
    untouched(),
  ),
  row('A47', world(), loads('A'), attach('A', { attr: { size: 16 } }).ok(), list(['A'])),
  ...chain(
    world(),
    [loads('A')],
    [
      ['A48', attach('A', { flags: [PREORDER] }).ok()],
      ['A49', list(['A'], { attachFlags: [] })],
    ],
  ),
];

export const rows: readonly OracleRow[] = [...descriptors, ...kinds, ...flags, ...attributes];
