/** Unmounting bpffs: pin-166 to pin-176. */
import type { OracleRow } from '../row.ts';
import * as s from '../steps.ts';
import * as h from './helpers.ts';

/** Link L is held by its pin in instance `m` alone. */
const onlyPinnedInM: s.StepList = [
  s.mountBpffs('m').ok(),
  h.soleLink('L', 'A'),
  s.pin('L', '../m/a').ok(),
  s.close('L').ok(),
];
const viaDirectory = s.objGet('a', { flags: [h.PATH_FD], pathFd: 'd' });

const clean = s.chain(h.ONE_PROG, onlyPinnedInM, [
  ['pin-166', s.list(['A'])],
  ['pin-167', s.umountBpffs('m').ok()],
  ['pin-168', h.attachedMayBe(['A'], []), h.attachedSoon()],
]);

const lazySetup: s.StepList = [...onlyPinnedInM, h.openDir('../m', 'd')];
const lazy = s.chain(h.ONE_PROG, lazySetup, [
  ['pin-169', s.umountBpffs('m').fails('EBUSY')],
  ['pin-170', s.umountBpffs('m', { lazy: true }).ok()],
  ['pin-171', s.sleep(), s.list(['A'])],
  ['pin-172', viaDirectory.gives(h.isLink('L'))],
  ['pin-173', s.close('d').ok(), h.attachedSoon()],
]);
// BPF_F_PATH_FD came with 6.5.
const lazyOld = h.onKernel(
  'linux-6.1',
  s.row('pin-172@6.1', h.ONE_PROG, ...lazySetup, s.umountBpffs('m', { lazy: true }).ok(), viaDirectory.fails('EINVAL')),
);

const twoMounts = s.chain(
  h.ONE_PROG,
  [...onlyPinnedInM, h.mountBind('n', 'm').ok()],
  [
    ['pin-174', s.umountBpffs('m').ok(), s.sleep(), s.list(['A'])],
    ['pin-175', s.objGet('../n/a').gives(h.isLink('L'))],
  ],
);

/** A mount namespace ends with its last process, and its bpffs and pins with it. */
const privateNamespace: OracleRow = s.row(
  'pin-176',
  h.ONE_PROG,
  s.fork('P1').ok(),
  h.mountPrivate('m').by('P1').ok(),
  h.doneBy('P1', h.soleLink('L', 'A'), s.pin('L', '../m/a').ok(), s.close('L').ok()),
  s.list(['A']),
  s.exit('P1'),
  s.wait('P1').ok(),
  h.attachedSoon(),
);

export const rows: readonly OracleRow[] = [...clean, ...lazy, ...lazyOld, ...twoMounts, privateNamespace];
