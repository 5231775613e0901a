/** Checks of RAW_TRACEPOINT_OPEN, LINK_CREATE per type and PROG_LOAD; who may attach; how programs are released; run order. */
import type { OracleRow, RowObjects } from '../row.ts';
import * as s from '../steps.ts';
import * as h from './helpers.ts';
import { MATRIX } from './matrix.ts';

const RAW: s.ProgOptions = {
  type: 'raw_tracepoint',
  expectedAttachType: null,
  attach: { tp: 'sys_enter' },
  returns: 0,
};
const TRACING = (expectedAttachType: string, attach: Readonly<Record<string, string>> | null): s.ProgOptions =>
  attach === null ? { type: 'tracing', expectedAttachType } : { type: 'tracing', expectedAttachType, attach };
const WORLD: RowObjects = {
  progs: [
    ...['A', 'B', 'C'].map((name) => s.prog(name, RAW)),
    s.prog('X', h.XDP),
    s.prog('tp', TRACING('trace_raw_tp', { tp: 'task_newtask' })),
    s.prog('it', TRACING('trace_iter', { iter: 'bpf_map' })),
    s.prog('elem', TRACING('trace_iter', { iter: 'bpf_map_elem' })),
    s.prog('up', { type: 'kprobe', expectedAttachType: 'trace_uprobe_multi' }),
    s.prog('pe', { type: 'perf_event', expectedAttachType: null }),
    ...['sm', 'sn'].map((name) => s.prog(name, { type: 'sk_msg', expectedAttachType: 'sk_msg_verdict' })),
    s.prog('xbtf', { ...h.XDP, attach: { kernelFunc: 'bpf_fentry_test1' } }),
    s.prog('tpfunc', TRACING('trace_raw_tp', { kernelFunc: 'bpf_fentry_test1' })),
    s.prog('tpnone', TRACING('trace_raw_tp', null)),
    s.prog('itfunc', TRACING('trace_iter', { kernelFunc: 'bpf_fentry_test1' })),
    s.prog('untyped', { type: 'tracing', expectedAttachType: null }),
    s.prog('lookup', { type: 'sk_lookup', expectedAttachType: null }),
    s.prog('ext', { type: 'ext', expectedAttachType: null }),
    s.prog('fentry', TRACING('trace_fentry', { kernelFunc: 'bpf_fentry_test1' })),
    s.prog('mac', { type: 'lsm', expectedAttachType: 'lsm_mac', attach: { lsm: 'userns_create' } }),
    s.prog('cls', { type: 'sched_cls', expectedAttachType: null, returns: 7 }),
  ],
  maps: [
    { name: 'S', type: 'sockmap', maxEntries: 1 },
    { name: 'O', type: 'array', maxEntries: 1 },
    { name: 'P', type: 'prog_array', maxEntries: 1 },
  ],
  cgroups: [{ name: 'c', parent: null, exists: true }],
};

const row = (id: string, ...steps: s.StepList): OracleRow => s.row(id, WORLD, ...steps);
const on = (semantics: string, one: OracleRow): OracleRow => ({ ...one, semantics }) as OracleRow;
type Args = Readonly<Record<string, unknown>>;
const open = (prog: s.Handle, tp?: string): s.Call =>
  s.call('raw_tp_open', { prog, ...(tp === undefined ? {} : { tp }) });
const link = (prog: string, attachType: string, more: Args = {}): s.Call =>
  s.call('link_create', { prog, attachType, ...more } as never);
const make = (map: string) => s.call('map_create', { map }).as(map).ok();
const hit = (...ran: readonly string[]) => s.call('fire', { hook: 'tracepoint', tp: 'sys_enter' }, '-').gives({ ran });

const twice = [s.load('A').ok(), open('A', 'sys_enter').as('L1').ok()];
const REFUSED = 'the build of the observed kernel refuses this to everybody before any other check';
const rawTp: readonly OracleRow[] = [
  row('mx-334', s.load('A').ok(), open('A', 'no_such_tracepoint').fails('ENOENT')),
  row('mx-335', s.load('A').ok(), open('A').fails('EFAULT')),
  row('mx-336', open(s.NOT_OPEN, 'sys_enter').fails('EBADF')),
  row('mx-337', s.load('X').ok(), open('X', 'sys_enter').fails('EINVAL')),
  row('mx-338', s.load('tp').ok(), open('tp', 'sys_enter').fails('EINVAL')),
  row('mx-339', s.load('tp').ok(), open('tp').ok()),
  row('mx-340', twice, open('A', 'sys_enter').as('L2').ok()),
  { id: 'mx-341', notExecutable: REFUSED },
  on('linux-6.12', row('mx-409@6.12', s.load('it').ok(), open('it').fails('EINVAL'))),
  on('linux-6.1', row('mx-281@6.1', twice, open('A', 'sys_enter').fails('EEXIST'))),
  on('linux-6.1', row('mx-282@6.1', s.load('it').ok(), open('it').fails('EINVAL'))),
  row('mx-302', twice, s.linkUpdate('L1', s.NOT_OPEN).fails('EBADF')),
  row('mx-303', twice, s.linkUpdate('L1', 'A', { oldProg: 'A' }).fails('EINVAL')),
  ...['mx-314', 'mx-315'].map(
    (id): OracleRow => ({
      id,
      notExecutable: 'about the buffer that the caller passes for the name: user memory, not lifecycle state',
    }),
  ),
];

