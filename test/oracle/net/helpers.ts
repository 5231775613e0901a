/** Builders for rows of net.observed.json: device B (veth, its peer A) in the first namespace. */
import type { Json } from '../../../src/trace/format.ts';
import type { OracleRow, RowObjects, RowStep } from '../row.ts';
import { type Call, call } from '../steps.ts';

export type Args = Readonly<Record<string, Json>>;
/** No process has it. */
export const BAD = 99;
/** An open descriptor that is no BPF object. */
export const STDIN = 0;

const PAIR = [
  { name: 'B', kind: 'veth', peer: 'A', netns: 'N0' },
  { name: 'A', kind: 'veth', peerOf: 'B', netns: 'N0' },
];
export const OBJECTS: RowObjects = {
  progs: [
    ...[1, 2, 3, 4].map((n) => ({ name: `P${n}`, type: 'xdp', expectedAttachType: 'xdp', returns: 2 })),
    { name: 'DEVMAP', type: 'xdp', expectedAttachType: 'xdp_devmap', returns: 2 },
    ...[1, 2, 3, 4, 5, 6, 7].map((n) => ({
      name: `T${n}`,
      type: 'sched_cls',
      expectedAttachType: null,
      returns: -1,
    })),
    { name: 'ACT', type: 'sched_act', expectedAttachType: null, returns: 0 },
  ],
  netdevs: [
    ...PAIR,
    { name: 'BR', kind: 'bridge', netns: 'N0' },
    { name: 'GONE', kind: 'veth', netns: 'N0', exists: false },
  ],
  netns: [{ name: 'OTHER' }],
};

export const load = (prog: string): RowStep => call('prog_load', { prog }).as(prog).ok();
export const XDP_LOADED = ['P1', 'P2', 'P3', 'P4', 'T1', 'DEVMAP'].map(load);
export const TC_LOADED = ['T1', 'T2', 'T3', 'T4', 'T5', 'T6', 'T7', 'P1', 'ACT'].map(load);

/** Setup, then what was observed. */
export const observed =
  (loaded: readonly RowStep[]) =>
  (id: string, setup: readonly RowStep[], last: RowStep): OracleRow => ({
    id,
    objects: OBJECTS,
    steps: [...loaded, ...setup, last],
  });

/** Netlink on B. */
export const netlink = (prog: string | number | null, flags: readonly string[] = [], more: Args = {}): Call =>
  call('xdp_set', { netdev: 'B', prog, flags, ...more });
export const shows = (prog: string | null, mode: string, netdev = 'B'): RowStep =>
  call('xdp_query', { netdev }).gives({ prog, mode });
export const link = (attachType: string, prog: string | number, more: Args = {}): Call =>
  call('link_create', { netdev: 'B', attachType, prog, ...more });
export const update = (prog: string | number, more: Args = {}, handle: string | number = 'L'): Call =>
  call('link_update', { link: handle, prog, ...more });
export const info = (expect: Args, handle = 'L'): RowStep => call('link_info', { link: handle }).gives(expect);
export const close = (handle: string, actor = 'P0'): RowStep => call('close', { handle }, actor).ok();
export const alive = (progId: string): RowStep => call('prog_get_fd_by_id', { progId }).ok();
export const freed = (progId: string): RowStep => call('prog_get_fd_by_id', { progId }).eventually({ errno: 'ENOENT' });
export const DELETED = call('netdev_delete', { netdev: 'B' }).ok();
export const fork = (as: string): RowStep => call('fork').as(as).ok();
export const exit = (actor: string): RowStep => call('exit', {}, actor).ok();

export type Told = readonly [id: string | null, step: RowStep];
/** Steps that change nothing, and are left out of what comes before a row. */
const READS = new Set([
  'query',
  'link_info',
  'xdp_query',
  'tc_filter_query',
  'prog_get_fd_by_id',
  'netdev_exists',
  'fire',
]);

/** One story: what succeeded before a row is its setup. */
export function story(objects: RowObjects, setup: readonly RowStep[], told: readonly Told[]): OracleRow[] {
  const before: RowStep[] = [...setup];
  return told.flatMap(([id, step]) => {
    const rows = id === null ? [] : [{ id, objects, steps: [...before, step] }];
    if (id === null || (step.expect['errno'] === undefined && !READS.has(step.op))) before.push(step);
    return rows;
  });
}
