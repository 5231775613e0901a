/** Rows nf-001 to nf-031 and priv-020: netfilter links, which hold their namespace. A row's setup is what succeeded before it. */
import type { Json } from '../../../src/trace/format.ts';
import type { OracleRow, RowObjects, RowStep } from '../row.ts';
import { type Call, call, setCaps } from '../steps.ts';
import { fork, story } from './helpers.ts';

type More = Readonly<Record<string, Json>>;
const DEFRAG = 'BPF_F_NETFILTER_IP_DEFRAG';
const INT_MIN = -2147483648;
const INT_MAX = 2147483647;

const OBJECTS: RowObjects = {
  progs: [
    ...['N1', 'N2'].map((name) => ({ name, type: 'netfilter', expectedAttachType: 'netfilter', returns: 1 })),
    { name: 'T', type: 'sched_cls', expectedAttachType: null, returns: -1 },
    { name: 'X', type: 'xdp', expectedAttachType: 'xdp', returns: 2 },
    { name: 'F', type: 'flow_dissector', expectedAttachType: null },
  ],
  netns: [{ name: 'IN' }],
  netdevs: [
    { name: 'A', kind: 'veth', peer: 'B', netns: 'N0' },
    { name: 'B', kind: 'veth', peerOf: 'A', netns: 'N0' },
  ],
};
const LOADED = ['N1', 'N2', 'T', 'X', 'F'].map((prog) => call('prog_load', { prog }).as(prog).ok());

/** IPv4, pre_routing, priority -100. */
const at = (more: More = {}): More => ({ pf: 'ipv4', hooknum: 'pre_routing', priority: -100, ...more });
const create = (prog: string, more: More = {}): Call =>
  call('link_create', { prog, attachType: 'netfilter', ...at(more) });
const L = create('N1').as('L').ok();
const update = (prog: string): Call => call('link_update', { link: 'L', prog });
const DETACH = call('link_detach', { link: 'L' }).ok();
const shown = { type: 'netfilter', prog: 'N1', ...at(), nfFlags: [] };
const info = call('link_info', { link: 'L' }).gives(shown);

const checks: readonly OracleRow[] = story(OBJECTS, LOADED, [
  ['nf-001', call('prog_attach', { prog: 'N1', attachType: 'netfilter' }).fails('EINVAL')],
  ['nf-002', create('N1', { flags: [1] }).fails('EINVAL')],
  ['nf-003', call('link_create', { prog: 'N1', attachType: 'xdp', netdev: 'B' }).fails('EINVAL')],
  ['nf-004', create('N1', { pf: 'bridge' }).fails('EAFNOSUPPORT')],
  ['nf-005', create('N1', { hooknum: 5 }).fails('EPROTO')],
  ['nf-006', create('N1', { nfFlags: [128] }).fails('EOPNOTSUPP')],
  ['nf-007', create('N1', { priority: INT_MIN }).fails('ERANGE')],
  ['nf-008', create('N1', { priority: INT_MAX }).fails('ERANGE')],
  ['nf-009', create('N1', { nfFlags: [DEFRAG], priority: -400 }).fails('ERANGE')],
  ['nf-010', create('T').fails('EINVAL')],
  ['nf-011', L],
  ['nf-012', create('N2').fails('EBUSY')],
  ['nf-013', create('N1').fails('EBUSY')],
  ['nf-014', create('N1', { priority: -99 }).ok()],
  ['nf-015', create('N1', { hooknum: 'local_in' }).ok()],
  ['nf-016', create('N1', { pf: 'ipv6' }).ok()],
  ['nf-017', info],
  ['nf-018', update('N2').fails('EOPNOTSUPP')],
  ['nf-019', update('N1').fails('EOPNOTSUPP')],
  ['nf-020', DETACH],
  ['nf-021', info],
  ['nf-022', DETACH],
  ['nf-023', update('N2').fails('EOPNOTSUPP')],
  ['nf-024', create('N2').as('M').ok()],
]);

/** End B of the pair lies in namespace IN; a process of the first namespace holds links that were made inside. */
const move = call('netdev_move', { netdev: 'B', netns: 'IN' }).ok();
const enter = call('enter_netns', { netns: 'IN' }).ok();
const leave = call('enter_netns', { netns: 'N0' }).ok();
const gone = call('netns_delete', { netns: 'IN' }).ok();
const xdp = call('link_create', { prog: 'X', attachType: 'xdp', netdev: 'B' }).as('XL').ok();
const peer = (exists: boolean): RowStep => call('netdev_exists', { netdev: 'A' }).eventually({ exists });
const on = (link: string, expect: More): RowStep => call('link_info', { link }).eventually(expect);

const INSIDE: readonly RowStep[] = [...LOADED, move, enter, L, xdp, leave, gone];
const holding = story(OBJECTS, INSIDE, [
  ['nf-025', peer(true)],
  ['nf-026', on('XL', { netdev: 'B' })],
  [null, call('close', { handle: 'L' }).ok()],
  ['nf-027', peer(false)],
  ['nf-028', on('XL', { netdev: null })],
]);
const detached = story(OBJECTS, INSIDE, [
  [null, DETACH],
  ['nf-029', peer(false)],
]);
const others = story(
  OBJECTS,
  [
    ...LOADED,
    move,
    enter,
    xdp,
    call('link_create', { prog: 'T', attachType: 'tcx_ingress', netdev: 'B' }).as('TL').ok(),
    call('link_create', { prog: 'F', attachType: 'flow_dissector', netns: 'IN' }).as('FL').ok(),
    leave,
    gone,
  ],
  [
    ['nf-030', peer(false)],
    [null, on('XL', { netdev: null })],
    [null, on('TL', { netdev: null })],
    ['nf-031', on('FL', { netns: null })],
  ],
);

const unprivileged = story(
  OBJECTS,
  [...LOADED, fork('Q'), setCaps('Q', [])],
  [['priv-020', create('N1').by('Q').ok()]],
);

export const rows: readonly OracleRow[] = [...checks, ...holding, ...detached, ...others, ...unprivileged];