const socks = [make('S'), make('O'), ...s.loads('sm', 'sn')];
const held = link('sm', 'sk_msg_verdict', { map: 'S' }).as('L').ok();
const legacy = (op: 'prog_attach' | 'prog_detach', prog: string): s.Call =>
  s.call(op, { prog, attachType: 'sk_msg_verdict', map: 'S' });
const uprobe = (id: string, more: Args, errno: string): OracleRow =>
  row(id, s.load('up').ok(), link('up', 'trace_uprobe_multi', more).fails(errno));
const perType: readonly OracleRow[] = [
  row('mx-342', s.load('tp').ok(), link('tp', 'trace_fentry').fails('EINVAL')),
  row('mx-343', s.load('it').ok(), link('it', 'trace_iter', { cgroup: 'c' }).fails('EINVAL')),
  row('mx-344', s.load('it').ok(), link('it', 'trace_iter', { flags: [1] }).fails('EINVAL')),
  row('mx-345', s.load('it').ok(), link('it', 'trace_iter', { iter: { noPointer: true } }).fails('EINVAL')),
  row('mx-346', s.load('elem').ok(), link('elem', 'trace_iter').fails('EBADF')),
  row('mx-380', socks, held),
  row('mx-381', socks, held, link('sn', 'sk_msg_verdict', { map: 'S' }).fails('EBUSY')),
  row('mx-382', socks, link('sm', 'sk_msg_verdict', { map: 'O' }).fails('EINVAL')),
  row('mx-383', socks, held, legacy('prog_attach', 'sn').fails('EBUSY')),
  row('mx-384', socks, held, legacy('prog_detach', 'sm').fails('EBUSY')),
  uprobe('mx-385', { addrs: { path: 'missing' }, cnt: 1 }, 'ENOENT'),
  uprobe('mx-386', { cnt: 0 }, 'EINVAL'),
  uprobe('mx-387', { cnt: 1, addrs: { flags: 99 } }, 'EINVAL'),
  uprobe('mx-388', { cnt: 1, flags: [1] }, 'EINVAL'),
  uprobe('mx-389', { cnt: 1, addrs: { pid: -1 } }, 'ESRCH'),
  on(
    'linux-6.12',
    row('mx-464@6.12', s.load('up').ok(), link('up', 'trace_uprobe_multi', { cnt: 1, flags: [1] }).ok()),
  ),
  on('linux-6.1', uprobe('mx-334@6.1', { addrs: { path: 'missing' }, cnt: 1 }, 'EINVAL')),
  on('linux-6.1', uprobe('mx-338@6.1', { cnt: 1, addrs: { pid: -1 } }, 'EINVAL')),
  on('linux-6.1', row('mx-321@6.1', socks, link('sm', 'sk_msg_verdict', { map: 'S' }).fails('EINVAL'))),
  on('linux-6.1', row('mx-322@6.1', socks, link('sn', 'sk_msg_verdict', { map: 'S' }).fails('EINVAL'))),
  on('linux-6.1', row('mx-324@6.1', socks, legacy('prog_attach', 'sm').ok())),
  on('linux-6.1', row('mx-325@6.1', socks, legacy('prog_attach', 'sm').ok(), legacy('prog_detach', 'sm').ok())),
];

const load = (id: string, prog: string, errno: string, more: Args = {}): OracleRow =>
  row(id, make('O'), s.call('prog_load', { prog, ...more } as never).fails(errno));
