/** Perf events: attachments that belong to a descriptor, and links that hold the event: lt-038 to lt-059, ho-008, ho-047, ho-048, rc-010, rc-012. */
import type { OracleRow, RowObjects, RowStep } from '../row.ts';
import * as s from '../steps.ts';
import * as h from './helpers.ts';

const TP: s.ProgOptions = { type: 'tracepoint', expectedAttachType: null, returns: 0 };
const SW: s.ProgOptions = { type: 'perf_event', expectedAttachType: null, returns: 0 };
const WORLD: RowObjects = {
  progs: [s.prog('A', TP), s.prog('B', TP), s.prog('C', TP), s.prog('S', SW)],
};

export const open = (as: string, event = 'tracepoint'): RowStep =>
  s
    .call('perf_event_open', event === 'tracepoint' ? { event, tp: 'sys_enter' } : { event })
    .as(as)
    .ok();
const setBpf = (perfEvent: string, prog: string): s.Call => s.call('perf_event_set_bpf', { perfEvent, prog });
const link = (perfEvent: string, prog: string): s.Call =>
  s.call('link_create', { attachType: 'perf_event', prog, perfEvent });
const hit = (ran: readonly string[]): RowStep =>
  s.call('fire', { hook: 'tracepoint', tp: 'sys_enter' }, '-').gives({ ran });

const owned = s.chain(
  WORLD,
  [s.load('A').ok(), open('pe')],
  [
    ['lt-038', setBpf('pe', 'A').ok()],
    ['lt-039', hit(['A'])],
    ['lt-040', s.close('A').ok(), hit(['A'])],
    ['lt-041', s.dup('pe', 'pe2').ok(), s.close('pe').ok(), hit(['A'])],
    ['lt-042', s.close('pe2').ok(), hit([])],
    ['lt-043', h.goneNow('A')],
  ],
);

const linked = s.chain(
  WORLD,
  [s.loads('A', 'B'), open('pe')],
  [
    ['lt-044', s.pin('pe', 'p').fails('EINVAL')],
    ['lt-045', link('pe', 'A').as('L').ok()],
  ],
);

const lifetimes = s.chain(
  WORLD,
  [s.loads('A', 'B'), open('pe'), link('pe', 'A').as('L').ok()],
  [
    ['lt-046', s.close('pe').ok(), hit(['A'])],
    ['lt-047', s.pin('L', 'l').ok(), s.close('L').ok(), hit(['A'])],
    [
      'lt-048',
      s.unlink('l').ok(),
      s.call('fire', { hook: 'tracepoint', tp: 'sys_enter' }, '-').eventually({ ran: [] }),
    ],
  ],
);

const again = s.chain(
  WORLD,
  [s.loads('A', 'B'), open('pe'), link('pe', 'A').as('L').ok()],
  [
    ['lt-049', s.close('L').ok(), hit([])],
    ['lt-050', link('pe', 'A').as('L2').ok()],
    ['lt-051', hit(['A'])],
    ['lt-052', s.call('perf_event_disable', { perfEvent: 'pe' }).ok(), hit(['A'])],
    ['lt-053', s.call('perf_event_enable', { perfEvent: 'pe' }).ok(), hit(['A'])],
    ['lt-054', open('pf'), link('pf', 'A').fails('EEXIST')],
    ['lt-055', link('pf', 'B').as('L3').ok()],
    ['lt-056', hit(['A', 'B'])],
  ],
);

const ofChild = s.chain(
  WORLD,
  [
    s.load('A').ok(),
    s.fork('P1').ok(),
    s.call('perf_event_open', { event: 'tracepoint', tp: 'sys_enter', pid: 1 }).as('pe').ok(),
  ],
  [
    ['lt-057', link('pe', 'A').as('L').ok()],
    ['lt-058', s.exit('P1'), s.linkInfo('L').gives({ prog: 'A' })],
    ['lt-059', hit(['A'])],
  ],
);

const three = [
  s.loads('A', 'B', 'C'),
  open('p1'),
  open('p2'),
  open('p3'),
  link('p1', 'A').as('L1').ok(),
  link('p2', 'B').as('L2').ok(),
  link('p3', 'C').as('L3').ok(),
];
const order: readonly OracleRow[] = [
  s.row('ho-047', WORLD, ...three, hit(['A', 'B', 'C'])),
  s.row('ho-048', WORLD, ...three, s.close('L2').ok(), link('p2', 'B').as('L4').ok(), hit(['A', 'C', 'B'])),
];

const released = (id: string, event: string, prog: string): OracleRow =>
  s.row(
    id,
    WORLD,
    s.load(prog).ok(),
    open('pe', event),
    link('pe', prog).as('L').ok(),
    s.close(prog).ok(),
    s.exists(prog),
    s.close('L').ok(),
    h.goneNow(prog),
  );

const holders: readonly OracleRow[] = [
  s.row(
    'ho-008',
    WORLD,
    s.load('A').ok(),
    open('pe'),
    setBpf('pe', 'A').ok(),
    s.close('A').ok(),
    s.exists('A'),
    s.close('pe').ok(),
    h.goneNow('A'),
  ),
  released('rc-010', 'cpu_clock', 'S'),
  released('rc-012', 'tracepoint', 'A'),
];

/** LINK_CREATE and IOC_SET_BPF: mx-347 to mx-356. */
const OTHER: RowObjects = { progs: [...(WORLD.progs ?? []), s.prog('X', h.XDP)] };
const check = (id: string, ...steps: s.StepList): OracleRow =>
  s.row(id, OTHER, s.loads('A', 'B', 'X'), open('pe'), s.openFile('dev_null', 'null'), ...steps);
const first = link('pe', 'A').as('L').ok();
const checks: readonly OracleRow[] = [
  check('mx-347', link('null', 'A').fails('EBADF')),
  check('mx-348', s.call('link_create', { attachType: 'perf_event', prog: 'A', perfEvent: s.NOT_OPEN }).fails('EBADF')),
  check('mx-349', first),
  check('mx-350', first, link('pe', 'B').fails('EEXIST')),
  check('mx-351', first, setBpf('pe', 'B').fails('EEXIST')),
  check(
    'mx-352',
    s.call('link_create', { attachType: 'perf_event', prog: 'A', perfEvent: s.NOT_OPEN, flags: [1] }).fails('EINVAL'),
  ),
  check('mx-353', link('pe', 'X').fails('EINVAL')),
  check('mx-354', setBpf('pe', 'A').ok()),
  check('mx-355', setBpf('pe', 'A').ok(), link('pe', 'B').fails('EEXIST')),
  check('mx-356', setBpf('pe', 'A').ok(), setBpf('pe', 'B').fails('EEXIST')),
];

export const rows: readonly OracleRow[] = [
  ...owned,
  ...linked,
  ...lifetimes,
  ...again,
  ...ofChild,
  ...order,
  ...holders,
  ...checks,
];
