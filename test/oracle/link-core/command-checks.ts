/** Argument checks of the link commands and their order: mx-270 to mx-333. */
import type { OracleRow, RowObjects, RowStep } from '../row.ts';
import * as s from '../steps.ts';
import * as h from './helpers.ts';

const WORLD: RowObjects = s.world({ progs: { F: s.SOCKET_FILTER, T: h.RAW_TRACEPOINT }, maps: [h.MAP] });
const setup: readonly RowStep[] = [...s.loads('A', 'B'), s.link('L', 'A')];
const check = (number: number, ...steps: s.StepList): OracleRow =>
  s.row(`mx-${number}`, WORLD, setup, ...steps, s.list(['A']));
/** As `check`, for calls that succeed and detach link L. */
const detaching = (number: number, ...steps: s.StepList): OracleRow =>
  s.row(`mx-${number}`, WORLD, setup, ...steps, s.list([]));

const DEV_NULL = s.openFile('dev_null', 'f');
const INT_MAX = 2147483647;
const UINT_MAX = 4294967295;
/** More than any kernel's `union bpf_attr`, less than a page. */
const LONG = 2048;
/** A descriptor that is open and no BPF object: standard input. */
const STDIN = 0;

const linkCreate: readonly OracleRow[] = [
  check(270, s.linkCreate(s.NOT_OPEN).fails('EBADF')),
  check(271, DEV_NULL, s.linkCreate('f').fails('EINVAL')),
  check(272, s.linkCreate('L').fails('EINVAL')),
  check(273, h.mapCreate('M').ok(), s.linkCreate('M').fails('EINVAL')),
  check(274, s.linkCreate('B', { attachType: 'cgroup_inet_sock_create' }).fails('EINVAL')),
  check(275, s.linkCreate('B', { attachType: 200 }).fails('EINVAL')),
  check(276, s.linkCreate('B', { attachType: 'cgroup_inet_sock_create', cgroup: s.NOT_OPEN }).fails('EINVAL')),
  check(277, s.linkCreate('B', { cgroup: s.NOT_OPEN }).fails('EBADF')),
  check(278, DEV_NULL, s.linkCreate('B', { cgroup: { handle: 'f' } }).fails('EBADF')),
  check(279, s.linkCreate('B', { flags: [s.MULTI] }).fails('EINVAL')),
  check(280, s.linkCreate('B', { flags: [0x80000000] }).fails('EINVAL')),
  check(281, s.linkCreate('B', { flags: [0x80000000], cgroup: s.NOT_OPEN }).fails('EINVAL')),
  check(282, s.load('F').ok(), s.linkCreate('F').fails('EINVAL')),
  check(283, s.load('T').ok(), s.linkCreate('T', { attachType: 'trace_raw_tp' }).fails('EINVAL')),
  check(284, s.linkCreate('B', { attr: { tail: true } }).fails('EINVAL')),
];

/** How much of `union bpf_attr` a caller passes, shown with LINK_DETACH. */
const attrSize: readonly OracleRow[] = [
  detaching(285, s.linkDetach('L', { attr: { size: LONG } }).ok()),
  detaching(286, s.linkDetach('L', { attr: { size: LONG } }).ok(), s.linkUpdate('L', 'A').fails('ENOLINK')),
  check(287, s.linkDetach('L', { attr: { beyond: true } }).fails('E2BIG')),
  check(288, s.linkDetach('L', { attr: { size: 8192 } }).fails('E2BIG')),
  // All fields read as 0: the link descriptor is standard input.
  check(289, s.linkDetach('L', { attr: { size: 0 } }).fails('EINVAL')),
  check(290, s.call('unknown_command', { cmd: 99 }).fails('EINVAL')),
];

