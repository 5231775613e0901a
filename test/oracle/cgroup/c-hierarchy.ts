/** Rows C01..C43: which attachments an ancestor allows below it, and which of its programs run there. */
import type { OracleRow, RowStep } from '../row.ts';
import {
  attach,
  attachAs,
  chain,
  close,
  detach,
  effective,
  link,
  linkUpdate,
  list,
  loads,
  MODES,
  type Mode,
  MULTI,
  mkdir,
  OVERRIDE,
  REPLACE,
  revision,
  row,
  world,
} from '../steps.ts';

/** Programs are named after the level they belong to: G grandparent, P parent, C (one of the defaults) child. */
const tree = world({ progs: { G: {}, P: {} }, cgroups: { g: null, p: 'g', k: 'p' } });
const ready = loads('G', 'P', 'C', 'D');

const at = (mode: Mode, prog: string, cgroup: string): RowStep => attachAs(mode, prog, cgroup).ok();

/** The observed 5 x 4 table: only NONE refuses, only a shared parent adds its own program below. */
function below(parent: Mode | 'empty', child: Mode): readonly RowStep[] {
  const call = attachAs(child, 'B', 'k');
  if (parent === 'NONE')
    return [call.fails('EPERM'), list([], { revision: 1 }, { cgroup: 'k' }), effective(['A'], { cgroup: 'k' })];
  const inherited = parent === 'MULTI' || parent === 'LINK' ? ['A'] : [];
  return [call.ok(), effective(['B', ...inherited], { cgroup: 'k' })];
}

const matrix: readonly OracleRow[] = (['empty', ...MODES] as const).flatMap((parent, i) =>
  MODES.map((child, j) => {
    const id = `C${String(4 * i + j + 1).padStart(2, '0')}`;
    const above = parent === 'empty' ? [] : [at(parent, 'A', 'p')];
    return row(id, world({ cgroups: { p: null, k: 'p' } }), loads('A', 'B'), above, below(parent, child));
  }),
);

const nearestDecides: readonly OracleRow[] = [
  row('C21', tree, ready, at('NONE', 'G', 'g'), attachAs('NONE', 'C', 'k').fails('EPERM')),
  row('C22', tree, ready, at('OVERRIDE', 'G', 'g'), attachAs('MULTI', 'C', 'k').ok()),
  row('C23', tree, ready, at('MULTI', 'G', 'g'), at('NONE', 'P', 'p'), attachAs('MULTI', 'C', 'k').fails('EPERM')),
  row('C24', tree, ready, at('MULTI', 'G', 'g'), at('NONE', 'P', 'p'), effective(['P', 'G'], { cgroup: 'k' })),
];

const attachedAboveLater: readonly OracleRow[] = chain(
  tree,
  [ready, at('NONE', 'P', 'p')],
  [
    ['C25', attachAs('NONE', 'G', 'g').ok()],
    ['C26', attachAs('NONE', 'D', 'p').fails('EPERM'), list(['P'], {}, { cgroup: 'p' })],
    ['C27', effective(['P'], { cgroup: 'p' }), effective(['P'], { cgroup: 'k' })],
    ['C28', detach('P', { cgroup: 'p' }).ok()],
    ['C29', effective(['G'], { cgroup: 'p' })],
  ],
);

const linkBelowNone: readonly OracleRow[] = chain(
  tree,
  [ready, link('LP', 'P', { cgroup: 'p' }), at('NONE', 'G', 'g')],
  [
    ['C30', linkUpdate('LP', 'C').ok(), list(['C'], {}, { cgroup: 'p' })],
    ['C31', attachAs('MULTI', 'C', 'k').ok()],
    ['C32', effective(['C', 'C'], { cgroup: 'k' })],
  ],
);

const afterTheLink: readonly OracleRow[] = chain(
  tree,
  [
    ready,
    link('LP', 'P', { cgroup: 'p' }),
    at('NONE', 'G', 'g'),
    linkUpdate('LP', 'C').ok(),
    at('MULTI', 'C', 'k'),
    close('LP').ok(),
  ],
  [
    ['C33', effective(['C'], { cgroup: 'k' })],
    ['C34', attachAs('MULTI', 'D', 'k').fails('EPERM'), list(['C'], {}, { cgroup: 'k' })],
    [
      'C35',
      attach('D', { cgroup: 'k', flags: [MULTI, REPLACE], replace: 'C' }).fails('EPERM'),
      list(['C'], {}, { cgroup: 'k' }),
    ],
  ],
);

function threeLevels(id: string, modes: readonly [g: Mode, p: Mode, k: Mode], runs: readonly string[]): OracleRow {
  return row(
    id,
    tree,
    ready,
    at(modes[0], 'G', 'g'),
    at(modes[1], 'P', 'p'),
    at(modes[2], 'C', 'k'),
    effective(runs, { cgroup: 'k' }),
  );
}

const contributing: readonly OracleRow[] = [
  threeLevels('C36', ['OVERRIDE', 'MULTI', 'MULTI'], ['C', 'P']),
  threeLevels('C37', ['MULTI', 'OVERRIDE', 'OVERRIDE'], ['C', 'G']),
  ...chain(
    world({ progs: { G: {}, P: {} }, cgroups: { g: null, p: 'g', k: 'p', n: 'k' }, later: ['n'] }),
    [ready, at('MULTI', 'G', 'g'), at('MULTI', 'P', 'p'), at('MULTI', 'C', 'k')],
    [
      ['C38', effective(['C', 'P', 'G'], { cgroup: 'k' })],
      ['C39', effective(['P', 'G'], { cgroup: 'p' })],
      ['C40', mkdir('n').ok(), effective(['C', 'P', 'G'], { cgroup: 'n' })],
    ],
  ),
  row(
    'C41',
    tree,
    ready,
    at('OVERRIDE', 'G', 'p'),
    at('OVERRIDE', 'P', 'k'),
    effective(['P'], { cgroup: 'k' }),
    detach('P', { cgroup: 'k' }).ok(),
    effective(['G'], { cgroup: 'k' }),
  ),
  row('C42', tree, ready, at('OVERRIDE', 'P', 'p'), list([], {}, { cgroup: 'k' })),
  row(
    'C43',
    tree,
    ready,
    attach('P', { cgroup: 'p', flags: [OVERRIDE] }).ok(),
    revision(1, { cgroup: 'k' }),
    effective(['P'], { cgroup: 'k' }),
    attach('D', { cgroup: 'p', flags: [OVERRIDE] }).ok(),
    revision(1, { cgroup: 'k' }),
    effective(['D'], { cgroup: 'k' }),
  ),
];

export const rows: readonly OracleRow[] = [
  ...matrix,
  ...nearestDecides,
  ...attachedAboveLater,
  ...linkBelowNone,
  ...afterTheLink,
  ...contributing,
];
