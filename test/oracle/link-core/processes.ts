/** Ends of processes and the order in which they let go: pr-001 to pr-012, pr-051. */
import type { OracleRow, RowObjects, RowStep } from '../row.ts';
import * as s from '../steps.ts';
import * as h from './helpers.ts';

const held = (id: string, ...steps: s.StepList): OracleRow => s.row(id, h.ONE_PROG, h.HOLDER, s.list(['A']), ...steps);

/** kill(2) promises nothing: the victim may not have begun to die, or may be done. */
const killed = (id: string): OracleRow =>
  held(id, s.kill('P1').ok(), h.attachedMayBe(['A'], []), s.wait('P1').ok(), s.list([]));

const ends: readonly OracleRow[] = [
  held('pr-001', s.exit('P1'), s.wait('P1').ok(), s.list([])),
  killed('pr-002'),
  ...h.onKernel('linux-6.1', killed('pr-002@6.1')),
  held('pr-003', s.kill('P1').ok(), s.wait('P1').ok(), s.list([])),
  // A zombie: it has ended and nobody has waited for it.
  held('pr-004', s.exit('P1'), s.list([])),
];

/** To a descriptor table a thread is one more user, as a CLONE_FILES process is: T2 stands for a second thread of P1. */
const threads = s.chain(
  h.ONE_PROG,
  [h.HOLDER, s.cloneFiles('T2').by('P1').ok()],
  [
    ['pr-005', s.exit('P1'), s.list(['A'])],
    ['pr-006', s.exit('T2'), s.wait('P1').ok(), s.list([])],
  ],
);

const OTHER_THREADS = ['T2', 'T3', 'T4', 'T5'];
const exitGroup: OracleRow = held(
  'pr-007',
  OTHER_THREADS.map((thread) => s.cloneFiles(thread).by('P1').ok()),
  OTHER_THREADS.map((thread) => s.exit(thread)),
  s.list(['A']),
  s.exit('P1'),
  s.wait('P1').ok(),
  s.list([]),
);

// --- order --------------------------------------------------------------------------------------------------------------

const NUMBERS = [1, 2, 3, 4, 5, 6, 7, 8];
const ASCENDING = NUMBERS.map((number) => `A${number}`);
const DESCENDING = [...ASCENDING].reverse();
const EIGHT: RowObjects = {
  progs: ASCENDING.map((name) => s.prog(name)),
  cgroups: [{ name: 'c', parent: null, exists: true }],
};
/** P1 holds eight links at ascending descriptor numbers; each is all that keeps its program. */
const eightLinks: readonly RowStep[] = [
  s.fork('P1').ok(),
  ...NUMBERS.flatMap((number) => h.doneBy('P1', h.soleLink(`L${number}`, `A${number}`))),
  s.list(ASCENDING),
];
const ordered = (id: string, ...steps: s.StepList): OracleRow => s.row(id, EIGHT, eightLinks, ...steps);

/** Everything is closed in one go and released afterwards, last queued first. */
const order: readonly OracleRow[] = [
  ordered('pr-008', h.unloading('exit', 'P1', DESCENDING), s.wait('P1').ok(), s.list([])),
  // Seen from outside while the victim dies: only ever the lower descriptors' links are left.
  ordered(
    'pr-009',
    s.kill('P1').ok(),
    h.attachedMayBe(...[...NUMBERS, 9].map((number) => ASCENDING.slice(0, number - 1)).reverse()),
    s.wait('P1').ok(),
    s.list([]),
  ),
  ordered(
    'pr-010',
    NUMBERS.flatMap((number) => [s.close(`L${number}`).by('P1').ok(), s.list(ASCENDING.slice(number))]),
  ),
  ordered('pr-011', h.unloading('close_range', 'P1', DESCENDING), s.list([])),
  ordered('pr-012', h.unloading('execve', 'P1', DESCENDING), s.list([])),
];

const nothingLeft: OracleRow = s.row('pr-051', EIGHT, eightLinks, s.kill('P1').ok(), s.wait('P1').ok(), s.list([]));

export const rows: readonly OracleRow[] = [...ends, ...threads, exitGroup, ...order, nothingLeft];
