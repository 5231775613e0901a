/** Rows netns-001 to netns-071: the flow dissector with and without a link, sk_lookup, and the death of a namespace. */
import type { Json } from '../../../src/trace/format.ts';
import type { OracleRow, RowObjects, RowStep } from '../row.ts';
import { type Call, call, sleep } from '../steps.ts';
import { BAD, close, exit, fork, freed, STDIN, story, type Told } from './helpers.ts';

type More = Readonly<Record<string, Json>>;
const REPLACE = 'BPF_F_REPLACE';

const progs = (type: string, ...names: readonly string[]) =>
  names.map((name) => ({ name, type, expectedAttachType: type === 'sk_lookup' ? type : null }));
const OBJECTS: RowObjects = {
  progs: [
    ...progs('flow_dissector', 'F1', 'F2', 'F3'),
    ...progs('sk_lookup', 'S1', 'S2', 'S3'),
    ...progs('sched_cls', 'T'),
  ],
  netns: [{ name: 'N0' }, { name: 'OTHER' }],
};
const LOADED = ['F1', 'F2', 'F3', 'S1', 'S2', 'S3', 'T'].map((prog) => call('prog_load', { prog }).as(prog).ok());
const NAMED = call('open_netns', { netns: 'N0' }).as('ns').ok();
const DEV_NULL = call('open_file', { kind: 'dev_null' }).as('null').ok();
const MOUNTS = call('open_file', { kind: 'mnt_ns' }).as('mounts').ok();

const FLOW = { attachType: 'flow_dissector' } as const;
const attach = (prog: string | number, more: More = {}): Call => call('prog_attach', { prog, ...FLOW, ...more });
const detach = (prog: string | number, more: More = {}): Call => call('prog_detach', { prog, ...FLOW, ...more });
const link = (prog: string, more: More = {}): Call => call('link_create', { prog, netns: 'N0', ...FLOW, ...more });
const lookup = (prog: string, more: More = {}): Call => link(prog, { attachType: 'sk_lookup', ...more });
const update = (prog: string, more: More = {}, handle = 'L'): Call =>
  call('link_update', { link: handle, prog, ...more });
const replacing = (oldProg: string): More => ({ flags: [REPLACE], oldProg });
const info = (expect: More, handle = 'L'): RowStep => call('link_info', { link: handle }).gives(expect);
const force = call('link_detach', { link: 'L' }).ok();
const shows = (...list: readonly string[]): RowStep =>
  call('query', { netns: 'N0', ...FLOW }).gives({ progs: list, count: list.length });
const looks = (...list: readonly string[]): RowStep =>
  call('query', { netns: 'N0', attachType: 'sk_lookup' }).gives({ progs: list, count: list.length });

const legacy = story(
  OBJECTS,
  [...LOADED, NAMED],
  [
    ['netns-001', shows()],
    ['netns-002', detach('F1').fails('ENOENT')],
    ['netns-003', attach('F1', { netns: { handle: 'ns' } }).fails('EINVAL')],
    ['netns-004', attach('F1', { flags: ['BPF_F_ALLOW_MULTI'] }).fails('EINVAL')],
    ['netns-005', attach('F1', { flags: [REPLACE], replace: 'F2' }).fails('EINVAL')],
    ['netns-006', attach('F1', { flags: ['BPF_F_BEFORE'] }).fails('EINVAL')],
    ['netns-007', attach('F1', { expectedRevision: 1 }).fails('EINVAL')],
    ['netns-008', attach('T').fails('EINVAL')],
    ['netns-009', attach('F1').ok()],
    ['netns-010', shows('F1')],
    ['netns-011', attach('F1').fails('EINVAL')],
    ['netns-012', attach('F2').ok()],
    ['netns-013', shows('F2')],
    ['netns-014', link('F3').fails('EEXIST')],
    ['netns-015', link('F2').fails('EEXIST')],
    ['netns-016', detach('F1').fails('ENOENT')],
    ['netns-017', detach(BAD).fails('EBADF')],
    ['netns-018', detach(STDIN).fails('EINVAL')],
    ['netns-019', detach('F2').ok()],
  ],
);

const owned = story(
  OBJECTS,
  [...LOADED, fork('Q'), attach('F1').by('Q').ok(), exit('Q')],
  [
    ['netns-020', call('query', { netns: 'N0', ...FLOW }).gives({ count: 1 })],
    [null, call('prog_get_fd_by_id', { progId: 'F1' }).as('found').ok()],
    ['netns-021', detach('found').ok()],
  ],
);

