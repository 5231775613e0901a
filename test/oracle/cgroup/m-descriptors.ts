/** Group M: who holds a link. Descriptors in every place where a descriptor can be, processes that end, and pins. */
import { DIR, exitAndReap, forkChild, killAndReap, openDirectory, steps } from '../process-steps.ts';
import type { OracleRow, RowStep } from '../row.ts';
import {
  attach,
  chain,
  cloneFiles,
  close,
  dup,
  dup2,
  execve,
  hardlink,
  kill,
  link,
  linkById,
  linkCreate,
  linkInfo,
  linkUpdate,
  list,
  load,
  loads,
  MULTI,
  mountBpffs,
  objGet,
  openFile,
  pidfdGetfd,
  pin,
  query,
  RDONLY,
  recvMsg,
  rename,
  row,
  sendFd,
  sendMsg,
  setCloexec,
  socketpair,
  umountBpffs,
  unlink,
  WRONLY,
  world,
} from '../steps.ts';

const objects = world();
const listGetsEmpty: RowStep = query().eventually({ progs: [], count: 0 });

/** Link L of A, made by P0. */
const linkA = steps(loads('A', 'B'), link('L', 'A'));
/** Link L of A, made by the child P1, who alone has its descriptor and that of the program. */
const byChild = steps(forkChild(), load('A').by('P1').ok(), linkCreate('A').by('P1').as('L').ok());

const copies: readonly OracleRow[] = [
  ...chain(
    objects,
    [linkA, dup('L', 'L2').ok(), close('L').ok()],
    [
      ['M01', list(['A'])],
      ['M02', close('L2').ok(), list([])],
    ],
  ),
  ...chain(
    objects,
    [linkA, forkChild(), close('L').ok()],
    [
      ['M03', list(['A'])],
      ['M04', exitAndReap('P1'), list([])],
    ],
  ),
  ...chain(
    objects,
    [
      byChild,
      load('B').by('P1').ok(),
      attach('B', { flags: [MULTI] })
        .by('P1')
        .ok(),
    ],
    [
      ['M05', list(['A', 'B'])],
      // The link is gone, the legacy attachment stays: it has no owner.
      ['M06', killAndReap('P1'), list(['B'])],
    ],
  ),
  row('M07', objects, byChild, list(['A']), killAndReap('P1'), list([])),
];

const exec: readonly OracleRow[] = [
  // Close-on-exec closes on the way back to user mode, when others can already see the new image.
  row('M08', objects, byChild, execve('P1'), listGetsEmpty),
  ...chain(
    objects,
    [byChild, setCloexec('L', false).by('P1').ok(), execve('P1')],
    [
      ['M09', list(['A'])],
      ['M10', exitAndReap('P1'), list([])],
    ],
  ),
];

const inFlight = steps(linkA, socketpair('s1', 's2').ok(), sendMsg('s1', 'L').ok(), close('L').ok());

const passing: readonly OracleRow[] = [
  ...chain(objects, inFlight, [
    ['M11', list(['A'])],
    ['M12', recvMsg('s2', 'R').gives({ sameAs: 'L' }), linkUpdate('R', 'B').ok(), list(['B'])],
    ['M13', close('R').ok(), list([])],
  ]),
  row('M14', objects, inFlight, list(['A']), close('s1').ok(), close('s2').ok(), listGetsEmpty),
  ...chain(
    objects,
    [forkChild(), linkA, sendFd('L', 'P1').ok(), close('L').ok()],
    [
      ['M15', list(['A'])],
      ['M16', killAndReap('P1'), list([])],
    ],
  ),
  ...chain(
    objects,
    [byChild, pidfdGetfd('P1', 'L', 'L2').ok(), exitAndReap('P1')],
    [
      ['M17', list(['A'])],
      ['M18', close('L2').ok(), list([])],
    ],
  ),
  ...chain(
    objects,
    [load('B').ok(), byChild, linkById('L').as('L2').ok(), killAndReap('P1')],
    [
      ['M19', list(['A'])],
      ['M20', linkUpdate('L2', 'B').ok(), list(['B'])],
      // The id goes with the last descriptor, before close returns.
      ['M21', close('L2').ok(), linkById('L').fails('ENOENT')],
    ],
  ),
];

