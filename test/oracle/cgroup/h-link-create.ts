/** Rows H01..H29: what LINK_CREATE checks, and what the new descriptor is. */
import type { OracleRow, RowObjects, RowStep } from '../row.ts';
import {
  attach,
  chain,
  close,
  exists,
  fillFds,
  freeFds,
  getCloexec,
  gone,
  type Handle,
  INGRESS,
  type LinkOptions,
  link,
  linkById,
  linkCreate,
  linkExists,
  linkInfo,
  list,
  loads,
  MULTI,
  NOT_OPEN,
  OVERRIDE,
  openCgroup,
  openProcFd,
  RDONLY,
  REPLACE,
  readlinkFd,
  row,
  SOCK_OPS,
  SOCKET_FILTER,
  UNKNOWN_FLAG,
  untouched,
  world,
} from '../steps.ts';

const kinds = world({ progs: { S: SOCK_OPS, F: SOCKET_FILTER } });

function refused(
  id: string,
  errno: string,
  prog: Handle,
  options: LinkOptions,
  ...before: readonly RowStep[]
): OracleRow {
  return row(id, kinds, loads('A', 'S', 'F'), before, linkCreate(prog, options).fails(errno), untouched());
}

const checks: readonly OracleRow[] = [
  refused('H01', 'EINVAL', 'A', { flags: [OVERRIDE] }),
  refused('H02', 'EINVAL', 'A', { flags: [MULTI] }),
  refused('H03', 'EINVAL', 'A', { flags: [REPLACE] }),
  refused('H04', 'EINVAL', 'A', { flags: [UNKNOWN_FLAG] }),
  refused('H05', 'EBADF', NOT_OPEN, {}),
  refused('H06', 'EINVAL', 'h', {}, openCgroup('c', 'h')),
  refused('H07', 'EBADF', 'A', { cgroup: NOT_OPEN }),
  refused('H08', 'EINVAL', 'A', { attachType: 'cgroup_sock_ops' }),
  refused('H09', 'EINVAL', 'S', {}),
  refused('H10', 'EINVAL', 'F', {}),
  refused('H11', 'EBADF', NOT_OPEN, { flags: [UNKNOWN_FLAG] }),
  refused('H12', 'EINVAL', 'A', { flags: [UNKNOWN_FLAG], cgroup: NOT_OPEN }),
  refused('H13', 'EINVAL', 'S', { cgroup: NOT_OPEN }),
];

function onLink(id: string, ...steps: readonly RowStep[]): OracleRow {
  return row(id, world(), loads('A'), link('L', 'A'), steps);
}

const descriptor: readonly OracleRow[] = [
  onLink('H14', linkInfo('L').gives({ type: 'cgroup', link: 'L', prog: 'A', cgroup: 'c', attachType: INGRESS })),
  onLink('H15', getCloexec('L').gives({ cloexec: true })),
  onLink('H16', readlinkFd('L').gives({ target: 'anon_inode:bpf_link' })),
  onLink('H17', openProcFd('L').fails('ENXIO')),
  onLink('H18', linkExists('L')),
  onLink('H19', linkById('L', { rawOpenFlags: [RDONLY] }).fails('EINVAL')),
];

const twoDescriptors: readonly OracleRow[] = chain(
  world(),
  [loads('A'), link('L', 'A'), linkById('L').as('L2').ok(), close('L').ok()],
  [
    ['H20', list(['A'])],
    ['H21', close('L2').ok(), list([])],
    ['H22', linkById('L').fails('ENOENT')],
  ],
);

const references: readonly OracleRow[] = [
  ...chain(
    world(),
    [loads('A', 'B'), attach('A').ok()],
    [
      ['H23', linkCreate('B').fails('EPERM')],
      ['H24', close('B').ok(), gone('B')],
    ],
  ),
  ...chain(
    world(),
    [loads('B'), link('L', 'B'), close('B').ok()],
    [
      ['H25', exists('B')],
      ['H26', close('L').ok(), gone('B')],
    ],
  ),
];

const refusingCgroup: RowObjects = world({ cgroups: { c: null, d: null } });

/** Directory descriptors are opened beforehand: with a full table the actor could not open them for the call. */
const noDescriptorLeft: readonly OracleRow[] = chain(
  refusingCgroup,
  [loads('A', 'B'), attach('B', { cgroup: 'd' }).ok(), openCgroup('c', 'hc'), openCgroup('d', 'hd'), fillFds().ok()],
  [
    [
      'H28',
      linkCreate('A', { cgroup: { handle: 'hc' } }).fails('EMFILE'),
      linkCreate('A', { cgroup: { handle: 'hd' } }).fails('EMFILE'),
      linkCreate('A', { cgroup: NOT_OPEN }).fails('EBADF'),
      attach('A', { cgroup: { handle: 'hc' }, flags: [MULTI] }).ok(),
    ],
    ['H29', freeFds().ok(), list(['A'])],
  ],
);

export const rows: readonly OracleRow[] = [
  ...checks,
  ...descriptor,
  ...twoDescriptors,
  ...references,
  // The address array of a kprobe link lies at offset 32, behind the fields that a cgroup link uses.
  row(
    'H27',
    world(),
    loads('A'),
    linkCreate('A', { addrs: [1] })
      .as('L')
      .ok(),
    list(['A']),
  ),
  ...noDescriptorLeft,
];
