/** Group K: rmdir, the time in which the release is pending, and what is left of the attachments afterwards. */
import { DIR, exitAndReap, forkChild, mkdirAgain, openDirectory, scenario, steps } from '../process-steps.ts';
import type { OracleRow, RowObjects } from '../row.ts';
import {
  attach,
  cgroupStat,
  chain,
  close,
  detach,
  EFFECTIVE,
  exists,
  exit,
  gone,
  INGRESS,
  join,
  link,
  linkById,
  linkCreate,
  linkDetach,
  linkGone,
  linkInfo,
  linkUpdate,
  list,
  load,
  loads,
  MULTI,
  NOT_OPEN,
  objGet,
  pin,
  query,
  REPLACE,
  rmdir,
  row,
  world,
} from '../steps.ts';

const objects = world();
const tree: RowObjects = world({ cgroups: { p: null, c: 'p' } });
const again: RowObjects = world({ cgroups: { c: null, c2: null }, later: ['c2'] });

/** Legacy A and link L of B in `c`, whose directory stays open as `dir`. */
const both = steps(loads('A', 'B', 'C'), openDirectory(), attach('A', { flags: [MULTI] }).ok(), link('L', 'B'));
const removed = steps(both, rmdir('c').ok());
const autoDetached = steps(removed, linkInfo('L').eventually({ cgroup: null }));
/** A link alone; its release is pending, which the first system call after rmdir still shows. */
const pending = steps(loads('A', 'B'), link('L', 'A'), rmdir('c').ok());
const pendingShown = steps(pending, linkInfo('L').gives({ prog: 'A', cgroup: 'c' }));

const removedDirectory = chain(objects, both, [
  ['K01', rmdir('c').ok()],
  ['K02', query({ cgroup: DIR }).fails('ENOENT')],
  ['K03', query({ cgroup: DIR, flags: [EFFECTIVE] }).fails('ENOENT')],
  ['K04', attach('C', { cgroup: DIR, flags: [MULTI] }).fails('ENOENT')],
  ['K05', detach('A', { cgroup: DIR }).fails('ENOENT')],
  ['K06', linkCreate('C', { cgroup: DIR }).fails('ENOENT')],
  // The program is resolved before the cgroup.
  ['K07', attach(NOT_OPEN, { cgroup: DIR, flags: [MULTI] }).fails('EBADF')],
]);

const released: readonly OracleRow[] = [
  row('K08', objects, removed, linkInfo('L').eventually({ cgroup: null })),
  row('K09', objects, autoDetached, linkInfo('L').gives({ prog: 'B', cgroup: null, attachType: INGRESS })),
  row('K10', objects, autoDetached, linkUpdate('L', 'A').fails('ENOLINK')),
  row('K11', objects, autoDetached, linkUpdate('L', 'A', { flags: [REPLACE], oldProg: 'A' }).fails('ENOLINK')),
  row('K12', objects, autoDetached, linkDetach('L').ok()),
  row('K13', objects, autoDetached, linkById('L').ok()),
];

const samePath = chain(again, autoDetached, [
  [
    'K14',
    mkdirAgain('c2', 'c').ok(),
    linkInfo('L').gives({ cgroup: null }),
    // Its own link names the new cgroup by another id than the old link did, so ids are not reused.
    link('L2', 'C', { cgroup: 'c2' }),
    linkInfo('L2').gives({ cgroup: 'c2' }),
    linkInfo('L').gives({ cgroup: null }),
    close('L2').ok(),
  ],
  ['K15', list([], {}, { cgroup: 'c2' })],
  ['K16', query({ cgroup: DIR }).fails('ENOENT')],
]);

const programs: readonly OracleRow[] = [
  row('K17', objects, load('A').ok(), attach('A').ok(), close('A').ok(), exists('A'), rmdir('c').ok(), gone('A')),
  ...chain(
    objects,
    [load('A').ok(), link('L', 'A'), close('A').ok(), rmdir('c').ok(), linkInfo('L').eventually({ cgroup: null })],
    [
      ['K18', exists('A'), linkInfo('L').gives({ prog: 'A' })],
      ['K19', close('L').ok(), linkGone('L'), gone('A')],
    ],
  ),
];

const busy: readonly OracleRow[] = [
  row('K20', tree, rmdir('p').fails('EBUSY')),
  ...chain(
    objects,
    [forkChild(), join('c').by('P1').ok()],
    [
      ['K21', rmdir('c').fails('EBUSY')],
      ['K22', exitAndReap('P1'), rmdir('c').ok()],
    ],
  ),
  // Nobody waits for P1: it is a zombie when the directory is removed.
  row('K23', objects, forkChild(), join('c').by('P1').ok(), exit('P1'), rmdir('c').ok()),
];

const releasePending: readonly OracleRow[] = [
  // The milliseconds are a measurement; what they show is stated here: later than rmdir returns, and then for certain.
  row('K24', objects, pendingShown, linkInfo('L').eventually({ cgroup: null })),
  row('K25', objects, pendingShown),
  row('K26', objects, pending, linkUpdate('L', 'B').ok()),
  row('K27', objects, pendingShown, linkDetach('L').ok(), linkInfo('L').gives({ cgroup: null })),
  row('K28', objects, pendingShown, close('L').ok(), linkGone('L')),
  row(
    'K29',
    objects,
    loads('A', 'B'),
    link('L', 'A'),
    pin('L', 'l').ok(),
    close('L').ok(),
    rmdir('c').ok(),
    objGet('l').as('L2').gives({ sameAs: 'L' }),
    linkInfo('L2').eventually({ cgroup: null }),
    linkUpdate('L2', 'B').fails('ENOLINK'),
  ),
  row(
    'K30',
    tree,
    openDirectory(),
    load('A').ok(),
    link('L', 'A'),
    rmdir('c').ok(),
    linkInfo('L').eventually({ cgroup: null }),
    cgroupStat('p').eventually({ nrDying: 0 }),
  ),
  scenario('K31', 'release-child-before-parent', { 'child-released-first': 'holds' }),
  row(
    'K32',
    tree,
    loads('A', 'B'),
    link('L', 'A'),
    rmdir('c').ok(),
    linkInfo('L').gives({ cgroup: 'c' }),
    attach('B', { cgroup: 'p' }).ok(),
    list(['B'], {}, { cgroup: 'p' }),
  ),
];

export const rows: readonly OracleRow[] = [
  ...removedDirectory,
  ...released,
  ...samePath,
  ...programs,
  ...busy,
  ...releasePending,
];
