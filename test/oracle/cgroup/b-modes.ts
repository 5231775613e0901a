/** Rows B01..B33: which modes live together in one cgroup. */
import type { OracleRow, RowStep } from '../row.ts';
import {
  attach,
  attachAs,
  BEFORE,
  chain,
  close,
  detach,
  gone,
  link,
  linkCreate,
  list,
  loads,
  MODES,
  type Mode,
  MULTI,
  modeFlags,
  OVERRIDE,
  query,
  REPLACE,
  revision,
  row,
  world,
} from '../steps.ts';

const shared = (mode: Mode): boolean => mode === 'MULTI' || mode === 'LINK';

/** The observed 4 x 4 table: a single mode is replaced by the same mode, shared modes append, all else is refused. */
function together(there: Mode, next: Mode): readonly RowStep[] {
  const second = attachAs(next, 'B');
  const mode = { attachFlags: modeFlags[there] };
  if (shared(there) && shared(next)) return [second.ok(), list(['A', 'B'], { ...mode, revision: 3 })];
  if (!shared(there) && there === next) return [second.ok(), list(['B'], { ...mode, revision: 3 })];
  return [second.fails('EPERM'), list(['A'], { ...mode, revision: 2 })];
}

const matrix: readonly OracleRow[] = MODES.flatMap((there, i) =>
  MODES.map((next, j) => {
    const id = `B${String(4 * i + j + 1).padStart(2, '0')}`;
    return row(id, world(), loads('A', 'B'), attachAs(there, 'A').ok(), together(there, next));
  }),
);

const overItself: readonly OracleRow[] = [
  ...chain(
    world(),
    [loads('A', 'B'), attach('A').ok(), attach('B').ok()],
    [
      ['B20', list(['B'], { attachFlags: [] })],
      ['B21', close('A').ok(), gone('A')],
    ],
  ),
  row(
    'B22',
    world(),
    loads('B'),
    attach('B').ok(),
    revision(2),
    attach('B').ok(),
    list(['B'], { attachFlags: [], revision: 3 }),
  ),
  row(
    'B23',
    world(),
    loads('B'),
    attach('B', { flags: [OVERRIDE] }).ok(),
    attach('B', { flags: [OVERRIDE] }).ok(),
    list(['B'], { attachFlags: [OVERRIDE] }),
  ),
];

const multiB: readonly RowStep[] = [...loads('B'), attach('B', { flags: [MULTI] }).ok()];

const duplicates: readonly OracleRow[] = [
  row('B24', world(), multiB, attach('B', { flags: [MULTI] }).fails('EINVAL'), list(['B'], { revision: 2 })),
  row('B25', world(), multiB, linkCreate('B').as('L1').ok(), list(['B', 'B'])),
  row('B26', world(), multiB, link('L1', 'B'), linkCreate('B').as('L2').ok(), list(['B', 'B', 'B'])),
  row('B27', world(), loads('B'), link('L1', 'B'), attach('B', { flags: [MULTI] }).ok(), list(['B', 'B'])),
  row('B28', world(), multiB, link('L1', 'B'), link('L2', 'B'), close('L1').ok(), close('L2').ok(), list(['B'])),
];

const emptied: readonly OracleRow[] = [
  row(
    'B29',
    world(),
    loads('A', 'B'),
    attach('A', { flags: [MULTI] }).ok(),
    detach('A').ok(),
    list([], { attachFlags: [] }),
    attach('B').ok(),
    list(['B'], { attachFlags: [] }),
  ),
  row(
    'B30',
    world(),
    loads('A', 'B'),
    attach('B').ok(),
    attach('A', { flags: [MULTI, REPLACE], replace: 'B' }).fails('EPERM'),
    list(['B'], { attachFlags: [], revision: 2 }),
  ),
  ...chain(
    world(),
    [loads('A', 'B')],
    [
      ['B31', attach('A', { flags: [MULTI, BEFORE], relative: { prog: 'B' } }).fails('ENOENT')],
      ['B32', query().gives({ attachFlags: [], count: 0, revision: 1 })],
      ['B33', attach('A').ok(), list(['A'], { attachFlags: [], revision: 2 })],
    ],
  ),
];

export const rows: readonly OracleRow[] = [...matrix, ...overItself, ...duplicates, ...emptied];
