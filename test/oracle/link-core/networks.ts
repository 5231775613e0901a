/** Links of namespaces and devices: what creating them refuses, who may, how they are released, and the death of a namespace. */
import type { OracleRow, RowObjects, RowStep } from '../row.ts';
import * as s from '../steps.ts';
import * as h from './helpers.ts';
import { released } from './other-types.ts';

type Args = Readonly<Record<string, unknown>>;
const CAPACITY = 64;
const STDIN = 0;

const WORLD: RowObjects = {
  progs: [
    ...['A', 'B'].map((name) => s.prog(name, { type: 'sk_lookup', expectedAttachType: 'sk_lookup' })),
    ...['F', 'G'].map((name) => s.prog(name, { type: 'flow_dissector', expectedAttachType: null })),
    ...['X', 'Y'].map((name) => s.prog(name, h.XDP)),
    ...['T', 'U'].map((name) => s.prog(name, { type: 'sched_cls', expectedAttachType: null, returns: -1 })),
  ],
  netns: [{ name: 'N0' }, { name: 'IN' }],
  netdevs: [
    { name: 'here', kind: 'veth', peer: 'inside', netns: 'N0' },
    { name: 'inside', kind: 'veth', peerOf: 'here', netns: 'N0' },
  ],
};
const LOADED = s.loads('A', 'B', 'F', 'G', 'X', 'Y', 'T', 'U');
const row = (id: string, ...steps: s.StepList): OracleRow => s.row(id, WORLD, ...steps);
const on = (semantics: 'linux-6.12' | 'linux-6.1', one: OracleRow): OracleRow => ({ ...one, semantics }) as OracleRow;

const create = (prog: s.Handle, attachType: string, more: Args = {}): s.Call =>
  s.call('link_create', { prog, attachType, ...more } as never);
const lookup = (prog: s.Handle, more: Args = {}): s.Call => create(prog, 'sk_lookup', { netns: 'N0', ...more });
const flow = (prog: s.Handle, more: Args = {}): s.Call => create(prog, 'flow_dissector', { netns: 'N0', ...more });
const xdp = (prog: s.Handle, netdev = 'here'): s.Call => create(prog, 'xdp', { netdev });
const tcx = (prog: s.Handle, netdev = 'here'): s.Call => create(prog, 'tcx_ingress', { netdev });
const legacy = (op: 'prog_attach' | 'prog_detach', prog: string): s.Call =>
  s.call(op, { prog, attachType: 'flow_dissector' });
const looks = (...progs: readonly string[]): RowStep =>
  s.call('query', { netns: 'N0', attachType: 'sk_lookup' }).gives({ progs, count: progs.length });

// --- checks of LINK_CREATE ----------------------------------------------------------------------------------------------

const attachedLegacy = [...LOADED, legacy('prog_attach', 'F').ok()];
const replaced = [...attachedLegacy, legacy('prog_attach', 'G').ok()];
const full = [...LOADED, ...Array.from({ length: CAPACITY }, (_, i) => lookup('A').as(`L${i}`).ok())];
const three = [...LOADED, lookup('A').as('L1').ok(), lookup('B').as('L2').ok(), lookup('A').as('L3').ok()];
const checks: readonly OracleRow[] = [
  row('mx-357', LOADED, s.openFile('dev_null', 'null'), lookup('A', { netns: { handle: 'null' } }).fails('EINVAL')),
  row('mx-358', LOADED, lookup('A', { netns: s.NOT_OPEN }).fails('EBADF')),
  row('mx-359', LOADED, lookup('A', { flags: [1] }).fails('EINVAL')),
  row('mx-360', LOADED, flow('F').as('L').ok()),
  row('mx-361', LOADED, flow('F').as('L').ok(), flow('G').fails('E2BIG')),
  row('mx-362', LOADED, flow('F').as('L').ok(), legacy('prog_attach', 'G').fails('EEXIST')),
  row('mx-363', LOADED, flow('F').as('L').ok(), legacy('prog_detach', 'F').fails('EINVAL')),
  row('mx-364', attachedLegacy),
  row('mx-365', attachedLegacy, flow('G').fails('EEXIST')),
  row('mx-366', attachedLegacy, legacy('prog_attach', 'F').fails('EINVAL')),
  row('mx-367', replaced),
  row('mx-368', replaced, legacy('prog_detach', 'F').fails('ENOENT')),
  row('mx-369', replaced, legacy('prog_detach', 'G').ok()),
  row('mx-370', full),
  row('mx-371', full, lookup('A').fails('E2BIG')),
  row('mx-372', three, looks('A', 'B', 'A')),
  row('mx-373', three, s.linkUpdate('L2', 'A').ok(), s.linkUpdate('L3', 'B').ok(), looks('A', 'A', 'B')),
  row('mx-374', three, s.linkDetach('L1').ok(), looks('B', 'A')),
  // A kernel without netkit does not know the attach type; one with it asks for a netkit device.
  on('linux-6.1', row('mx-netkit-create', LOADED, create('T', 'netkit_primary', { netdev: 'here' }).fails('EINVAL'))),
  on(
    'linux-6.12',
    row('mx-netkit-create@6.12', LOADED, create('T', 'netkit_primary', { netdev: 'here' }).fails('ENXIO')),
  ),
];