const pinnedByChild = chain(
  objects,
  [load('B').ok(), byChild, pin('L', 'l').by('P1').ok(), exitAndReap('P1')],
  [
    ['M30', list(['A'])],
    ['M31', objGet('l').as('L2').gives({ sameAs: 'L' })],
    ['M32', linkUpdate('L2', 'B').ok(), list(['B'])],
    ['M33', objGet('l', { flags: [RDONLY] }).fails('EINVAL')],
    ['M34', objGet('l', { flags: [WRONLY] }).fails('EINVAL')],
    ['M35', pin('L2', 'l').fails('EEXIST')],
    ['M36', pin('L2', 'l2').ok()],
    ['M37', pin('L2', '/elsewhere/l').fails('EPERM')],
    ['M38', close('L2').ok(), unlink('l').ok(), list(['B'])],
    // The reference of the inode is put by a worker: one run saw B after unlink(2), the 20 of M40 saw nothing.
    [
      'M39',
      unlink('l2').ok(),
      query().gives({
        mayBe: [
          { progs: ['B'], count: 1 },
          { progs: [], count: 0 },
        ],
      }),
      listGetsEmpty,
    ],
  ],
);

const pinned = steps(linkA, pin('L', 'l').ok());

const pins: readonly OracleRow[] = [
  row(
    'M40',
    objects,
    pinned,
    close('L').ok(),
    unlink('l').ok(),
    query().gives({
      mayBe: [
        { progs: [], count: 0 },
        { progs: ['A'], count: 1 },
      ],
    }),
    listGetsEmpty,
  ),
  row('M41', objects, pinned, unlink('l').ok(), list(['A'])),
  row('M42', objects, pinned, rename('l', 'm').ok(), close('L').ok(), list(['A'])),
  ...chain(objects, pinned, [
    ['M43', hardlink('l', 'm').ok()],
    ['M44', close('L').ok(), unlink('l').ok(), list(['A'])],
    ['M45', unlink('m').ok(), listGetsEmpty],
  ]),
  row(
    'M46',
    objects,
    linkA,
    mountBpffs('other').ok(),
    pin('L', '../other/l').ok(),
    close('L').ok(),
    list(['A']),
    umountBpffs('other').ok(),
    listGetsEmpty,
  ),
  row('M47', objects, load('A').ok(), attach('A').ok(), pin('A', 'a').ok(), unlink('a').ok(), list(['A'])),
];

const holders: readonly OracleRow[] = [
  row(
    'M48',
    objects,
    loads('A', 'B'),
    link('LA', 'A'),
    link('LB', 'B'),
    list(['A', 'B']),
    close('LA').ok(),
    list(['B']),
  ),
  row(
    'M49',
    objects,
    load('A').ok(),
    openDirectory(),
    link('L', 'A', { cgroup: DIR }),
    close('dir').ok(),
    linkInfo('L').gives({ cgroup: 'c' }),
  ),
  row(
    'M50',
    objects,
    linkA,
    forkChild(),
    linkUpdate('L', 'B').by('P1').ok(),
    linkInfo('L').gives({ prog: 'B' }),
    list(['B']),
  ),
  row('M51', objects, linkA, forkChild(), close('L').by('P1').ok(), list(['A'])),
  row('M52', objects, linkA, openFile('regular', 'f'), dup2('f', 'L').ok(), list([])),
  ...chain(
    objects,
    // P2 shares the descriptor table of P1; the table lives until its last user ends.
    [byChild, cloneFiles('P2').by('P1').ok(), exitAndReap('P1')],
    [
      ['M53', list(['A'])],
      // P0 is not the parent of P2: nothing tells it when the descriptors are closed.
      ['M54', kill('P2').ok(), listGetsEmpty],
    ],
  ),
  ...chain(
    objects,
    [
      byChild,
      linkById('L').as('O').ok(),
      linkInfo('O').gives({ link: 'L', prog: 'A', cgroup: 'c' }),
      close('L').by('P1').ok(),
    ],
    [
      ['M55', list(['A'])],
      ['M56', close('O').ok(), list([])],
    ],
  ),
];

export const rows: readonly OracleRow[] = [...copies, ...exec, ...passing, ...pinnedByChild, ...pins, ...holders];
