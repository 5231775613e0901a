/** Rows tcx-001 to tcx-214: programs and links in tcx lists. Most tell one story each: a row's setup is what succeeded before it. */
import type { Json } from '../../../src/trace/format.ts';
import type { OracleRow, RowStep } from '../row.ts';
import { type Call, call } from '../steps.ts';
import { alive, BAD, close, DELETED, exit, fork, freed, info, link, OBJECTS, TC_LOADED, update } from './helpers.ts';

const AT = { netdev: 'B', attachType: 'tcx_ingress' } as const;
type More = Readonly<Record<string, Json>>;
const F = (...flags: readonly string[]): More => ({ flags: flags.map((flag) => `BPF_F_${flag}`) });
const attach = (prog: string | number, more: More = {}): Call => call('prog_attach', { prog, ...AT, ...more });
const detach = (prog: string | number | null, more: More = {}): Call => call('prog_detach', { prog, ...AT, ...more });
const create = (prog: string, more: More = {}): Call => link('tcx_ingress', prog, more);
const rel = (prog: string | number): More => ({ relative: { prog } });
const relLink = (name: string | number): More => ({ relative: { link: name } });
const id = (progId: string): More => ({ relative: { progId } });
const rev = (expectedRevision: number): More => ({ expectedRevision });
const replacing = (replace: string | number): More => ({ replace });
const CLSACT = call('tc_hook_create', { netdev: 'B' });
const NO_CLSACT = call('tc_hook_destroy', { netdev: 'B' });
/** `T1 T2*`: entries in order, those of links with a star and the name of the link after a colon. */
const shows = (list: string, revision: number, more: More = {}): RowStep => {
  const entries = list === '' ? [] : list.split(' ').map((entry) => entry.split(':'));
  return call('query', { ...AT, ...more }).gives({
    count: entries.length,
    progs: entries.map(([prog = '']) => prog),
    links: entries.map(([, owner]) => owner ?? null),
    revision,
  });
};

type Told = readonly [id: string | null, step: RowStep];
const READS = new Set(['query', 'link_info', 'tc_filter_query']);
const succeeded = ({ op, expect }: RowStep): boolean => expect['errno'] === undefined && !READS.has(op);

/** Rows one after the other; steps without an id lead from one to the next. */
function story(...told: readonly Told[]): OracleRow[] {
  const before: RowStep[] = [];
  const rows: OracleRow[] = [];
  for (const [row, step] of told) {
    if (row !== null) rows.push({ id: row, objects: OBJECTS, steps: [...TC_LOADED, ...before, step] });
    if (succeeded(step)) before.push(step);
  }
  return rows;
}