const BYTES = 'about bytes of the program or of attr: a template is a valid program of a known type';
const TOKEN = 'a token is a right to load; nothing that is attached depends on it';
const loads: readonly OracleRow[] = [
  load('mx-405', 'xbtf', 'EINVAL'),
  row('mx-406', s.load('X').ok(), s.call('prog_load', { prog: 'X', targetProg: 'X', targetFunc: 'f' }).fails('EINVAL')),
  load('mx-407', 'X', 'EINVAL', { targetProg: s.NOT_OPEN }),
  load('mx-408', 'tpnone', 'EINVAL'),
  load('mx-409', 'tpfunc', 'EINVAL'),
  row(
    'mx-410',
    s.load('X').ok(),
    s.call('prog_load', { prog: 'tp', targetProg: 'X', targetFunc: 'f' }).fails('EINVAL'),
  ),
  load('mx-411', 'itfunc', 'EINVAL'),
  load('mx-412', 'untyped', 'EINVAL'),
  load('mx-416', 'lookup', 'EINVAL'),
  ...['mx-402', 'mx-403', 'mx-404', 'mx-417', 'mx-418'].map((id): OracleRow => ({ id, notExecutable: BYTES })),
  ...['mx-413', 'mx-414', 'mx-415'].map((id): OracleRow => ({ id, notExecutable: REFUSED })),
  on('linux-6.12', load('mx-489@6.12', 'ext', 'EINVAL')),
  on('linux-6.12', row('mx-490@6.12', s.load('fentry').ok())),
  on('linux-6.12', row('mx-491@6.12', s.load('mac').ok())),
  on('linux-6.1', load('mx-362@6.1', 'ext', 'EINVAL')),
  on('linux-6.1', row('mx-363@6.1', s.load('fentry').ok())),
  on('linux-6.1', row('mx-364@6.1', s.load('mac').ok())),
  ...['mx-398', 'mx-399', 'mx-400', 'mx-401', 'mx-347@6.1', 'mx-350@6.1'].map(
    (id): OracleRow => ({
      id,
      notExecutable: TOKEN,
    }),
  ),
];

/** Root makes what it hands down; the child has no capability at all. */
const dropped = (...setup: s.StepList) => [...setup.flat(), s.fork('P1').ok(), s.setCaps('P1', [])];
const unprivileged: readonly OracleRow[] = [
  row('ho-017', dropped(s.load('A').ok()), open('A', 'sys_enter').by('P1').ok()),
  row('ho-018', dropped(s.load('tp').ok()), link('tp', 'trace_raw_tp').by('P1').ok()),
  row('ho-019', dropped(s.load('it').ok()), link('it', 'trace_iter').by('P1').ok()),
  row('ho-024', dropped(make('S'), s.load('sm').ok()), link('sm', 'sk_msg_verdict', { map: 'S' }).by('P1').ok()),
  row(
    'ho-029',
    dropped(s.load('pe').ok(), s.call('perf_event_open', { event: 'cpu_clock' }).as('ev').ok()),
    link('pe', 'perf_event', { perfEvent: 'ev' }).by('P1').ok(),
  ),
  row(
    'ho-034',
    dropped(make('P'), s.load('cls').ok()),
    s
      .call('map_update', { map: 'P', key: 0, value: { prog: 'cls' } })
      .by('P1')
      .ok(),
  ),
  row('ho-035', dropped(s.load('X').ok()), s.call('prog_test_run', { prog: 'X' }).by('P1').gives({ retval: 2 })),
  on(
    'linux-6.1',
    row(
      'ho-024@6.1',
      dropped(make('S'), s.load('sm').ok()),
      link('sm', 'sk_msg_verdict', { map: 'S' }).by('P1').fails('EINVAL'),
    ),
  ),
];

/** Closing the last descriptor of a link: is the id of its program gone at once, or after a grace period? */
const SOON = { mayBe: [{ ok: true }, { errno: 'ENOENT' }] } as const;
export function released(id: string, type: string, deferred: boolean): OracleRow {
  const facts = MATRIX.find((candidate) => candidate.type === type);
  if (facts === undefined) return { id, notExecutable: `no setup for ${type}` };
  const gone = deferred ? [s.progById('A').gives(SOON), s.gone('A')] : [h.goneNow('A')];
  return s.row(id, facts.objects, facts.setup, s.close('A').ok(), s.exists('A'), s.close('L').ok(), ...gone);
}
const releases: readonly OracleRow[] = [
  released('rc-002', 'raw_tracepoint', true),
  released('rc-003', 'tp_btf', true),
  released('rc-004', 'iter', false),
  released('rc-008', 'sockmap', false),
  released('rc-011', 'uprobe_multi', true),
  released('rc-013', 'raw_tracepoint', true),
  // As rc-013, where the descriptor was there in time: the program lives on, and is attached anew.
  row(
    'rc-014',
    s.load('A').ok(),
    open('A', 'sys_enter').as('L').ok(),
    s.close('A').ok(),
    s.close('L').ok(),
    s.progById('A').as('back').ok(),
    s.sleep(),
    s.exists('A'),
    open('back', 'sys_enter').as('L2').ok(),
  ),
  on('linux-6.12', released('rc-002@6.12', 'raw_tracepoint', true)),
  on('linux-6.12', released('rc-013@6.12', 'tracing_fentry', false)),
  on('linux-6.1', released('rc-002@6.1', 'raw_tracepoint', false)),
  on('linux-6.1', released('rc-003@6.1', 'tp_btf', false)),
  on('linux-6.1', released('rc-013@6.1', 'tracing_fentry', false)),
  on('linux-6.1', released('rc-014@6.1', 'raw_tracepoint', false)),
  on('linux-6.1', row('rc-008@6.1', socks, link('sm', 'sk_msg_verdict', { map: 'S' }).fails('EINVAL'))),
  on('linux-6.1', uprobe('rc-011@6.1', { cnt: 1 }, 'EINVAL')),
  row(
    'ho-006',
    make('P'),
    s.load('cls').ok(),
    s.call('map_update', { map: 'P', key: 0, value: { prog: 'cls' } }).ok(),
    s.close('cls').ok(),
    s.exists('cls'),
    s.call('map_delete', { map: 'P', key: 0 }).ok(),
    h.goneNow('cls'),
  ),
  row(
    'ho-009',
    s.load('it').ok(),
    link('it', 'trace_iter').as('L').ok(),
    h.iterCreate('L').as('F').ok(),
    s.close('L').ok(),
    s.close('it').ok(),
    s.exists('it'),
    s.close('F').ok(),
    h.goneNow('it'),
  ),
  {
    id: 'ho-007',
    notExecutable: 'socket filters are no family of these models: SO_ATTACH_BPF has no link and no slot',
  },
];

