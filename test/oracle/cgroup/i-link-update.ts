/** Group I: LINK_UPDATE. Which check comes first, what an update may change, and the program it lets go. */
import { openDirectory, scenario, steps } from '../process-steps.ts';
import type { OracleRow } from '../row.ts';
import {
  attach,
  CONNECT4,
  close,
  EGRESS_CN,
  exists,
  link,
  linkById,
  linkCreate,
  linkInfo,
  linkUpdate,
  list,
  load,
  loads,
  MULTI,
  NOT_OPEN,
  progById,
  REPLACE,
  revision,
  row,
  SOCK_OPS,
  UNKNOWN_FLAG,
  world,
} from '../steps.ts';

const C4 = 'cgroup_inet4_connect';
const objects = world({
  progs: { S: SOCK_OPS, N: EGRESS_CN, F: CONNECT4, G: { ...CONNECT4, expectedAttachType: 'cgroup_inet4_bind' } },
});

const linkA = steps(loads('A', 'B'), link('L', 'A'));
const linkB = steps(loads('A', 'B'), link('L', 'B'));
/** An update that failed leaves the program, the list and the revision as LINK_CREATE left them. */
const stillA = [linkInfo('L').gives({ prog: 'A', cgroup: 'c' }), list(['A'], { revision: 2 })];

const refused: readonly OracleRow[] = [
  row('I01', objects, linkA, linkUpdate('L', 'B', { flags: [1] }).fails('EINVAL'), stillA),
  row('I02', objects, linkA, linkUpdate(NOT_OPEN, 'B').fails('EBADF'), stillA),
  row('I03', objects, linkA, linkUpdate('A', 'B').fails('EINVAL'), stillA),
  row('I04', objects, linkA, linkUpdate('L', NOT_OPEN).fails('EBADF'), stillA),
  row('I05', objects, linkA, openDirectory(), linkUpdate('L', 'dir').fails('EINVAL'), stillA),
  row('I06', objects, linkA, linkUpdate('L', 'B', { oldProg: 'A' }).fails('EINVAL'), stillA),
  row('I07', objects, linkA, linkUpdate('L', 'B', { flags: [REPLACE], oldProg: NOT_OPEN }).fails('EBADF'), stillA),
  row(
    'I08',
    objects,
    linkA,
    openDirectory(),
    linkUpdate('L', 'B', { flags: [REPLACE], oldProg: 'dir' }).fails('EINVAL'),
    stillA,
  ),
  row('I09', objects, linkA, linkUpdate('L', 'B', { flags: [REPLACE], oldProg: 'B' }).fails('EPERM'), stillA),
  // EPERM and not EINVAL: the old program is compared before the type of the new one.
  row(
    'I10',
    objects,
    linkA,
    load('S').ok(),
    linkUpdate('L', 'S', { flags: [REPLACE], oldProg: 'B' }).fails('EPERM'),
    stillA,
  ),
  row('I11', objects, linkA, load('S').ok(), linkUpdate('L', 'S').fails('EINVAL'), stillA),
];

const accepted: readonly OracleRow[] = [
  row('I12', objects, linkA, linkUpdate('L', 'B', { flags: [REPLACE], oldProg: 'A' }).ok(), list(['B'])),
  row('I13', objects, linkB, linkUpdate('L', 'B').ok(), list(['B']), revision(3)),
  row('I14', objects, linkB, linkUpdate('L', 'B', { flags: [REPLACE], oldProg: 'B' }).ok(), list(['B'])),
  // No duplicate test, unlike PROG_ATTACH.
  row(
    'I15',
    objects,
    linkB,
    load('C').ok(),
    attach('C', { flags: [MULTI] }).ok(),
    list(['B', 'C']),
    linkUpdate('L', 'C').ok(),
    list(['C', 'C']),
  ),
  // The id of the old program is gone when the update returns; only its memory waits for RCU. Hence no `eventually`.
  row(
    'I16',
    objects,
    linkA,
    close('A').ok(),
    exists('A'),
    linkUpdate('L', 'B').ok(),
    progById('A').fails('ENOENT'),
    list(['B']),
  ),
  row(
    'I17',
    objects,
    loads('F', 'G'),
    linkCreate('F', { attachType: C4 }).as('L').ok(),
    linkUpdate('L', 'G').ok(),
    list(['G'], {}, { attachType: C4 }),
    // LINK_CREATE refuses the pair that LINK_UPDATE took.
    linkCreate('G', { attachType: C4 }).fails('EINVAL'),
  ),
  row('I18', objects, linkA, load('N').ok(), linkUpdate('L', 'N').ok(), list(['N']), linkCreate('N').fails('EINVAL')),
  row('I19', objects, linkA, close('L').ok(), linkUpdate('L', 'B').fails('EBADF'), list([])),
  row(
    'I20',
    objects,
    linkA,
    linkById('L').as('L2').ok(),
    linkUpdate('L2', 'B').ok(),
    linkInfo('L').gives({ prog: 'B' }),
  ),
];

const order: readonly OracleRow[] = [
  row('I21', objects, linkA, linkUpdate('L', 'B', { attr: { tail: true } }).fails('EINVAL'), stillA),
  row('I22', objects, linkB, linkUpdate(NOT_OPEN, 'B', { flags: [UNKNOWN_FLAG] }).fails('EINVAL')),
  // Descriptor 0 is looked up like any other, so intent cannot be expressed by a zero.
  row('I23', objects, linkB, linkUpdate('L', 'A', { flags: [REPLACE], oldProg: 0 }).fails('EINVAL'), list(['B'])),
  row('I24', objects, linkB, link('L2', 'A'), linkUpdate('L', 'A').ok(), list(['A', 'A'])),
  scenario('I25', 'update-compare-and-swap', { 'exactly-one-winner': 'holds' }),
];

export const rows: readonly OracleRow[] = [...refused, ...accepted, ...order];
