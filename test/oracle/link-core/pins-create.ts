/** OBJ_PIN and the names of bpffs: pin-001 to pin-031. */
import type { OracleRow, RowStep } from '../row.ts';
import * as s from '../steps.ts';
import * as h from './helpers.ts';

const made: readonly RowStep[] = [s.load('A').ok(), s.link('L', 'A')];
const pinned: readonly RowStep[] = [...made, s.pin('L', 'a').ok()];
const create = (id: string, setup: s.StepList, ...steps: s.StepList): OracleRow =>
  s.row(id, h.ONE_PROG, ...setup, ...steps);

const PRELOAD =
  'CONFIG_BPF_PRELOAD puts iterator links of its own into every new bpffs: a build option of the kernel, not a life cycle of its users';

const mounts: readonly OracleRow[] = [
  s.row('mx-001', {}, s.fork('P1').ok(), h.mountPrivate('m').by('P1').ok()),
  s.row(
    'pin-001',
    {},
    s.fork('P1').ok(),
    h.mountPrivate('m').by('P1').ok(),
    s.stat('../m').by('P1').gives({ mode: '041777' }),
  ),
  { id: 'pin-002', notExecutable: PRELOAD },
  { id: 'pin-002@6.12', notExecutable: PRELOAD },
  { id: 'pin-002@6.1', notExecutable: PRELOAD },
  s.row('pin-003', {}, s.mountBpffs('m').ok(), s.stat('../m').gives({ mode: '041777' })),
];

const ok: readonly OracleRow[] = [
  create('pin-004', made, s.pin('L', 'a').ok(), s.objGet('a').gives(h.isLink('L'))),
  create('pin-005', pinned, s.stat('a').gives({ mode: '0100600', nlink: 1 })),
  create(
    'pin-007',
    pinned,
    s.pin('L', 'b').ok(),
    s.objGet('a').gives(h.isLink('L')),
    s.objGet('b').gives(h.isLink('L')),
  ),
  create('pin-008', made, s.pin('A', 'p').ok(), s.objGet('p').gives({ sameAs: 'A' })),
];

const names: readonly OracleRow[] = [
  create('pin-006', pinned, s.pin('L', 'a').fails('EEXIST')),
  create('pin-009', made, s.pin('L', 'a.b').fails('EPERM')),
  create('pin-010', made, s.pin('L', 'missing/a').fails('ENOENT')),
  create('pin-011', pinned, s.pin('L', 'a/b').fails('ENOTDIR')),
  create('pin-012', made, s.pin('L', '/elsewhere/a').fails('EPERM')),
  create('pin-013', made, s.pin('L', '.').fails('EEXIST')),
  create('pin-024', made, s.pin('L', 'n'.repeat(255)).ok(), s.objGet('n'.repeat(255)).gives(h.isLink('L'))),
  create('pin-025', made, s.pin('L', 'n'.repeat(256)).fails('ENAMETOOLONG')),
  create('pin-026', made, h.pinMkdir('d').ok(), s.pin('L', 'd/a').ok(), s.objGet('d/a').gives(h.isLink('L'))),
];

const descriptors: readonly OracleRow[] = [
  create('pin-014', made, s.pin(s.NOT_OPEN, 'a').fails('EINVAL')),
  create('pin-015', made, s.openFile('dev_null', 'f'), s.pin('f', 'a').fails('EINVAL')),
  // Two faults at once: that EINVAL wins over EEXIST shows the order of the checks.
  create('pin-016', pinned, s.pin(s.NOT_OPEN, 'a').fails('EINVAL')),
  create('pin-017', made, s.openCgroup('c', 'cg'), s.pin('cg', 'a').fails('EINVAL')),
  create('pin-018', made, s.openFile('btf', 'f'), s.pin('f', 'a').fails('EINVAL')),
];

const flags: readonly OracleRow[] = [
  create('pin-019', made, s.pin('L', 'a', { flags: [1] }).fails('EINVAL')),
  create('pin-020', made, s.pin('L', 'a', { flags: [s.RDONLY] }).fails('EINVAL')),
  create('pin-021', made, h.openDir('.', 'd'), s.pin('L', 'a', { pathFd: 'd' }).fails('EINVAL')),
  create(
    'pin-022',
    made,
    h.openDir('.', 'd'),
    s.pin('L', 'a', { flags: [h.PATH_FD], pathFd: 'd' }).ok(),
    s.objGet('a').gives(h.isLink('L')),
  ),
  create('pin-023', made, s.pin('L', 'a', { flags: [h.PATH_FD], pathFd: s.NOT_OPEN }).fails('EBADF')),
  // BPF_F_PATH_FD came with 6.5.
  ...h.onKernel(
    'linux-6.1',
    create(
      'pin-022@6.1',
      made,
      h.openDir('.', 'd'),
      s.pin('L', 'a', { flags: [h.PATH_FD], pathFd: 'd' }).fails('EINVAL'),
    ),
    create('pin-023@6.1', made, s.pin('L', 'a', { flags: [h.PATH_FD], pathFd: s.NOT_OPEN }).fails('EINVAL')),
  ),
];

const directories: readonly OracleRow[] = [
  create('pin-027', made, h.pinMkdir('d').ok(), s.pin('L', 'd/a').ok(), h.pinRmdir('d').fails('ENOTEMPTY')),
  create(
    'pin-028',
    made,
    h.pinMkdir('d').ok(),
    s.pin('L', 'd/a').ok(),
    s.unlink('d/a').ok(),
    h.pinRmdir('d').ok(),
    s.stat('d').fails('ENOENT'),
  ),
  create('pin-029', made, h.createFile('f').fails('EACCES')),
  create('pin-030', made, h.pinMkdir('d.e').fails('EPERM')),
  create('pin-031', pinned, h.symlink('a', 'sym').ok()),
];

export const rows: readonly OracleRow[] = [...mounts, ...ok, ...names, ...descriptors, ...flags, ...directories];
