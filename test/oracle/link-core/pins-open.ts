/** OBJ_GET and open(2) of pins: pin-032 to pin-049. */
import type { OracleRow, RowStep } from '../row.ts';
import * as s from '../steps.ts';
import * as h from './helpers.ts';

/** Link L is pinned at `a`, its program A at `p`. */
const pinned: readonly RowStep[] = [s.load('A').ok(), s.link('L', 'A'), s.pin('L', 'a').ok(), s.pin('A', 'p').ok()];
const open = (id: string, ...steps: s.StepList): OracleRow => s.row(id, h.ONE_PROG, pinned, ...steps);

const flags: readonly OracleRow[] = [
  open('pin-032', s.objGet('a').as('G').ok(), s.linkInfo('G').gives({ link: 'L', prog: 'A', cgroup: 'c' })),
  open('pin-033', s.objGet('a').gives(h.isLink('L'))),
  open('pin-034', s.objGet('a', { flags: [s.RDONLY] }).fails('EINVAL')),
  open('pin-035', s.objGet('a', { flags: [s.WRONLY] }).fails('EINVAL')),
  open('pin-036', s.objGet('a', { flags: [s.RDONLY, s.WRONLY] }).fails('EINVAL')),
  open('pin-037', s.objGet('a', { flags: [0x40000000] }).fails('EINVAL')),
  open('pin-038', s.objGet('a', { bpfFd: 'L' }).fails('EINVAL')),
  open('pin-039', s.objGet('p', { flags: [s.RDONLY] }).gives({ sameAs: 'A' })),
];

const paths: readonly OracleRow[] = [
  open('pin-040', h.symlink('a', 'sym').ok(), s.objGet('sym').gives(h.isLink('L'))),
  open('pin-041', s.objGet('missing').fails('ENOENT')),
  open('pin-042', h.pinMkdir('d').ok(), s.objGet('d').fails('EACCES')),
  open('pin-043', h.createFile('/elsewhere/f').ok(), s.objGet('/elsewhere/f').fails('EACCES')),
  open('pin-044', s.objGet('a.b').fails('EPERM')),
  open('pin-049', h.openDir('.', 'd'), s.objGet('a', { flags: [h.PATH_FD], pathFd: 'd' }).gives(h.isLink('L'))),
  // BPF_F_PATH_FD came with 6.5.
  ...h.onKernel(
    'linux-6.1',
    open('pin-049@6.1', h.openDir('.', 'd'), s.objGet('a', { flags: [h.PATH_FD], pathFd: 'd' }).fails('EINVAL')),
  ),
];

const opened: readonly OracleRow[] = [
  open('pin-045', h.openPin('a').fails('EIO')),
  open('pin-046', h.openPin('p').fails('EIO')),
  open('pin-047', h.openPin('a', { oPath: true }).as('o').ok()),
  open('pin-048', h.openPin('a', { oPath: true }).as('o').ok(), s.objGet('fd:o').gives(h.isLink('L'))),
];

export const rows: readonly OracleRow[] = [...flags, ...paths, ...opened];
