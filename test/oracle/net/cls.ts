/** Rows cls-001 to cls-050: the clsact qdisc and its cls_bpf filters. A row's setup is what succeeded before it. */
import type { Json } from '../../../src/trace/format.ts';
import type { OracleRow, RowStep } from '../row.ts';
import { type Call, call } from '../steps.ts';
import { alive, BAD, close, DELETED, exit, fork, freed, OBJECTS, TC_LOADED } from './helpers.ts';

type More = Readonly<Record<string, Json>>;
const AT = { netdev: 'B', direction: 'ingress' } as const;
const add = (prog: string | number | null, more: More = {}): Call => call('tc_filter_attach', { ...AT, prog, ...more });
const replace = (prog: string, more: More = {}): Call => add(prog, { replaceExisting: true, ...more });
const change = (prog: string, more: More = {}): Call => add(prog, { change: true, ...more });
const del = (more: More = {}): Call => call('tc_filter_detach', { ...AT, ...more });
const one = (handle: number, priority = 1): More => ({ priority, handle });
const dump = (value: readonly string[], more: More = {}): RowStep =>
  call('tc_filter_query', { ...AT, ...more }).gives({ count: value.length, value });
const create = (more: More = {}): Call => call('tc_hook_create', { netdev: 'B', ...more });
const destroy = call('tc_hook_destroy', { netdev: 'B' });
const TCX = { netdev: 'B', attachType: 'tcx_ingress' } as const;
const EGRESS = { direction: 'egress' } as const;

type Told = readonly [id: string | null, step: RowStep];
const READS = new Set(['query', 'tc_filter_query', 'prog_get_fd_by_id']);

function story(...told: readonly Told[]): OracleRow[] {
  const before: RowStep[] = [];
  return told.flatMap(([id, step]) => {
    const rows = id === null ? [] : [{ id, objects: OBJECTS, steps: [...TC_LOADED, ...before, step] }];
    if (step.expect['errno'] === undefined && !READS.has(step.op)) before.push(step);
    return rows;
  });
}

const filters = story(
  ['cls-001', add('T1').fails('EINVAL')],
  ['cls-002', del({ priority: 1 }).fails('EINVAL')],
  ['cls-003', destroy.fails('ENOENT')],
  ['cls-004', create().ok()],
  ['cls-005', create().fails('EEXIST')],
  ['cls-006', create({ replace: true }).ok()],
  ['cls-007', create({ qdisc: 'ingress' }).fails('EEXIST')],
  ['cls-008', add(BAD).fails('EBADF')],
  ['cls-009', add('P1').fails('EINVAL')],
  ['cls-010', add('ACT').fails('EINVAL')],
  ['cls-011', add(null).fails('EINVAL')],
  ['cls-012', dump([])],
  ['cls-013', change('T1', one(1)).fails('ENOENT')],
  ['cls-014', change('T1').fails('ENOENT')],
  ['cls-015', replace('T1', one(1)).ok()],
  ['cls-016', dump(['1:1=T1'])],
  ['cls-017', add('T2', one(1)).fails('EEXIST')],
  ['cls-018', add('T1', one(1)).fails('EEXIST')],
  ['cls-019', replace('T2', one(1)).ok()],
  ['cls-020', dump(['1:1=T2'])],
  ['cls-021', change('T3', one(1)).ok()],
  ['cls-022', add('T3', { priority: 1 }).ok()],
  ['cls-023', replace('T3', { priority: 1 }).ok()],
  ['cls-024', dump(['1:3=T3', '1:2=T3', '1:1=T3'])],
  ['cls-025', add('T4').ok()],
  ['cls-026', dump(['1:3=T3', '1:2=T3', '1:1=T3', '49152:1=T4'])],
  ['cls-027', add('T5', { priority: 1, kind: 'u32' }).fails('EINVAL')],
  ['cls-028', add('T5', { priority: 1, protocol: 'ip' }).fails('EINVAL')],
  ['cls-029', add('T1', { ...EGRESS, ...one(1) }).ok()],
  ['cls-030', del(one(77)).fails('ENOENT')],
  ['cls-031', del({ priority: 55 }).fails('ENOENT')],
  ['cls-032', del(one(2)).ok()],
  ['cls-033', del({ priority: 1 }).ok()],
  ['cls-034', call('tc_filter_query', { ...AT, priority: 1 }).fails('ENOENT')],
  ['cls-035', del({ kind: 'bpf' }).fails('ENOENT')],
  ['cls-036', del().ok()],
  ['cls-037', dump([])],
  ['cls-038', call('tc_filter_query', { ...AT, ...EGRESS }).gives({ count: 1 })],
);

const beside = story(
  [null, create().ok()],
  [null, add('T1', one(1)).ok()],
  ['cls-039', call('query', TCX).gives({ count: 0 })],
  ['cls-040', call('prog_attach', { prog: 'T1', ...TCX }).ok()],
  ['cls-041', call('prog_detach', { prog: 'T1', ...TCX }).ok()],
  ['cls-042', dump(['1:1=T1'])],
);

const owners = story(
  [null, create().ok()],
  [null, fork('Q')],
  [null, close('T1')],
  [null, add('T1', one(1)).by('Q').ok()],
  [null, exit('Q')],
  ['cls-043', dump(['1:1=T1'])],
  ['cls-044', alive('T1')],
  [null, call('netdev_up', { netdev: 'B', down: true }).ok()],
  ['cls-045', dump(['1:1=T1'])],
  ['cls-046', destroy.ok()],
  ['cls-047', freed('T1')],
  ['cls-048', add('T2').fails('EINVAL')],
);

const restarted = story([null, create().ok()], ...Array.from({ length: 5 }, (): Told => [null, add('T1').ok()]), [
  'cls-049',
  call('tc_filter_query', AT).gives({ count: 5 }),
]);

const dead = story(
  [null, create().ok()],
  [null, add('T1').ok()],
  [null, close('T1')],
  [null, DELETED],
  ['cls-050', freed('T1')],
);

export const rows: readonly OracleRow[] = [...filters, ...beside, ...owners, ...restarted, ...dead];