const linkUpdate: readonly OracleRow[] = [
  check(291, s.linkUpdate('L', 'B', { flags: [1] }).fails('EINVAL')),
  check(292, s.linkUpdate(s.NOT_OPEN, 'B', { flags: [1] }).fails('EINVAL')),
  check(293, s.linkUpdate(s.NOT_OPEN, 'B').fails('EBADF')),
  check(294, s.linkUpdate('A', 'B').fails('EINVAL')),
  check(295, s.linkUpdate('L', s.NOT_OPEN).fails('EBADF')),
  check(296, h.mapCreate('M').ok(), s.linkUpdate('L', 'M').fails('EINVAL')),
  check(297, s.linkUpdate('L', 'L').fails('EINVAL')),
  check(298, s.linkUpdate('L', 'B', { oldProg: 'A' }).fails('EINVAL')),
  check(299, s.linkUpdate('L', 'B', { oldProg: s.NOT_OPEN, flags: [s.REPLACE] }).fails('EBADF')),
  check(300, s.linkUpdate('L', 'B', { oldProg: STDIN, flags: [s.REPLACE] }).fails('EINVAL')),
  // The old descriptor alone would give EINVAL: EBADF shows that the new one is looked at first.
  check(301, s.linkUpdate('L', s.NOT_OPEN, { oldProg: STDIN, flags: [s.REPLACE] }).fails('EBADF')),
];

const linkDetach: readonly OracleRow[] = [
  check(304, s.linkDetach(s.NOT_OPEN).fails('EBADF')),
  check(305, s.linkDetach('A').fails('EINVAL')),
  check(306, DEV_NULL, s.linkDetach('f').fails('EINVAL')),
  check(307, s.linkDetach('L', { attr: { tail: true } }).fails('EINVAL')),
];

const info: readonly OracleRow[] = [
  // Not EBADF: this command alone says EBADFD.
  check(308, s.linkInfo(s.NOT_OPEN).fails('EBADFD')),
  check(309, DEV_NULL, s.linkInfo('f').fails('EINVAL')),
  check(310, s.openCgroup('c', 'cg'), s.linkInfo('cg').fails('EINVAL')),
  check(311, h.linkInfoSized('L', { size: LONG }).gives({ link: 'L', prog: 'A', cgroup: 'c' })),
  check(312, h.linkInfoSized('L', { beyond: true }).fails('E2BIG')),
  check(313, h.linkInfoSized('L', { size: 0 }).ok()),
];

const ids: readonly OracleRow[] = [
  check(316, s.linkById({ id: 0 }).fails('ENOENT')),
  check(317, s.linkById({ id: s.NO_SUCH_ID }).fails('ENOENT')),
  check(318, s.linkById({ id: UINT_MAX }).fails('ENOENT')),
  // The field behind the id is GET_NEXT_ID's.
  check(319, s.linkById('L', { attr: { tail: true } }).fails('EINVAL')),
  check(320, s.linkById('L', { rawOpenFlags: [1] }).fails('EINVAL')),
  check(321, h.listIdsFrom('link', INT_MAX).fails('EINVAL')),
  check(322, h.listIdsFrom('link', INT_MAX - 1).fails('ENOENT')),
  check(323, s.listIds('link').gives({ includes: ['L'] })),
];

const iterCreate: readonly OracleRow[] = [
  check(324, h.iterCreate(s.NOT_OPEN).fails('EBADF')),
  check(325, h.iterCreate('L').fails('EINVAL')),
  check(326, h.iterCreate('L', { flags: [1] }).fails('EINVAL')),
  check(327, h.iterCreate('A').fails('EINVAL')),
];

/** The descriptor of a link as a file. */
const files: readonly OracleRow[] = [
  check(328, s.call('read_fd', { handle: 'L' }).fails('EINVAL')),
  check(329, s.call('write_fd', { handle: 'L' }).fails('EBADF')),
  // Open for reading only: write(2) says EBADF. For reading and writing: it gets as far as the file's own EINVAL.
  check(
    330,
    s.linkById('L').as('X').ok(),
    s.call('write_fd', { handle: 'L' }).fails('EBADF'),
    s.call('write_fd', { handle: 'X' }).fails('EBADF'),
    s.call('write_fd', { handle: 'A' }).fails('EINVAL'),
  ),
  check(
    331,
    s.linkById('L').as('X').ok(),
    s.progById('A').as('Y').ok(),
    ['L', 'X', 'A', 'Y'].map((handle) => s.getCloexec(handle).gives({ cloexec: true })),
  ),
  check(332, s.openProcFd('L').fails('ENXIO')),
  check(333, s.call('mmap_fd', { handle: 'L' }).fails('EACCES')),
];

export const rows: readonly OracleRow[] = [
  ...linkCreate,
  ...attrSize,
  ...linkUpdate,
  ...linkDetach,
  ...info,
  ...ids,
  ...iterCreate,
  ...files,
];
