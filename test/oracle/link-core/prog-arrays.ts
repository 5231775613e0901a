/** Prog arrays and maps with users: lt-001 to lt-037, lt-083 to lt-093, PROG_BIND_MAP, iterator pins. */
import type { OracleRow, RowObjects, RowStep } from '../row.ts';
import * as s from '../steps.ts';
import * as h from './helpers.ts';

const CLS: s.ProgOptions = { type: 'sched_cls', expectedAttachType: null };
const WORLD: RowObjects = {
  progs: [
    s.prog('T', { ...CLS, tailCall: { map: 'M', index: 0 }, returns: 77 }),
    s.prog('A', { ...CLS, returns: 10 }),
    s.prog('B', { ...CLS, returns: 20 }),
    s.prog('X', { type: 'xdp', expectedAttachType: null, returns: 2 }),
    s.prog('Y', { ...CLS, tailCall: { map: 'M', index: 0 }, returns: 5 }),
  ],
  maps: [
    { name: 'M', type: 'prog_array', maxEntries: 2 },
    { name: 'O', type: 'array', maxEntries: 1 },
  ],
};

const make = (map: string): s.Call => s.call('map_create', { map }).as(map);
const put = (prog: s.Handle, map = 'M', key = 0, flags?: readonly s.Flag[]): s.Call =>
  s.call('map_update', { map, key, value: { prog }, ...(flags === undefined ? {} : { flags }) } as never);
const remove = (key = 0, map = 'M'): s.Call => s.call('map_delete', { map, key });
const lookup = (key: number): s.Call => s.call('map_lookup', { map: 'M', key });
export const testRun = (prog: string): s.Call => s.call('prog_test_run', { prog });
const runs = (retval: number, prog = 'T'): RowStep => testRun(prog).gives({ retval });
const runsSoon = (retval: number): RowStep => testRun('T').eventually({ retval });
export const mapById = (mapId: string): s.Call => s.call('map_get_fd_by_id', { mapId });
const mapGone = (map: string): RowStep => mapById(map).eventually({ errno: 'ENOENT' });

const one = (id: string, ...steps: s.StepList): OracleRow => s.row(id, WORLD, ...steps);
const made: readonly RowStep[] = [make('M').ok(), s.load('T').ok(), ...s.loads('A', 'B', 'X')];
const NOEXIST = 1;
const EXIST = 2;

const entries: readonly OracleRow[] = [
  one('lt-001', make('M').ok()),
  one('lt-002', make('M').ok(), s.load('T').ok()),
  one('lt-003', made, runs(77)),
  one('lt-004', made, put('A').ok()),
  one('lt-005', made, put('A').ok(), runs(10)),
  one('lt-006', made, put('A').ok(), s.fork('P1').ok(), put('B').by('P1').ok()),
  one('lt-007', made, put('A').ok(), put('B').ok(), runs(20)),
  one('lt-008', made, put('B').ok(), lookup(0).gives({ prog: 'B' })),
  one('lt-009', made, put('A', 'M', 0, [NOEXIST]).fails('EINVAL')),
  one('lt-010', made, put('A', 'M', 0, [EXIST]).fails('EINVAL')),
  one('lt-011', made, put('A', 'M', 2).fails('E2BIG')),
  one('lt-012', made, put(s.NOT_OPEN).fails('EBADF')),
  one('lt-013', made, put('M').fails('EINVAL')),
  one('lt-014', made, put('X').fails('EINVAL')),
  one('lt-015', made, lookup(1).fails('ENOENT')),
  one('lt-016', made, put('A').ok(), remove().ok()),
  one('lt-017', made, put('A').ok(), remove().ok(), remove().fails('ENOENT')),
  one('lt-018', made, remove(2).fails('E2BIG')),
  one('lt-019', made, put('A').ok(), s.close('A').ok(), s.exists('A')),
  one('lt-020', made, put('A').ok(), s.close('A').ok(), runs(10)),
];