const empty = story(
  ['tcx-001', shows('', 1)],
  ['tcx-002', call('query', { ...AT, flags: ['BPF_F_QUERY_EFFECTIVE'] }).fails('EINVAL')],
  ['tcx-003', call('query', { ...AT, flags: [16] }).fails('EINVAL')],
  ['tcx-004', call('query', { ...AT, rawAttachFlags: 1 }).fails('EINVAL')],
  ['tcx-005', call('query', { ...AT, netdev: 'GONE' }).fails('ENODEV')],
  ['tcx-006', detach('T1').fails('ENOENT')],
  ['tcx-007', detach(null).fails('ENOENT')],
  ['tcx-008', detach('T1', F('REPLACE')).fails('ENOENT')],
  ['tcx-009', detach('T1', rev(77)).fails('ENOENT')],
  ['tcx-010', detach('T1', F('ALLOW_MULTI')).fails('EINVAL')],
  ['tcx-011', detach(BAD).fails('EBADF')],
  ['tcx-012', detach('P1').fails('EINVAL')],
  ['tcx-013', detach('T1', { netdev: 'GONE' }).fails('ENODEV')],
  ['tcx-014', attach('T1', { netdev: 'GONE' }).fails('ENODEV')],
  ['tcx-015', call('prog_attach', { prog: 'T1', attachType: 'tcx_ingress' }).fails('ENODEV')],
  ['tcx-016', attach(BAD).fails('EBADF')],
  ['tcx-017', attach('P1').fails('EINVAL')],
  ['tcx-018', attach('ACT').fails('EINVAL')],
  ['tcx-019', attach('T1', F('ALLOW_OVERRIDE')).fails('EINVAL')],
  ['tcx-020', attach('T1', F('ALLOW_MULTI')).fails('EINVAL')],
  ['tcx-021', attach('T1', F('PREORDER')).fails('EINVAL')],
  ['tcx-022', attach('T1', rev(2)).fails('ESTALE')],
  ['tcx-023', attach('T1', { ...F('REPLACE'), ...replacing('T2') }).fails('ENOENT')],
  ['tcx-024', attach('T1', { ...F('REPLACE'), ...replacing(BAD) }).fails('EBADF')],
  ['tcx-025', attach('T1', { ...F('REPLACE'), ...replacing('P1') }).fails('EINVAL')],
  ['tcx-026', attach('T1', { ...F('REPLACE'), ...replacing(BAD), ...rev(9) }).fails('EBADF')],
  ['tcx-027', attach('T1', { ...F('BEFORE'), ...rel('T2') }).fails('ENOENT')],
  ['tcx-028', attach('T1', { ...F('AFTER'), ...rel('T2') }).fails('ENOENT')],
  ['tcx-029', attach('T1', rel('T2')).fails('EINVAL')],
  ['tcx-030', attach('T1', rel(BAD)).fails('EBADF')],
  ['tcx-031', attach('T1', F('ID')).fails('ENOENT')],
  ['tcx-032', attach('T1', F('LINK')).fails('EINVAL')],
  ['tcx-033', attach('T1', F('LINK', 'ID')).fails('ENOENT')],
  ['tcx-034', attach('T1', F('BEFORE', 'AFTER')).fails('ERANGE')],
  ['tcx-035', shows('', 1)],
  ['tcx-036', attach('T1', rev(1)).ok()],
  ['tcx-037', shows('T1', 2)],
  ['tcx-038', attach('T1').fails('EEXIST')],
  ['tcx-039', attach('T1', { ...F('REPLACE'), ...replacing('T1') }).fails('EEXIST')],
  ['tcx-040', create('T1').fails('EEXIST')],
  ['tcx-041', attach('T1', rev(9)).fails('ESTALE')],
  ['tcx-042', attach('T1', rel(BAD)).fails('EEXIST')],
  ['tcx-043', attach('T2', rev(1)).fails('ESTALE')],
  ['tcx-044', attach('T2', rev(3)).fails('ESTALE')],
  ['tcx-045', attach('T1', { attachType: 'tcx_egress' }).ok()],
  ['tcx-046', attach('T2', rev(2)).ok()],
  ['tcx-047', shows('T1 T2', 3)],
  ['tcx-048', attach('T3', F('BEFORE')).ok()],
  ['tcx-049', shows('T3 T1 T2', 4)],
  ['tcx-050', attach('T4', { ...F('BEFORE'), ...rel('T2') }).ok()],
  ['tcx-051', shows('T3 T1 T4 T2', 5)],
  ['tcx-052', attach('T5', { ...F('AFTER', 'ID'), ...id('T3') }).ok()],
  ['tcx-053', shows('T3 T5 T1 T4 T2', 6)],
  ['tcx-054', attach('T6', { ...F('BEFORE', 'AFTER'), ...rel('T1') }).fails('ERANGE')],
  ['tcx-055', attach('T6', { ...F('REPLACE'), ...replacing('T1') }).ok()],
  ['tcx-056', shows('T3 T5 T6 T4 T2', 7)],
  ['tcx-057', attach('T1', { ...F('REPLACE', 'BEFORE'), ...replacing('T6'), ...rel('T4') }).ok()],
  ['tcx-058', shows('T3 T5 T1 T4 T2', 8)],
  ['tcx-059', attach('T6', { ...F('REPLACE', 'AFTER'), ...replacing('T1'), ...rel('T5') }).ok()],
  ['tcx-060', attach('T1', { ...F('REPLACE', 'BEFORE'), ...replacing('T6'), ...rel('T2') }).fails('ERANGE')],
  ['tcx-061', attach('T1', { ...F('REPLACE', 'BEFORE'), ...replacing('T6') }).fails('ERANGE')],
  ['tcx-062', attach('T1', { ...F('REPLACE', 'BEFORE'), ...replacing('T3') }).fails('ERANGE')],
  ['tcx-063', attach('T1', { ...F('REPLACE', 'BEFORE', 'AFTER'), ...replacing('T6') }).fails('ERANGE')],
  ['tcx-064', attach('T1', { ...F('REPLACE', 'BEFORE', 'AFTER'), ...replacing('T6'), ...rel('T4') }).fails('ERANGE')],
  ['tcx-065', attach('T1', { ...F('REPLACE'), ...replacing('T6'), ...rel('T2') }).ok()],
  ['tcx-066', shows('T3 T5 T1 T4 T2', 10)],
  ['tcx-067', attach('T6', { ...F('REPLACE'), ...replacing('T7') }).fails('ENOENT')],
  ['tcx-068', attach('T5', { ...F('REPLACE'), ...replacing('T1') }).fails('EEXIST')],
  ['tcx-069', attach('T6', { ...F('REPLACE'), ...replacing('T1'), ...rev(9) }).fails('ESTALE')],
  ['tcx-070', attach('T6', { ...F('REPLACE'), ...replacing('T1'), ...rev(10) }).ok()],
  ['tcx-071', attach('T6', { ...F('BEFORE'), ...rel('T6') }).fails('EEXIST')],
  ['tcx-072', detach('T6', F('REPLACE')).fails('EINVAL')],
  ['tcx-073', detach('T6', { ...F('REPLACE'), ...rev(1) }).fails('EINVAL')],
  ['tcx-074', detach('T6', rev(10)).fails('ESTALE')],
  ['tcx-075', detach('T7').fails('ENOENT')],
  ['tcx-076', detach('T7', rel(BAD)).fails('EBADF')],
  ['tcx-077', detach('T6', { ...F('BEFORE'), ...rel('T2') }).fails('ERANGE')],
  ['tcx-078', detach('T4', { ...F('BEFORE'), ...rel('T2') }).ok()],
  ['tcx-079', shows('T3 T5 T6 T2', 12)],
  ['tcx-080', detach(null, { ...F('AFTER'), ...rel('T5') }).ok()],
  ['tcx-081', shows('T3 T5 T2', 13)],
  ['tcx-082', detach(null, { ...F('BEFORE'), ...rel('T5') }).ok()],
  ['tcx-083', shows('T5 T2', 14)],
  ['tcx-084', detach(null, { ...F('BEFORE'), ...rel('T5') }).ok()],
  ['tcx-085', shows('T2', 15)],
  [null, attach('T5').ok()],
  ['tcx-086', detach(null, { ...F('AFTER'), ...rel('T5') }).ok()],
  ['tcx-087', shows('T2', 17)],
  [null, attach('T5').ok()],
  [null, attach('T1').ok()],
  ['tcx-088', detach(null, F('BEFORE')).ok()],
  ['tcx-089', shows('T5 T1', 20)],
  ['tcx-090', detach(null).ok()],
  ['tcx-091', shows('T5', 21)],
  ['tcx-092', detach(null, rel('T5')).fails('EINVAL')],
  ['tcx-093', detach(null, { ...F('ID'), ...id('T5') }).fails('EINVAL')],
  ['tcx-094', detach(null, F('BEFORE', 'AFTER')).fails('ERANGE')],
  ['tcx-095', detach('T5').ok()],
  ['tcx-096', shows('', 1)],
  [null, attach('T1').ok()],
  ['tcx-097', shows('T1', 2)],
  [null, detach('T1').ok()],
  [null, attach('T2').ok()],
  ['tcx-098', attach('T3', rev(2)).ok()],
);