const links = story(
  OBJECTS,
  [...LOADED, DEV_NULL],
  [
    ['netns-022', link('F1', { flags: [REPLACE] }).fails('EINVAL')],
    ['netns-023', link('F1', { netns: BAD }).fails('EBADF')],
    ['netns-024', link('F1', { netns: { handle: 'null' } }).fails('EINVAL')],
    ['netns-026', link('F1').as('L').ok()],
    ['netns-027', info({ type: 'netns', netns: 'N0', attachType: 'flow_dissector' })],
    ['netns-028', link('F2').fails('E2BIG')],
    ['netns-029', link('F1').fails('E2BIG')],
    ['netns-030', attach('F2').fails('EEXIST')],
    ['netns-031', attach('F1').fails('EEXIST')],
    ['netns-032', detach('F1').fails('EINVAL')],
    ['netns-033', detach('F2').fails('EINVAL')],
    ['netns-034', link('F2', { netns: 'OTHER' }).ok()],
    ['netns-035', update('F2').ok()],
    ['netns-036', shows('F2')],
    ['netns-037', update('F3', replacing('F1')).fails('EPERM')],
    ['netns-038', update('T').fails('EINVAL')],
    ['netns-039', update('F2').ok()],
    ['netns-040', update('F3', replacing('F2')).ok()],
    ['netns-041', force],
    ['netns-042', info({ netns: null, prog: 'F3', link: 'L' })],
    ['netns-043', shows()],
    ['netns-044', update('F1').fails('ENOLINK')],
    ['netns-045', update('F1', replacing('F2')).fails('EPERM')],
    ['netns-046', update('T').fails('EINVAL')],
    ['netns-047', force],
    ['netns-048', link('F1').as('M').ok()],
  ],
);

const elsewhere = story(
  OBJECTS,
  [...LOADED, MOUNTS],
  [['netns-025', link('F1', { netns: { handle: 'mounts' } }).fails('EINVAL')]],
);

const CAPACITY = 64;
const many = Array.from({ length: CAPACITY - 2 }, (_, i): Told => [null, lookup('S1').as(`more${i}`).ok()]);
const sockets = story(OBJECTS, LOADED, [
  ['netns-049', attach('S1', { attachType: 'sk_lookup' }).fails('EINVAL')],
  ['netns-050', detach('S1', { attachType: 'sk_lookup' }).fails('EINVAL')],
  ['netns-051', lookup('F1').fails('EINVAL')],
  ['netns-052', lookup('S1').as('L1').ok()],
  ['netns-053', lookup('S2').as('L2').ok()],
  ['netns-054', lookup('S1').as('L3').ok()],
  ['netns-055', looks('S1', 'S2', 'S1')],
  ['netns-056', update('S3', {}, 'L2').ok()],
  ['netns-057', looks('S1', 'S3', 'S1')],
  [null, close('L1')],
  ['netns-058', looks('S3', 'S1')],
  ...many,
  ['netns-059', lookup('S1').fails('E2BIG')],
  ...['L2', 'L3', ...many.map((_, i) => `more${i}`)].map((handle): Told => [null, close(handle)]),
  ['netns-060', looks()],
]);

/** A descriptor keeps the namespace after its name. */
const OPEN: readonly RowStep[] = [
  ...LOADED,
  call('open_netns', { netns: 'OTHER' }).as('ns').ok(),
  link('F1', { netns: 'OTHER' }).as('L').ok(),
  lookup('S1', { netns: 'OTHER' }).as('SL').ok(),
  close('F1'),
  call('netns_delete', { netns: 'OTHER' }).ok(),
];
const dying = story(OBJECTS, OPEN, [
  ['netns-061', info({ netns: 'OTHER' })],
  ['netns-062', update('F2').ok()],
  [null, close('ns')],
  ['netns-063', info({ netns: null })],
  ['netns-064', update('F3').fails('ENOLINK')],
]);
const gone = story(
  OBJECTS,
  [...OPEN, close('ns'), sleep()],
  [
    ['netns-065', update('F2').fails('ENOLINK')],
    ['netns-066', update('F2', replacing('F3')).fails('EPERM')],
    ['netns-067', force],
    ['netns-068', info({ netns: null }, 'SL')],
    ['netns-069', call('prog_get_fd_by_id', { progId: 'F1' }).ok()],
    [null, close('L')],
    ['netns-070', call('link_get_fd_by_id', { linkId: 'L' }).fails('ENOENT')],
  ],
);
const without = story(
  OBJECTS,
  [
    ...LOADED,
    fork('Q'),
    call('enter_netns', { netns: 'OTHER' }).by('Q').ok(),
    attach('F1').by('Q').ok(),
    exit('Q'),
    close('F1'),
    call('netns_delete', { netns: 'OTHER' }).ok(),
  ],
  [['netns-071', freed('F1')]],
);

export const rows: readonly OracleRow[] = [
  ...legacy,
  ...owned,
  ...links,
  ...elsewhere,
  ...sockets,
  ...dying,
  ...gone,
  ...without,
];
