/** Rows run-001 to run-041: what a frame that arrives at B runs, and what frames meet while somebody replaces (scenarios/traffic). */
import type { OracleRow, RowObjects, RowStep } from '../row.ts';
import { call } from '../steps.ts';

type Verdict = 'delivered' | 'dropped';
const NEXT = -1;
const PASS = 0;
const RECLASSIFY = 1;
const DROP = 2;
const PIPE = 3;
const STOLEN = 4;
const QUEUED = 5;
const REPEAT = 6;
const TRAP = 8;
const UNKNOWN = 99;
const XDP_DROP = 1;
const XDP_PASS = 2;

/** Programs T0 to T4 by what they return, and X, an XDP program. */
const objects = (returns: readonly number[], xdp = XDP_PASS): RowObjects => ({
  progs: [
    ...returns.map((value, i) => ({ name: `T${i}`, type: 'sched_cls', expectedAttachType: null, returns: value })),
    { name: 'X', type: 'xdp', expectedAttachType: 'xdp', returns: xdp },
  ],
  netdevs: [
    { name: 'B', kind: 'veth', peer: 'A', netns: 'N0' },
    { name: 'A', kind: 'veth', peerOf: 'B', netns: 'N0' },
  ],
});
const loads = (returns: readonly number[]): readonly RowStep[] =>
  [...returns.map((_, i) => `T${i}`), 'X'].map((prog) => call('prog_load', { prog }).as(prog).ok());

const tcx = (...progs: readonly string[]): readonly RowStep[] =>
  progs.map((prog) => call('prog_attach', { prog, netdev: 'B', attachType: 'tcx_ingress' }).ok());
const QDISC = call('tc_hook_create', { netdev: 'B' }).ok();
const filter = (prog: string, priority?: number): RowStep =>
  call('tc_filter_attach', { netdev: 'B', direction: 'ingress', prog, priority }).ok();
const filters = (...progs: readonly string[]): readonly RowStep[] => [QDISC, ...progs.map((prog) => filter(prog))];
const byPriority = (...progs: readonly string[]): readonly RowStep[] => [
  QDISC,
  ...progs.map((prog, i) => filter(prog, i + 1)),
];

/** One frame arrives at B. */
const frame = (ran: readonly string[], verdict: Verdict): RowStep =>
  call('fire', { hook: 'rx', netdev: 'B' }, '-').gives({ ran, verdict: verdict === 'delivered' ? 'allow' : verdict });
const dump = (value: readonly string[]): RowStep =>
  call('tc_filter_query', { netdev: 'B', direction: 'ingress' }).gives({ value });

const row = (id: string, returns: readonly number[], attached: readonly RowStep[], last: RowStep): OracleRow => ({
  id,
  objects: objects(returns),
  steps: [...loads(returns), ...attached, last],
});

/** tcx [T0 T1 …] and a filter of clsact behind it. */
function beside(id: string, inTcx: readonly number[], inFilter: number, ran: readonly number[], verdict: Verdict) {
  const returns = [...inTcx, inFilter];
  const attached = [...tcx(...inTcx.map((_, i) => `T${i}`)), ...filters(`T${inTcx.length}`)];
  return row(
    id,
    returns,
    attached,
    frame(
      ran.map((i) => `T${i}`),
      verdict,
    ),
  );
}

/** Codes that tcx does not know end its list and let the filters run. */
const strange = [RECLASSIFY, PIPE, STOLEN, QUEUED, REPEAT, TRAP].map((code, i) =>
  beside(`run-${String(i + 6).padStart(3, '0')}`, [code, NEXT], PASS, [0, 2], 'delivered'),
);

const verdicts: readonly OracleRow[] = [
  beside('run-001', [NEXT, NEXT], PASS, [0, 1, 2], 'delivered'),
  beside('run-002', [NEXT, PASS, NEXT], PASS, [0, 1], 'delivered'),
  beside('run-003', [NEXT, DROP, NEXT], PASS, [0, 1], 'dropped'),
  beside('run-004', [NEXT], DROP, [0, 1], 'dropped'),
  beside('run-005', [UNKNOWN, NEXT], PASS, [0, 2], 'delivered'),
  ...strange,
  row('run-012', [NEXT, PASS, PASS], byPriority('T0', 'T1', 'T2'), frame(['T0', 'T1'], 'delivered')),
  row('run-013', [UNKNOWN, PASS], byPriority('T0', 'T1'), frame(['T0', 'T1'], 'delivered')),
  row('run-014', [STOLEN, PASS], byPriority('T0', 'T1'), frame(['T0'], 'dropped')),
];