const withClsact = story(
  [null, CLSACT.ok()],
  ['tcx-099', shows('', 1)],
  [null, attach('T1').ok()],
  [null, detach('T1').ok()],
  ['tcx-100', shows('', 3)],
  ['tcx-101', detach('T1').fails('ENOENT')],
  ['tcx-102', detach('T1', rev(1)).fails('ESTALE')],
  ['tcx-103', detach('T1', F('REPLACE')).fails('EINVAL')],
  ['tcx-104', detach(null).fails('ENOENT')],
  ['tcx-105', attach('T1', rev(1)).fails('ESTALE')],
  ['tcx-106', attach('T1', rev(3)).ok()],
  ['tcx-107', NO_CLSACT.ok()],
  ['tcx-108', shows('T1', 4)],
);
const withoutAgain = story(
  [null, CLSACT.ok()],
  [null, attach('T1').ok()],
  [null, detach('T1').ok()],
  [null, NO_CLSACT.ok()],
  ['tcx-109', shows('', 1)],
);

const UP = { flags: ['BPF_F_REPLACE'] } as const;
const links = story(
  ['tcx-110', create('T1').as('L').ok()],
  ['tcx-111', shows('T1:L', 2)],
  ['tcx-112', info({ type: 'tcx', netdev: 'B', attachType: 'tcx_ingress' })],
  ['tcx-113', create('T1').fails('EEXIST')],
  ['tcx-114', attach('T1').fails('EEXIST')],
  ['tcx-115', attach('T2', { ...F('REPLACE'), ...replacing('T1') }).fails('EBUSY')],
  ['tcx-116', detach('T1').fails('EBUSY')],
  ['tcx-117', detach(null).fails('EBUSY')],
  ['tcx-118', detach(null, F('BEFORE')).fails('EBUSY')],
  ['tcx-119', detach('T1', { ...F('LINK'), ...relLink('L') }).fails('EBUSY')],
  ['tcx-120', detach('T2').fails('ENOENT')],
  ['tcx-121', create('T2', F('REPLACE')).fails('ENOENT')],
  ['tcx-122', create('T1', F('REPLACE')).fails('EEXIST')],
  ['tcx-123', create('T2', rev(1)).fails('ESTALE')],
  [
    'tcx-124',
    create('T2', { ...F('BEFORE', 'LINK'), ...relLink('L'), ...rev(2) })
      .as('L2')
      .ok(),
  ],
  ['tcx-125', shows('T2:L2 T1:L', 3)],
  [
    'tcx-126',
    create('T3', { ...F('AFTER', 'LINK', 'ID'), relative: { linkId: 'L2' } })
      .as('L3')
      .ok(),
  ],
  ['tcx-127', shows('T2:L2 T3:L3 T1:L', 4)],
  ['tcx-128', attach('T4', { ...F('BEFORE'), ...rel('T3') }).ok()],
  ['tcx-129', shows('T2:L2 T4 T3:L3 T1:L', 5)],
  ['tcx-130', create('T5', { ...F('BEFORE', 'LINK'), relative: { prog: 'T4' } }).fails('EINVAL')],
  ['tcx-131', create('T5', { ...F('BEFORE'), ...relLink('L') }).fails('EINVAL')],
  ['tcx-132', create('T5', { ...F('BEFORE', 'LINK'), ...relLink(BAD) }).fails('EBADF')],
  ['tcx-133', create('T5', { ...F('BEFORE', 'ID'), relative: { id: 999_999 } }).fails('ENOENT')],
  ['tcx-134', create('T5', { ...F('BEFORE', 'LINK', 'ID'), relative: { id: 999_999 } }).fails('ENOENT')],
  [null, link('tcx_egress', 'T5').as('E').ok()],
  ['tcx-135', create('T6', { ...F('BEFORE', 'LINK'), ...relLink('E') }).fails('ENOENT')],
  [null, link('xdp', 'P1').as('X').ok()],
  ['tcx-136', create('T6', { ...F('BEFORE', 'LINK'), ...relLink('X') }).fails('EINVAL')],
  ['tcx-137', create('T6', { ...F('BEFORE'), ...rel('P1') }).fails('EINVAL')],
  ['tcx-138', create('T6', { ...F('LINK'), ...relLink('L') }).fails('EINVAL')],
  ['tcx-139', create('T6', F('ALLOW_MULTI')).fails('EINVAL')],
  [
    'tcx-140',
    create('T6', F('AFTER', 'ALLOW_MULTI', 'ALLOW_OVERRIDE'))
      .as('M')
      .ok(),
  ],
  [null, close('M')],
  [
    'tcx-141',
    create('T6', { flags: ['BPF_F_BEFORE', 0x40000000] })
      .as('N')
      .ok(),
  ],
  [null, close('N')],
  ['tcx-142', call('query', AT).gives({ revision: 9 })],
  ['tcx-143', update('T5').ok()],
  ['tcx-144', shows('T2:L2 T4 T3:L3 T5:L', 10)],
  ['tcx-145', update('T5').ok()],
  ['tcx-146', shows('T2:L2 T4 T3:L3 T5:L', 10)],
  ['tcx-147', update('T4').fails('EEXIST')],
  ['tcx-148', update('T2').fails('EEXIST')],
  ['tcx-149', update('P1').fails('EINVAL')],
  ['tcx-150', update('T6', { ...UP, oldProg: 'T1' }).fails('EPERM')],
  ['tcx-151', update('T4', { ...UP, oldProg: 'T1' }).fails('EPERM')],
  ['tcx-152', update('T6', { oldProg: 'T5' }).fails('EINVAL')],
  ['tcx-153', update('T6', { flags: ['BPF_F_BEFORE'] }).fails('EINVAL')],
  ['tcx-154', update('T6', { ...UP, oldProg: 'T5' }).ok()],
  ['tcx-155', shows('T2:L2 T4 T3:L3 T6:L', 11)],
  ['tcx-156', attach('T7', { ...F('REPLACE'), ...replacing('T4') }).ok()],
  ['tcx-157', shows('T2:L2 T7 T3:L3 T6:L', 12)],
  ['tcx-158', detach(null).fails('EBUSY')],
  ['tcx-159', detach(null, { ...F('AFTER', 'LINK'), ...relLink('L2') }).ok()],
  ['tcx-160', shows('T2:L2 T3:L3 T6:L', 13)],
  ['tcx-161', call('link_detach', { link: 'L3' }).ok()],
  ['tcx-162', shows('T2:L2 T6:L', 14)],
  ['tcx-163', info({ netdev: null, attachType: 'tcx_ingress', prog: 'T3' }, 'L3')],
  ['tcx-164', call('link_detach', { link: 'L3' }).ok()],
  ['tcx-165', update('T4', {}, 'L3').fails('ENOLINK')],
  ['tcx-166', update('T4', { ...UP, oldProg: 'T1' }, 'L3').fails('ENOLINK')],
  ['tcx-167', update('T3', {}, 'L3').fails('ENOLINK')],
  ['tcx-168', attach('T4', { ...F('BEFORE', 'LINK'), ...relLink('L3') }).fails('ENOENT')],
  ['tcx-169', attach('T3').ok()],
  ['tcx-170', shows('T2:L2 T6:L T3', 15)],
  ['tcx-171', attach('T4', { ...F('BEFORE', 'LINK'), ...relLink('L3') }).fails('ENOENT')],
  [null, close('L3')],
  ['tcx-172', shows('T2:L2 T6:L T3', 15)],
  [null, close('L2')],
  [null, close('L')],
  ['tcx-173', shows('T3', 17)],
);

