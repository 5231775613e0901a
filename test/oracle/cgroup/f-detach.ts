/** Rows F01..F22: PROG_DETACH, which names a program only where several may be attached. */
import type { OracleRow, RowStep } from '../row.ts';
import {
  attach,
  attachAs,
  chain,
  close,
  detach,
  EGRESS,
  exists,
  gone,
  link,
  list,
  loads,
  type Mode,
  MULTI,
  modeFlags,
  NOT_OPEN,
  progById,
  row,
  SOCK_OPS,
  untouched,
  world,
} from '../steps.ts';

/** attach_bpf_fd = 0xffffffff */
const NO_PROG = -1;

const objects = world({ progs: { X: SOCK_OPS } });
const attached = (mode: Mode): readonly RowStep[] => [...loads('A', 'B', 'X'), attachAs(mode, 'A').ok()];

type DetachArgs = Parameters<typeof detach>;

function refused(id: string, mode: Mode, errno: string, ...args: DetachArgs): OracleRow {
  return row(
    id,
    objects,
    attached(mode),
    detach(...args).fails(errno),
    list(['A'], { attachFlags: modeFlags[mode], revision: 2 }),
  );
}

/** The single modes take away what is there, whatever was named. */
function emptied(id: string, mode: Mode, ...args: DetachArgs): OracleRow {
  return row(id, objects, attached(mode), detach(...args).ok(), list([], { attachFlags: [], revision: 3 }));
}

export const rows: readonly OracleRow[] = [
  row('F01', objects, loads('A'), detach('A').fails('ENOENT'), untouched()),
  row('F02', objects, detach(NO_PROG).fails('ENOENT'), untouched()),
  emptied('F03', 'NONE', 'B'),
  emptied('F04', 'NONE', NO_PROG),
  emptied('F05', 'OVERRIDE', 'X'),
  refused('F06', 'MULTI', 'EINVAL', NO_PROG),
  refused('F07', 'MULTI', 'EINVAL', 'X'),
  refused('F08', 'MULTI', 'ENOENT', 'B'),
  refused('F09', 'MULTI', 'EINVAL', 'A', { flags: [MULTI] }),
  refused('F10', 'MULTI', 'EINVAL', 'A', { relative: { prog: 'B' } }),
  refused('F11', 'MULTI', 'ENOENT', 'A', { attachType: EGRESS }),
  refused('F12', 'MULTI', 'EBADF', 'A', { cgroup: NOT_OPEN }),
  refused('F13', 'MULTI', 'EINVAL', 'A', { attachType: 1000 }),
  ...chain(
    objects,
    [attached('MULTI')],
    [
      ['F14', detach('A').ok(), list([], { attachFlags: [] })],
      ['F15', detach('A').fails('ENOENT')],
      ['F16', detach(NO_PROG).fails('ENOENT')],
    ],
  ),
  refused('F17', 'LINK', 'ENOENT', 'A'),
  refused('F18', 'LINK', 'EINVAL', NO_PROG),
  row(
    'F19',
    objects,
    loads('A'),
    link('L', 'A'),
    attach('A', { flags: [MULTI] }).ok(),
    list(['A', 'A']),
    detach('A').ok(),
    list(['A']),
  ),
  ...chain(
    objects,
    [loads('A'), attach('A').ok(), close('A').ok()],
    [
      ['F20', exists('A')],
      ['F21', progById('A').as('again').ok(), detach('again').ok()],
      ['F22', close('again').ok(), gone('A')],
    ],
  ),
];