const users: readonly OracleRow[] = [
  ...s.chain(
    WORLD,
    [made, put('A').ok(), s.close('A').ok(), s.close('M').ok()],
    [
      ['lt-021', runsSoon(77)],
      ['lt-022', s.gone('A')],
      ['lt-023', mapById('M').as('N').ok()],
      ['lt-024', put('B', 'N').ok()],
      ['lt-025', runs(20)],
      ['lt-026', s.close('N').ok(), runsSoon(77)],
    ],
  ),
  one(
    'lt-027',
    made,
    put('A').ok(),
    s.close('M').ok(),
    testRun('T').gives({ mayBe: [{ retval: 10 }, { retval: 77 }] }),
  ),
  ...s.chain(
    WORLD,
    [made, put('A').ok(), s.pin('M', 'm').ok(), s.close('M').ok(), s.close('A').ok()],
    [
      ['lt-028', s.sleep(), runs(10)],
      ['lt-029', s.unlink('m').ok(), runsSoon(77)],
    ],
  ),
  one('lt-030', make('M').ok(), s.load('T').ok(), put('T').ok()),
  one(
    'lt-031',
    make('M').ok(),
    s.load('T').ok(),
    put('T').ok(),
    s.close('T').ok(),
    s.close('M').ok(),
    s.gone('T'),
    mapGone('M'),
  ),
  ...s.chain(
    WORLD,
    [
      make('M').ok(),
      s.load('T').ok(),
      put('T').ok(),
      s.pin('M', 'm').ok(),
      s.close('T').ok(),
      s.close('M').ok(),
      s.sleep(),
    ],
    [
      ['lt-032', s.exists('T')],
      ['lt-033', s.unlink('m').ok(), s.gone('T')],
    ],
  ),
  one('lt-034', made, put('A').ok(), s.pin('T', 't').ok(), s.close('M').ok(), s.close('A').ok(), runsSoon(77)),
  one(
    'lt-035',
    made,
    s
      .call('map_get_fd_by_id', { mapId: 'M', rawOpenFlags: [s.RDONLY] })
      .as('R')
      .ok(),
    put('A', 'R').fails('EPERM'),
  ),
  one('lt-036', made, s.call('map_freeze', { map: 'M' }).ok(), put('A').fails('EPERM')),
  one('lt-037', made, put('A').ok(), s.call('map_freeze', { map: 'M' }).ok(), remove().fails('EPERM')),
];

// --- links and programs that hold maps ------------------------------------------------------------------------------------

const SOCKS: RowObjects = {
  progs: [
    s.prog('A', { type: 'sk_msg', expectedAttachType: 'sk_msg_verdict' }),
    s.prog('I', { type: 'tracing', expectedAttachType: 'trace_iter', attach: { iter: 'bpf_map_elem' } }),
    s.prog('J', { type: 'tracing', expectedAttachType: 'trace_iter', attach: { iter: 'bpf_map' } }),
    s.prog('K', { type: 'tracing', expectedAttachType: 'trace_iter', attach: { iter: 'bpf_map' } }),
  ],
  maps: [
    { name: 'S', type: 'sockmap', maxEntries: 1 },
    { name: 'O', type: 'array', maxEntries: 1 },
  ],
};
const linkTo = (prog: string, attachType: string, map?: string): s.Call =>
  s.call('link_create', { prog, attachType, ...(map === undefined ? {} : { map }) });
const read = (iter: string): s.Call => s.call('iter_read', { iter });

const holders: readonly OracleRow[] = [
  ...s.chain(
    SOCKS,
    [make('S').ok(), s.load('A').ok(), linkTo('A', 'sk_msg_verdict', 'S').as('L').ok(), s.close('S').ok()],
    [
      ['lt-083', mapById('S').ok()],
      ['lt-084', s.linkDetach('L').ok(), mapGone('S')],
      ['lt-085', s.linkInfo('L').gives({ map: null })],
    ],
  ),
  ...s.chain(
    SOCKS,
    [make('O').ok(), s.load('I').ok()],
    [
      ['lt-086', linkTo('I', 'trace_iter', 'O').as('L').ok()],
      ['lt-087', s.close('O').ok(), mapById('O').ok()],
      ['lt-088', h.iterCreate('L').as('F').ok(), s.close('L').ok(), mapById('O').ok()],
    ],
  ),
  one('lt-089', s.sleep(), make('O').ok(), s.close('O').ok(), mapGone('O')),
  one('lt-090', made, s.close('M').ok(), mapById('M').ok()),
  one('lt-091', made, s.close('M').ok(), s.close('T').ok(), mapGone('M')),
  s.row(
    'lt-092',
    SOCKS,
    s.loads('J', 'K'),
    linkTo('J', 'trace_iter').as('L').ok(),
    h.iterCreate('L').as('F').ok(),
    s.linkUpdate('L', 'K').ok(),
    read('F').gives({ ran: ['J'] }),
  ),
  s.row(
    'lt-093',
    SOCKS,
    s.loads('J', 'K'),
    linkTo('J', 'trace_iter').as('L').ok(),
    s.linkUpdate('L', 'K').ok(),
    h.iterCreate('L').as('F').ok(),
    read('F').gives({ ran: ['K'] }),
  ),
];