const THERE = call('enter_netns', { netns: 'OTHER' });
const away = story(
  [null, create('T1').as('L').ok()],
  [null, THERE.ok()],
  ['tcx-189', call('query', AT).fails('ENODEV')],
  ['tcx-190', create('T2').fails('ENODEV')],
  ['tcx-191', update('T2').ok()],
  ['tcx-192', call('link_detach', { link: 'L' }).ok()],
);

const dead = story(
  [null, create('T1').as('L').ok()],
  [null, attach('T2').ok()],
  [null, link('tcx_egress', 'T3').as('E').ok()],
  [null, close('T2')],
  [null, close('T1')],
  [null, DELETED],
  ['tcx-193', info({ netdev: null, attachType: 'tcx_ingress', link: 'L' })],
  ['tcx-194', freed('T2')],
  ['tcx-195', alive('T1')],
  ['tcx-196', update('T4').fails('ENOLINK')],
  ['tcx-197', update('T4', { ...UP, oldProg: 'T3' }).fails('ENOLINK')],
  ['tcx-198', call('link_detach', { link: 'L' }).ok()],
  ['tcx-199', call('query', AT).fails('ENODEV')],
  ['tcx-200', detach('T3').fails('ENODEV')],
  ['tcx-201', update('T4', {}, 'E').fails('ENOLINK')],
  [null, call('netdev_add', { netdev: 'GONE' }).ok()],
  ['tcx-202', shows('', 1, { netdev: 'GONE' })],
  ['tcx-203', update('T4').fails('ENOLINK')],
  [null, close('L')],
  ['tcx-204', freed('T1')],
);

