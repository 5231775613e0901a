/** Group J: LINK_DETACH, and what a defunct link still is: looked at, pinned, found by id, and holder of its program. */
import { steps } from '../process-steps.ts';
import type { OracleRow } from '../row.ts';
import {
  chain,
  close,
  exists,
  fdinfo,
  gone,
  INGRESS,
  link,
  linkById,
  linkDetach,
  linkGone,
  linkInfo,
  linkUpdate,
  list,
  listIds,
  load,
  loads,
  NOT_OPEN,
  objGet,
  pin,
  REPLACE,
  row,
  SOCK_OPS,
  unlink,
  world,
} from '../steps.ts';

const objects = world({ progs: { S: SOCK_OPS } });

const linkA = steps(loads('A', 'B'), link('L', 'A'));
const attached = [linkInfo('L').gives({ prog: 'A', cgroup: 'c' }), list(['A'])];
const detached = steps(linkA, linkDetach('L').ok());
/** `detached`, with the program held by nothing but the link. */
const alone = steps(detached, close('A').ok());

const detaching: readonly OracleRow[] = [
  row('J01', objects, linkA, linkDetach(NOT_OPEN).fails('EBADF'), attached),
  row('J02', objects, linkA, linkDetach('A').fails('EINVAL'), attached),
  row('J03', objects, linkA, linkDetach('L', { attr: { tail: true } }).fails('EINVAL'), attached),
  row('J04', objects, linkA, linkDetach('L').ok(), list([])),
];

const defunct: readonly OracleRow[] = [
  row('J05', objects, detached, linkInfo('L').gives({ prog: 'A', cgroup: null, attachType: INGRESS })),
  row('J06', objects, detached, linkDetach('L').ok(), list([], { revision: 3 })),
  row('J07', objects, detached, linkUpdate('L', 'B').fails('ENOLINK')),
  row('J08', objects, detached, linkUpdate('L', 'B', { flags: [REPLACE], oldProg: 'B' }).fails('ENOLINK')),
  row('J09', objects, detached, load('S').ok(), linkUpdate('L', 'S').fails('ENOLINK')),
  // Descriptors are resolved, and arguments checked, before the lock under which the link turns out to be defunct.
  row('J10', objects, detached, linkUpdate('L', NOT_OPEN).fails('EBADF')),
  row('J11', objects, detached, linkUpdate('L', 'B', { oldProg: 'A' }).fails('EINVAL')),
  row('J12', objects, detached, linkById('L').as('L2').ok(), linkInfo('L2').gives({ link: 'L', cgroup: null })),
  row('J13', objects, detached, listIds('link').gives({ includes: ['L'] })),
  row('J14', objects, alone, exists('A')),
  row('J15', objects, detached, fdinfo('L').gives({ cgroup: null })),
];

const pinned: readonly OracleRow[] = [
  row('J16', objects, detached, pin('L', 'l').ok()),
  ...chain(
    objects,
    [alone, pin('L', 'l').ok(), close('L').ok()],
    [
      ['J17', exists('A')],
      ['J18', objGet('l').as('L2').gives({ sameAs: 'L' }), linkInfo('L2').gives({ cgroup: null })],
      ['J19', close('L2').ok(), unlink('l').ok(), linkGone('L'), gone('A')],
    ],
  ),
];

export const rows: readonly OracleRow[] = [
  ...detaching,
  ...defunct,
  ...pinned,
  row('J20', objects, loads('B'), link('L', 'B'), link('L2', 'B'), list(['B', 'B']), linkDetach('L').ok(), list(['B'])),
];