const older: readonly OracleRow[] = [
  on('linux-6.1', row('rc-007@6.1', LOADED, tcx('T').fails('EINVAL'))),
  on('linux-6.1', row('ho-022@6.1', LOADED, s.fork('P1').ok(), s.setCaps('P1', []), tcx('T').by('P1').fails('EINVAL'))),
];

// --- who holds what, and who may ----------------------------------------------------------------------------------------

const dropped = (...setup: s.StepList): readonly RowStep[] => [
  ...(setup.flat() as readonly RowStep[]),
  s.fork('P1').ok(),
  s.setCaps('P1', []),
];
const holders: readonly OracleRow[] = [
  released('rc-005', 'netns_sk_lookup', false),
  released('rc-006', 'xdp', false),
  released('rc-007', 'tcx', false),
  row(
    'ho-010',
    s.load('A').ok(),
    lookup('A', { netns: 'IN' }).as('L').ok(),
    s.close('A').ok(),
    s.call('netns_delete', { netns: 'IN' }).ok(),
    s.sleep(),
    s.linkInfo('L').gives({ netns: null }),
    s.exists('A'),
    s.close('L').ok(),
    h.goneNow('A'),
  ),
  row(
    'ho-011',
    s.load('X').ok(),
    s.call('xdp_set', { netdev: 'here', prog: 'X' }).ok(),
    s.close('X').ok(),
    s.exists('X'),
    s.call('netdev_delete', { netdev: 'here' }).ok(),
    h.goneNow('X'),
  ),
  row(
    'ho-012',
    s.load('F').ok(),
    legacy('prog_attach', 'F').ok(),
    s.close('F').ok(),
    s.progById('F').as('found').ok(),
    legacy('prog_detach', 'found').ok(),
    s.close('found').ok(),
    h.goneNow('F'),
  ),
  row('ho-020', dropped(LOADED), lookup('A').by('P1').ok()),
  row('ho-021', dropped(LOADED), flow('F').by('P1').ok()),
  row('ho-022', dropped(LOADED), tcx('T').by('P1').ok()),
  row('ho-030', dropped(LOADED, xdp('X').as('L').ok()), s.linkUpdate('L', 'Y').by('P1').ok()),
  row('ho-031', dropped(LOADED, lookup('A').as('L').ok()), s.linkUpdate('L', 'B').by('P1').ok()),
  row('ho-032', dropped(LOADED, xdp('X').as('L').ok()), s.linkDetach('L').by('P1').ok()),
  row('ho-033', dropped(LOADED), xdp('X').by('P1').ok()),
];

// --- the death of a namespace -------------------------------------------------------------------------------------------