const filters = call('tc_filter_query', { netdev: 'B', direction: 'ingress' });
const moved = story(
  [null, create('T1').as('L').ok()],
  [null, attach('T2').ok()],
  [null, fork('Q')],
  [null, CLSACT.ok()],
  [null, call('tc_filter_attach', { netdev: 'B', direction: 'ingress', prog: 'T3' }).ok()],
  ['tcx-205', filters.gives({ count: 1 })],
  [null, call('netdev_move', { netdev: 'B', netns: 'OTHER' }).ok()],
  [null, THERE.by('Q').ok()],
  ['tcx-206', { ...shows('T1:L T2', 3), actor: 'Q' }],
  ['tcx-207', filters.by('Q').gives({ count: 0, value: [] })],
  [null, close('L', 'Q')],
  [null, close('L')],
  ['tcx-208', { ...shows('T2', 4), actor: 'Q' }],
);
const late = story(
  [null, create('T1').as('L').ok()],
  [null, call('netdev_move', { netdev: 'B', netns: 'OTHER' }).ok()],
  [null, call('netns_delete', { netns: 'OTHER' }).ok()],
  ['tcx-209', call('link_info', { link: 'L' }).gives({ mayBe: [{ netdev: 'B' }, { netdev: null }] })],
  [null, { actor: 'P0', op: 'sleep', args: { ms: 100 }, expect: {} }],
  ['tcx-210', update('T2').fails('ENOLINK')],
);
const left = story(
  [null, fork('Q')],
  [null, attach('T1').by('Q').ok()],
  [null, create('T2').by('Q').as('L').ok()],
  [null, exit('Q')],
  ['tcx-211', call('query', AT).gives({ count: 1, links: [null] })],
  ['tcx-214', link('cgroup_inet_ingress', 'T1').fails('EINVAL')],
);

