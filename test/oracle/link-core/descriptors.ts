/** Descriptors and everything that can hold a file: pr-013 to pr-050, ho-036. */
import type { OracleRow } from '../row.ts';
import * as s from '../steps.ts';
import * as h from './helpers.ts';

const held = h.soleLink('L', 'A');
const attached = s.list(['A']);
const nothing = s.list([]);

const duplicates: readonly OracleRow[] = [
  ...s.chain(
    h.ONE_PROG,
    [held, s.dup('L', 'D').ok()],
    [
      ['pr-013', s.close('L').ok(), attached],
      ['pr-014', s.close('D').ok(), nothing],
    ],
  ),
  s.row('pr-015', h.TWO_PROGS, held, s.load('B').ok(), s.dup2('B', 'L').ok(), nothing),
  ...s.chain(
    h.ONE_PROG,
    [held, s.fork('P1').ok()],
    [
      ['pr-016', s.close('L').ok(), attached],
      ['pr-017', s.exit('P1'), s.wait('P1').ok(), nothing],
    ],
  ),
];

const execs: readonly OracleRow[] = [
  s.row('pr-018', h.ONE_PROG, h.HOLDER, attached, s.execve('P1'), nothing),
  ...s.chain(
    h.ONE_PROG,
    [h.HOLDER, s.setCloexec('L', false).by('P1').ok(), s.execve('P1')],
    [
      ['pr-019', attached],
      ['pr-020', s.exit('P1'), s.wait('P1').ok(), nothing],
    ],
  ),
];

const sharers = s.chain(
  h.ONE_PROG,
  [h.HOLDER, s.cloneFiles('P2').by('P1').ok()],
  [
    ['pr-021', s.exit('P1'), s.wait('P1').ok(), attached],
    // P2 is nobody's child any more: without a wait(2) the observer can only allow it time.
    ['pr-022', s.exit('P2'), h.attachedSoon()],
  ],
);

// --- messages -----------------------------------------------------------------------------------------------------------

/** Link L in flight from socket `s` to socket `r`, and nowhere else. */
const inFlight: s.StepList = [held, s.socketpair('s', 'r').ok(), s.sendMsg('s', 'L').ok(), s.close('L').ok()];

const messages: readonly OracleRow[] = [
  ...s.chain(h.ONE_PROG, inFlight, [
    ['pr-023', attached],
    ['pr-024', s.linkById('L').gives(h.isLink('L'))],
    ['pr-025', s.recvMsg('r', 'R').gives(h.isLink('L'))],
    ['pr-026', s.close('R').ok(), nothing],
  ]),
  ...s.chain(h.ONE_PROG, inFlight, [
    ['pr-027', s.close('s').ok(), attached],
    ['pr-028', s.close('r').ok(), nothing],
  ]),
  ...s.chain(
    h.ONE_PROG,
    [s.socketpair('s', 'r').ok(), h.HOLDER, s.sendMsg('s', 'L').by('P1').ok()],
    [
      ['pr-029', s.exit('P1'), s.wait('P1').ok(), attached],
      ['pr-030', s.close('s').ok(), s.close('r').ok(), nothing],
    ],
  ),
  // The queue of `r` holds the link and `r` itself: only the garbage collector, a work item, can free it. The release of
  // a socket starts it, so `s` goes last: with `r` last (whose file is not released) the link would stay attached.
  s.row(
    'pr-031',
    h.ONE_PROG,
    ...inFlight,
    s.sendMsg('s', 'r').ok(),
    s.close('r').ok(),
    s.close('s').ok(),
    h.attachedMayBe(['A'], []),
    h.attachedSoon(),
  ),
];

// --- other processes' tables --------------------------------------------------------------------------------------------

const stolen = s.chain(
  h.TWO_PROGS,
  [h.HOLDER, s.load('B').ok()],
  [
    ['pr-032', s.pidfdGetfd('P1', 'L', 'S').gives(h.isLink('L'))],
    ['pr-033', s.getCloexec('S').gives({ cloexec: true })],
    ['pr-034', s.kill('P1').ok(), s.wait('P1').ok(), attached],
    ['pr-035', s.linkUpdate('S', 'B').ok(), s.list(['B'])],
    ['pr-036', s.close('S').ok(), nothing],
  ],
);

const looked: readonly OracleRow[] = [
  s.row(
    'pr-037',
    h.ONE_PROG,
    h.HOLDER,
    s.fork('P2').ok(),
    s.setCaps('P2', []),
    s.pidfdGetfd('P1', 'L', 'S').by('P2').fails('EPERM'),
  ),
  s.row('pr-038', h.ONE_PROG, h.HOLDER, s.call('open_proc_fd', { from: 'P1', handle: 'L' }).fails('ENXIO')),
  s.row('pr-039', h.ONE_PROG, h.HOLDER, s.call('fdinfo', { from: 'P1', handle: 'L' }).gives({ link: 'L' })),
];

// --- io_uring -----------------------------------------------------------------------------------------------------------

const ringOf = (actor: string): s.Call => s.call('io_uring_setup', {}, actor, 'u');
const register = (handle: string | null): s.Call => s.call('io_uring_register', { ring: 'u', handle });

/** A ring holds its files beside the descriptors; unregistering releases in the call, the ring's end by a work item. */
const rings: readonly OracleRow[] = [
  ...s.chain(
    h.ONE_PROG,
    [held],
    [
      ['pr-040', ringOf('P0').ok()],
      ['pr-041', register('L').ok()],
      ['pr-042', s.close('L').ok(), attached],
      ['pr-043', register(null).ok(), nothing],
    ],
  ),
  s.row(
    'pr-044',
    h.ONE_PROG,
    held,
    ringOf('P0').ok(),
    register('L').ok(),
    s.close('L').ok(),
    s.close('u').ok(),
    h.attachedMayBe(['A'], []),
    h.attachedSoon(),
  ),
  s.row(
    'pr-045',
    h.ONE_PROG,
    h.HOLDER,
    ringOf('P1').ok(),
    register('L').by('P1').ok(),
    s.exit('P1'),
    s.wait('P1').ok(),
    h.attachedMayBe(['A'], []),
    h.attachedSoon(),
  ),
];

// --- numbers ------------------------------------------------------------------------------------------------------------

/** The cgroup is open already: with a full table the call itself could not open it. */
const fullTable: s.StepList = [s.loads('A', 'B'), s.link('L', 'B'), s.openCgroup('c', 'cg'), s.fillFds().ok()];
const full = (id: string, ...steps: s.StepList): OracleRow => s.row(id, s.world(), ...fullTable, ...steps);
const failing = s.linkCreate('A', { cgroup: { handle: 'cg' } }).fails('EMFILE');

const numbers: readonly OracleRow[] = [
  full('pr-046', failing),
  full('pr-047', failing, s.freeFds().ok(), s.list(['B'])),
  full('pr-048', s.linkById('L').fails('EMFILE')),
  full('pr-049', s.load('C').fails('EMFILE')),
  full('pr-050', s.progById('A').fails('EMFILE')),
  // The number of a closed descriptor names another link now, whoever still remembers it.
  s.row(
    'ho-036',
    h.TWO_PROGS,
    s.loads('A', 'B'),
    s.link('L1', 'A'),
    s.link('L2', 'A'),
    s.close('L1').ok(),
    s.linkCreate('B').as('L3').gives({ numberOf: 'L1' }),
  ),
];

export const rows: readonly OracleRow[] = [
  ...duplicates,
  ...execs,
  ...sharers,
  ...messages,
  ...stolen,
  ...looked,
  ...rings,
  ...numbers,
];