const bind = (prog: s.Handle, map: s.Handle, flags?: readonly s.Flag[]): s.Call =>
  s.call('prog_bind_map', { prog, map, ...(flags === undefined ? {} : { flags }) } as never);
const bound: readonly OracleRow[] = [
  one('mx-390', make('O').ok(), s.load('A').ok(), bind('A', 'O').ok()),
  one('mx-391', make('O').ok(), s.load('A').ok(), bind('A', 'O').ok(), bind('A', 'O').ok()),
  one('mx-392', make('O').ok(), s.load('A').ok(), bind('A', 'O', [1]).fails('EINVAL')),
  one('mx-393', make('O').ok(), bind(s.NOT_OPEN, 'O').fails('EBADF')),
  one('mx-394', s.load('A').ok(), bind('A', s.NOT_OPEN).fails('EBADF')),
  one('mx-395', s.load('A').ok(), bind('A', 'A').fails('EINVAL')),
  one('mx-396', make('O').ok(), s.load('A').ok(), bind('A', 'O').ok(), s.close('O').ok(), mapById('O').ok()),
  one(
    'mx-397',
    make('O').ok(),
    s.load('A').ok(),
    bind('A', 'O').ok(),
    s.close('O').ok(),
    s.close('A').ok(),
    mapGone('O'),
  ),
];

const iterLink = [s.load('J').ok(), linkTo('J', 'trace_iter').as('L').ok()];
const iteratorPins: readonly OracleRow[] = [
  s.row('pin-177', SOCKS, iterLink, s.pin('L', 'i').ok(), h.openPin('i').ok()),
  s.row('pin-178', SOCKS, iterLink, s.pin('L', 'i').ok(), s.call('iter_read', { path: 'i' }).gives({ ran: ['J'] })),
  ...s.chain(
    SOCKS,
    [iterLink, s.pin('L', 'i').ok(), h.openPin('i').as('F').ok(), s.close('L').ok(), s.unlink('i').ok()],
    [
      ['pin-179', s.linkById('L').ok()],
      ['pin-180', s.close('F').ok(), s.linkGone('L')],
    ],
  ),
  ...s.chain(
    SOCKS,
    [iterLink, h.iterCreate('L').as('F').ok(), s.close('L').ok(), s.close('J').ok()],
    [
      ['pin-181', s.linkById('L').fails('ENOENT')],
      ['pin-182', s.exists('J')],
      ['pin-183', read('F').gives({ ran: ['J'] })],
      ['pin-184', s.close('F').ok(), h.goneNow('J')],
    ],
  ),
];

/** The window between the last close and the clearing, on other kernels. */
const elsewhere = h.onKernel('linux-6.12', { ...(users[6] as OracleRow), id: 'lt-027@6.12' });
const onOld = h.onKernel('linux-6.1', { ...(users[6] as OracleRow), id: 'lt-027@6.1' });

export const rows: readonly OracleRow[] = [
  ...entries,
  ...users,
  ...holders,
  ...bound,
  ...iteratorPins,
  ...h.onKernel(
    'linux-6.1',
    s.row(
      'lt-083@6.1',
      SOCKS,
      make('S').ok(),
      s.load('A').ok(),
      linkTo('A', 'sk_msg_verdict', 'S').fails('EINVAL'),
      s.close('S').ok(),
      mapGone('S'),
    ),
  ),
  ...elsewhere,
  ...onOld,
];