const three = [
  ...s.loads('A', 'B', 'C'),
  ...['A', 'B', 'C'].map((name) => open(name, 'sys_enter').as(`L${name}`).ok()),
];
const again = [...three, s.close('LB').ok(), open('B', 'sys_enter').as('LB2').ok()];
const order: readonly OracleRow[] = [
  row('ho-043', three, hit('A', 'B', 'C')),
  row('ho-044', three, s.close('LB').ok(), hit('A', 'C')),
  row('ho-045', again, hit('A', 'C', 'B')),
  row('ho-046', again, open('A', 'sys_enter').as('LA2').ok(), hit('A', 'C', 'B', 'A')),
  on('linux-6.1', row('ho-046@6.1', again, open('A', 'sys_enter').fails('EEXIST'))),
];

const LISTED = { 'listed-id-is-settled': 'violated', 'listed-id-is-alive': 'violated' } as const;
const scanned = (id: string, file: string, semantics = 'linux-6.18'): OracleRow => ({
  id,
  shownBy: `scenarios/tracing/${file}.yaml`,
  verdicts: LISTED,
  semantics,
});
const wins = (id: string, file: string): OracleRow => ({
  id,
  shownBy: `scenarios/${file}.yaml`,
  verdicts: { 'exactly-one-winner': 'holds' },
});
const WALK = 'the bpf_link iterator takes a reference for each step of a read, and a read is one step here';
const races: readonly OracleRow[] = [
  scanned('rc-016', 'raw-tracepoint-while-another-scans'),
  scanned('rc-017@6.12', 'raw-tracepoint-while-another-scans', 'linux-6.12'),
  scanned('rc-016@6.1', 'raw-tracepoint-while-another-scans', 'linux-6.1'),
  scanned('rc-017', 'uprobes-while-another-scans'),
  scanned('rc-018@6.12', 'uprobes-while-another-scans', 'linux-6.12'),
  { id: 'rc-017@6.1', notExecutable: 'no link of this type exists on that kernel, so that nothing was listed' },
  scanned('rc-020', 'perf-link-while-another-scans'),
  scanned('rc-022@6.12', 'perf-link-while-another-scans', 'linux-6.12'),
  scanned('rc-021@6.1', 'perf-link-while-another-scans', 'linux-6.1'),
  scanned('rc-021@6.12', 'fentry-while-another-scans', 'linux-6.12'),
  scanned('rc-020@6.1', 'fentry-while-another-scans', 'linux-6.1'),
  { id: 'rc-025', shownBy: 'scenarios/tracing/perf-link-while-another-scans.yaml', verdicts: LISTED },
  wins('ho-040', 'tracing/iterator-compare-and-swap'),
  wins('cas-004', 'tracing/iterator-compare-and-swap'),
  wins('cas-006', 'sockmap/compare-and-swap'),
  { id: 'ho-042', notExecutable: WALK },
  { id: 'ho-042@6.12', notExecutable: WALK },
  { id: 'ho-042@6.1', notExecutable: WALK },
];

export const rows: readonly OracleRow[] = [
  ...rawTp,
  ...perType,
  ...loads,
  ...unprivileged,
  ...releases,
  ...order,
  ...races,
];