/** Sixty-three entries are all that go in. */
const MANY = 63;
const name = (n: number): string => `N${n}`;
const manyObjects = {
  ...OBJECTS,
  progs: Array.from({ length: MANY + 3 }, (_, n) => ({ name: name(n), type: 'sched_cls', expectedAttachType: null })),
};
const loadMany = manyObjects.progs.map((prog) => call('prog_load', { prog: prog.name }).as(prog.name).ok());
const attached = (n: number): RowStep[] => Array.from({ length: n }, (_, i) => attach(name(i)).ok());
const full = (row: string, last: RowStep, before: readonly RowStep[] = attached(MANY)): OracleRow => ({
  id: row,
  objects: manyObjects,
  steps: [...loadMany, ...before, last],
});
const ALL_BUT_ONE = [...attached(MANY - 1), create(name(MANY)).as('L').ok()];
const capacity: readonly OracleRow[] = [
  full('tcx-174', attach(name(MANY - 1)).ok(), attached(MANY - 1)),
  full('tcx-175', attach(name(MANY)).fails('ERANGE')),
  full('tcx-176', attach(name(MANY), F('BEFORE')).fails('ERANGE')),
  full('tcx-177', attach(name(MANY), { ...F('BEFORE'), ...rel(name(0)) }).fails('ERANGE')),
  full('tcx-178', create(name(MANY)).fails('ERANGE')),
  full('tcx-179', attach(name(5)).fails('EEXIST')),
  full('tcx-180', attach(name(MANY), rev(1)).fails('ESTALE')),
  full('tcx-181', attach(name(MANY), { ...F('BEFORE'), ...rel(BAD) }).fails('EBADF')),
  full('tcx-182', attach(name(MANY), { ...F('BEFORE'), ...rel(name(MANY + 1)) }).fails('ERANGE')),
  full('tcx-183', attach(name(MANY), { ...F('REPLACE'), ...replacing(name(9)) }).ok()),
  full('tcx-184', attach(name(MANY), { attachType: 'tcx_egress' }).ok()),
  full('tcx-185', call('query', { ...AT, capacity: 10 }).gives({ errno: 'ENOSPC', count: MANY })),
  full('tcx-186', call('query', { ...AT, noBuffers: true }).gives({ count: MANY })),
  full('tcx-187', create(name(MANY)).as('L').ok(), attached(MANY - 1)),
  full('tcx-188', update(name(MANY + 1)).ok(), ALL_BUT_ONE),
];

/** A kernel that was built without netkit says of it what one says that never had it. */
const without = (row: string, last: RowStep): OracleRow => ({
  id: row,
  objects: OBJECTS,
  steps: [...TC_LOADED, last],
  semantics: 'linux-6.1',
});

export const rows: readonly OracleRow[] = [
  ...empty,
  ...withClsact,
  ...withoutAgain,
  ...links,
  ...capacity,
  ...away,
  ...dead,
  ...moved,
  ...late,
  ...left,
  without('tcx-212', link('netkit_primary', 'T1').fails('EINVAL')),
  without('tcx-213', call('prog_attach', { prog: 'T1', netdev: 'B', attachType: 'netkit_peer' }).fails('EINVAL')),
];
