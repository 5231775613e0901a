/** Ids, who holds a program, cgroup death, races: rc-*, ho-001 to ho-016, ho-037, ho-041, cas-003, lt-078 to lt-082. */

import { scenario } from '../process-steps.ts';
import type { OracleRow } from '../row.ts';
import * as s from '../steps.ts';
import * as h from './helpers.ts';

const one = (id: string, ...steps: s.StepList): OracleRow => s.row(id, h.ONE_PROG, ...steps);

const NUMBERS_OF_IDS =
  'objects have names here: how many numbers lie between the ids of two links is not part of a state';

const ids: readonly OracleRow[] = [
  one(
    'rc-001',
    h.soleLink('L', 'A'),
    s.exists('A'),
    s.close('L').ok(),
    h.goneNow('A'),
    s.linkById('L').fails('ENOENT'),
  ),
  // A larger id for the new link is one that never named another: the old id stays dead.
  one(
    'rc-021',
    s.load('A').ok(),
    s.link('L1', 'A'),
    s.close('L1').ok(),
    s.link('L2', 'A'),
    s.linkById('L1').fails('ENOENT'),
    s.linkById('L2').gives(h.isLink('L2')),
    s.listIds('link').gives({ includes: ['L2'], excludes: ['L1'] }),
  ),
  { id: 'rc-022', notExecutable: NUMBERS_OF_IDS },
  { id: 'rc-023', notExecutable: NUMBERS_OF_IDS },
  one('rc-024', s.load('A').ok(), s.exists('A'), s.close('A').ok(), h.goneNow('A')),
];

// --- who holds a program ------------------------------------------------------------------------------------------------

const holders: readonly OracleRow[] = [
  one(
    'ho-001',
    s.load('A').ok(),
    s.dup('A', 'D').ok(),
    s.close('A').ok(),
    s.exists('A'),
    s.close('D').ok(),
    h.goneNow('A'),
  ),
  one(
    'ho-002',
    s.load('A').ok(),
    s.pin('A', 'p').ok(),
    s.close('A').ok(),
    s.exists('A'),
    s.unlink('p').ok(),
    h.goneNow('A'),
  ),
  one('ho-003', h.soleLink('L', 'A'), s.exists('A'), s.close('L').ok(), h.goneNow('A')),
  one('ho-004', h.soleLink('L', 'A'), s.exists('A'), s.linkDetach('L').ok(), s.sleep(), s.exists('A')),
  one(
    'ho-005',
    s.load('A').ok(),
    s.attach('A', { flags: [s.MULTI] }).ok(),
    s.close('A').ok(),
    s.exists('A'),
    s.rmdir('c').ok(),
    s.progById('A').gives({ mayBe: [{ ok: true }, { errno: 'ENOENT' }] }),
    s.gone('A'),
  ),
  one(
    'ho-013',
    s.load('A').ok(),
    s.socketpair('s', 'r').ok(),
    s.sendMsg('s', 'A').ok(),
    s.close('A').ok(),
    s.exists('A'),
    s.close('s').ok(),
    s.close('r').ok(),
    h.goneNow('A'),
  ),
  ...s.chain(
    h.ONE_PROG,
    [h.soleLink('L', 'A'), s.linkDetach('L').ok()],
    [
      ['ho-014', s.list([]), s.exists('A')],
      ['ho-015', s.pin('L', 'a').ok(), s.close('L').ok(), s.sleep(), s.exists('A')],
      // The link's last reference is a pin: its put, and with it the program's, is left to a work item.
      ['ho-016', s.unlink('a').ok(), s.gone('A')],
    ],
  ),
];

// --- cgroup death -------------------------------------------------------------------------------------------------------

const death = s.chain(
  h.TWO_PROGS,
  [s.loads('A', 'B'), s.link('L', 'A'), s.openCgroup('c', 'cg')],
  [
    [
      'lt-078',
      s.linkInfo('L').gives({ cgroup: 'c' }),
      s.rmdir('c').ok(),
      s.linkInfo('L').gives({ mayBe: [{ cgroup: 'c' }, { cgroup: null }] }),
      s.linkInfo('L').eventually({ cgroup: null }),
    ],
    ['lt-079', s.linkUpdate('L', 'B').fails('ENOLINK')],
    ['lt-080', s.linkDetach('L').ok()],
    ['lt-081', s.linkCreate('B', { cgroup: { handle: 'cg' } }).fails('ENOENT')],
    ['lt-082', s.attach('B', { cgroup: { handle: 'cg' } }).fails('ENOENT')],
  ],
);

// --- races --------------------------------------------------------------------------------------------------------------

/** A scan that opened the link by id makes its owner's close(2) one of many: the detach happens in the scanner. */
const observed = (id: string): OracleRow =>
  one(
    id,
    s.fork('P1').ok(),
    h.soleLink('L', 'A'),
    s
      .listIds('link')
      .by('P1')
      .gives({ includes: ['L'] }),
    s.linkById('L').by('P1').as('X').ok(),
    s.close('L').ok(),
    s.list(['A']),
    s.close('X').by('P1').ok(),
    s.list([]),
  );

/** Listed, yet EAGAIN (not settled) or ENOENT (on its way out) to whoever opens it. */
const LISTED = { 'listed-id-is-settled': 'violated', 'listed-id-is-alive': 'violated' } as const;
/** On 6.1 no scan met an id on its way out, so that row says nothing about the second property. */
const LISTED_6_1 = { 'listed-id-is-settled': 'violated' } as const;
const SCANNING = 'link-create-while-another-scans';
/** Processes or threads: the same question as I25 of the cgroup rows. */
const oneWins = (id: string): OracleRow => scenario(id, 'update-compare-and-swap', { 'exactly-one-winner': 'holds' });

const races: readonly OracleRow[] = [
  scenario('rc-015', SCANNING, LISTED),
  ...h.onKernel('linux-6.12', scenario('rc-016@6.12', SCANNING, LISTED)),
  ...h.onKernel('linux-6.1', scenario('rc-015@6.1', SCANNING, LISTED_6_1)),
  oneWins('ho-037'),
  oneWins('cas-003'),
  observed('ho-041'),
  ...h.onKernel('linux-6.12', observed('ho-041@6.12')),
  ...h.onKernel('linux-6.1', observed('ho-041@6.1')),
];

export const rows: readonly OracleRow[] = [...ids, ...holders, ...death, ...races];
