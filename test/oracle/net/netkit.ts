/** Rows netkit-001 to netkit-033: lists of a netkit pair, all reached through the primary device (6.12.117). */
import type { Json } from '../../../src/trace/format.ts';
import type { OracleRow, RowObjects, RowStep } from '../row.ts';
import { type Call, call } from '../steps.ts';
import { update } from './helpers.ts';

const OBJECTS: RowObjects = {
  progs: [
    ...[1, 2, 3, 4].map((n) => ({ name: `T${n}`, type: 'sched_cls', expectedAttachType: null, returns: -1 })),
    { name: 'X', type: 'xdp', expectedAttachType: 'xdp', returns: 2 },
  ],
  netdevs: [
    { name: 'K', kind: 'netkit', peer: 'KP', netns: 'N0', exists: false },
    { name: 'KP', kind: 'netkit', peerOf: 'K', netns: 'N0', exists: false },
    { name: 'V', kind: 'veth', netns: 'N0' },
  ],
};
type More = Readonly<Record<string, Json>>;
const PRIMARY = { netdev: 'K', attachType: 'netkit_primary' } as const;
const PEER = { netdev: 'K', attachType: 'netkit_peer' } as const;
const attach = (prog: string, more: More = {}): Call => call('prog_attach', { prog, ...PRIMARY, ...more });
const create = (prog: string, more: More = {}): Call => call('link_create', { prog, ...PRIMARY, ...more });
const shows = (progs: readonly string[], revision: number, more: More = {}): RowStep =>
  call('query', { ...PRIMARY, ...more }).gives({ count: progs.length, progs, revision });
const REPLACE_T2 = { flags: ['BPF_F_REPLACE'], replace: 'T2' } as const;
const before = { flags: ['BPF_F_BEFORE'], relative: { prog: 'T1' } } as const;

type Told = readonly [id: string | null, step: RowStep];
/** One story: what succeeded before a row is its setup. */
const told: readonly Told[] = [
  ['netkit-001', call('netdev_add', { netdev: 'K' }).ok()],
  ['netkit-002', create('T1', { netdev: 'V' }).fails('ENXIO')],
  ['netkit-003', attach('T1', { netdev: 'V' }).fails('ENXIO')],
  ['netkit-004', create('T1', { netdev: 'KP' }).fails('EACCES')],
  ['netkit-005', create('T1', { ...PEER, netdev: 'KP' }).fails('EACCES')],
  ['netkit-006', call('query', { ...PRIMARY, netdev: 'KP' }).fails('EACCES')],
  ['netkit-008', create('X').fails('EINVAL')],
  ['netkit-009', call('prog_detach', { prog: 'T1', ...PRIMARY }).fails('ENOENT')],
  ['netkit-010', shows([], 1)],
  ['netkit-011', attach('T1').ok()],
  ['netkit-012', shows(['T1'], 2)],
  ['netkit-013', attach('T1').fails('EEXIST')],
  ['netkit-014', attach('T1', PEER).ok()],
  ['netkit-015', shows(['T1'], 2, PEER)],
  ['netkit-016', create('T2', before).as('L').ok()],
  ['netkit-017', attach('T3', REPLACE_T2).fails('EBUSY')],
  ['netkit-018', call('prog_detach', { prog: 'T2', ...PRIMARY }).fails('EBUSY')],
  ['netkit-019', attach('T3', { expectedRevision: 1 }).fails('ESTALE')],
  ['netkit-020', update('T1').fails('EEXIST')],
  ['netkit-021', update('T4').ok()],
  ['netkit-022', shows(['T4', 'T1'], 4)],
  ['netkit-023', call('link_detach', { link: 'L' }).ok()],
  ['netkit-024', update('T3').fails('ENOLINK')],
  ['netkit-025', call('prog_detach', { prog: 'T1', ...PRIMARY }).ok()],
  ['netkit-026', shows([], 1)],
  ['netkit-027', attach('T1', { expectedRevision: 1 }).fails('ESTALE')],
  ['netkit-028', attach('T1', { expectedRevision: 6 }).ok()],
  ['netkit-029', shows(['T1'], 7)],
  [null, create('T2', PEER).as('M').ok()],
  ['netkit-030', call('link_info', { link: 'M' }).gives({ type: 'netkit', netdev: 'KP' })],
  [null, call('netdev_delete', { netdev: 'K' }).ok()],
  ['netkit-007', create('T1').fails('ENODEV')],
  ['netkit-031', call('link_info', { link: 'M' }).gives({ netdev: null })],
  ['netkit-032', call('link_update', { link: 'M', prog: 'T3' }).fails('ENOLINK')],
  ['netkit-033', call('link_detach', { link: 'M' }).ok()],
];

const loaded = ['T1', 'T2', 'T3', 'T4', 'X'].map((prog) => call('prog_load', { prog }).as(prog).ok());
const changes = ({ op, expect }: RowStep): boolean =>
  expect['errno'] === undefined && op !== 'query' && op !== 'link_info';

export const rows: readonly OracleRow[] = told.flatMap(([id, step], i) =>
  id === null
    ? []
    : [
        {
          id,
          objects: OBJECTS,
          semantics: 'linux-6.12',
          steps: [...loaded, ...told.slice(0, i).flatMap(([, earlier]) => (changes(earlier) ? [earlier] : [])), step],
        },
      ],
);