/** P1 alone is in the namespace, which has lost its name; `inside` is in it. P0 gets what P1 makes there. */
const inside = (loaded: readonly RowStep[]): readonly RowStep[] => [
  ...loaded,
  s.fork('P1').ok(),
  s.call('netdev_move', { netdev: 'inside', netns: 'IN' }).ok(),
  s.call('enter_netns', { netns: 'IN' }).by('P1').ok(),
];
const UNNAMED = s.call('netns_delete', { netns: 'IN' }).ok();
const LEFT = [s.exit('P1'), s.wait('P1').ok()];
const given = (name: string, call: s.Call): readonly RowStep[] => [
  call.by('P1').as(name).ok(),
  s.sendFd(name, 'P0').by('P1').ok(),
];
const own = s.chain(
  WORLD,
  [inside(LOADED)],
  [
    ['lt-060', lookup('A', { netns: 'IN' }).as('SL').ok(), flow('F', { netns: 'IN' }).as('FL').ok()],
    ['lt-061', UNNAMED, s.linkInfo('SL').gives({ netns: 'IN' })],
    ['lt-062', LEFT, s.linkInfo('SL').eventually({ netns: null })],
    ['lt-063', s.linkUpdate('SL', 'B').fails('ENOLINK')],
    ['lt-064', s.linkDetach('SL').ok()],
    ['lt-065', s.linkInfo('SL').gives({ prog: 'A' })],
    ['lt-066', s.pin('SL', 'dead').ok()],
    ['lt-067', s.linkUpdate('FL', 'G').fails('ENOLINK')],
  ],
);
const devices = s.chain(
  WORLD,
  [inside(LOADED)],
  [
    ['lt-068', given('XL', xdp('X', 'inside')), given('TL', tcx('T', 'inside'))],
    ['lt-069', UNNAMED, LEFT, s.linkInfo('XL').eventually({ netdev: null })],
    ['lt-070', s.linkInfo('TL').gives({ netdev: null })],
    ['lt-071', s.linkUpdate('XL', 'Y').fails('ENOLINK')],
    ['lt-072', s.linkUpdate('TL', 'U').fails('ENOLINK')],
    ['lt-073', s.linkDetach('XL').ok()],
  ],
);
const oldDeaths: readonly OracleRow[] = [
  row('lt-068@6.1', inside(LOADED), given('XL', xdp('X', 'inside')), tcx('T', 'inside').by('P1').fails('EINVAL')),
  // What could not be made leaves the program that asked with descriptor 0.
  row('lt-072@6.1', LOADED, s.linkUpdate(STDIN, 'T').fails('EINVAL')),
].map((one) => on('linux-6.1', one));

// --- races --------------------------------------------------------------------------------------------------------------

const LISTED = { 'listed-id-is-settled': 'violated', 'listed-id-is-alive': 'violated' } as const;
const scanned = (id: string, file: string, semantics = 'linux-6.18'): OracleRow => ({
  id,
  shownBy: `scenarios/${file}-while-another-scans.yaml`,
  verdicts: LISTED,
  semantics,
});
const winner = (
  id: string,
  file: string,
  verdict: 'holds' | 'violated' = 'holds',
  semantics = 'linux-6.18',
): OracleRow => ({ id, shownBy: `scenarios/${file}.yaml`, verdicts: { 'exactly-one-winner': verdict }, semantics });
const races: readonly OracleRow[] = [
  scanned('rc-018', 'netns/link'),
  scanned('rc-019@6.12', 'netns/link', 'linux-6.12'),
  scanned('rc-018@6.1', 'netns/link', 'linux-6.1'),
  scanned('rc-019', 'xdp/link'),
  scanned('rc-020@6.12', 'xdp/link', 'linux-6.12'),
  scanned('rc-019@6.1', 'xdp/link', 'linux-6.1'),
  winner('ho-038', 'netns/two-updaters-both-win', 'violated'),
  winner('ho-038@6.12', 'netns/two-updaters-both-win', 'holds', 'linux-6.12'),
  winner('ho-038@6.1', 'netns/two-updaters-both-win', 'holds', 'linux-6.1'),
  winner('cas-001', 'netns/two-updaters-both-win', 'violated'),
  winner('cas-002', 'netns/two-updaters-of-a-flow-dissector', 'violated'),
  winner('cas-005', 'tcx/two-updaters'),
  winner('ho-039', 'xdp/two-updaters'),
  winner('cas-007', 'xdp/two-updaters-in-generic-mode'),
];

export const rows: readonly OracleRow[] = [...checks, ...older, ...holders, ...own, ...devices, ...oldDeaths, ...races];