/** XDP in front of tcx [T0:NEXT]. */
function behind(
  id: string,
  flags: readonly string[],
  xdp: number,
  ran: readonly string[],
  verdict: Verdict,
): OracleRow {
  return {
    id,
    objects: objects([NEXT], xdp),
    steps: [
      ...loads([NEXT]),
      call('xdp_set', { netdev: 'B', prog: 'X', flags }).ok(),
      ...tcx('T0'),
      frame(ran, verdict),
    ],
  };
}
const SKB = ['XDP_FLAGS_SKB_MODE'];
const DRV = ['XDP_FLAGS_DRV_MODE'];
const order: readonly OracleRow[] = [
  behind('run-015', DRV, XDP_PASS, ['X', 'T0'], 'delivered'),
  behind('run-016', DRV, XDP_DROP, ['X'], 'dropped'),
  behind('run-017', SKB, XDP_PASS, ['X', 'T0'], 'delivered'),
  behind('run-018', SKB, XDP_DROP, ['X'], 'dropped'),
];

const THREE = [NEXT, NEXT, NEXT];
const auto = filters('T0', 'T1', 'T2');
const same = [QDISC, ...['T0', 'T1', 'T2'].map((prog) => filter(prog, 10))];
const newestFirst: readonly OracleRow[] = [
  row('run-019', THREE, auto, frame(['T2', 'T1', 'T0'], 'delivered')),
  row('run-020', THREE, auto, dump(['49150:1=T2', '49151:1=T1', '49152:1=T0'])),
  row('run-021', THREE, same, frame(['T2', 'T1', 'T0'], 'delivered')),
  row('run-022', THREE, same, dump(['10:3=T2', '10:2=T1', '10:1=T0'])),
  row('run-023', [NEXT], filters('T0', 'T0', 'T0', 'T0'), frame(['T0', 'T0', 'T0', 'T0'], 'delivered')),
  row('run-024', [PASS], filters('T0', 'T0', 'T0', 'T0'), frame(['T0'], 'delivered')),
];

/** Nothing happens meanwhile: as many runs as frames. */
function baseline(id: string, attached: readonly RowStep[], ran: readonly string[]): OracleRow {
  const frames = [frame(ran, 'delivered'), frame(ran, 'delivered')];
  return { id, objects: objects([NEXT]), steps: [...loads([NEXT]), ...attached, ...frames] };
}
const link = (prog: string, attachType: string, flags: readonly string[] = []): RowStep =>
  call('link_create', { prog, netdev: 'B', attachType, flags }).as('L').ok();

type Verdicts = Readonly<Record<string, 'holds' | 'violated'>>;
const flood = (id: string, file: string, verdicts: Verdicts): OracleRow => ({
  id,
  shownBy: `scenarios/traffic/${file}.yaml`,
  verdicts,
});
const EXACT = { 'no-gap': 'holds', 'no-double-run': 'holds' } as const;
const GAP = { 'no-gap': 'violated', 'no-double-run': 'holds' } as const;
const TWICE = { 'no-gap': 'holds', 'no-double-run': 'violated' } as const;

const floods: readonly OracleRow[] = [
  baseline('run-025', [link('X', 'xdp', DRV)], ['X']),
  flood('run-026', 'xdp-native-link-update', EXACT),
  flood('run-027', 'xdp-native-netlink-replace', EXACT),
  flood('run-028', 'xdp-native-detach-attach', GAP),
  baseline('run-029', [link('X', 'xdp', SKB)], ['X']),
  flood('run-030', 'xdp-generic-link-update', EXACT),
  flood('run-031', 'xdp-generic-netlink-replace', EXACT),
  flood('run-032', 'xdp-generic-detach-attach', GAP),
  baseline('run-033', [link('T0', 'tcx_ingress')], ['T0']),
  flood('run-034', 'tcx-link-update', EXACT),
  flood('run-035', 'tcx-replace', EXACT),
  flood('run-036', 'tcx-attach-then-detach', TWICE),
  flood('run-037', 'tcx-detach-then-attach', GAP),
  flood('run-038', 'tcx-close-then-create', GAP),
  flood('run-039', 'filter-replace', EXACT),
  flood('run-040', 'filter-add-then-delete', TWICE),
  flood('run-041', 'qdisc-deleted-and-made-again', GAP),
];

export const rows: readonly OracleRow[] = [...verdicts, ...order, ...newestFirst, ...floods];
