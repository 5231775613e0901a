/** Rows O01..O13: at most 64 entries in a (cgroup, attach type) pair. */
import type { OracleRow, RowStep } from '../row.ts';
import {
  attach,
  BEFORE,
  EGRESS,
  effective,
  linkCreate,
  linkUpdate,
  list,
  loads,
  MULTI,
  NOT_OPEN,
  query,
  REPLACE,
  row,
  type Target,
  world,
} from '../steps.ts';

const LIMIT = 64;
const numbered = (prefix: string): readonly string[] => Array.from({ length: LIMIT }, (_, i) => `${prefix}${i + 1}`);
const many = numbered('p');
const linkNames = numbered('L');

const spare = { progs: Object.fromEntries(many.map((name) => [name, {}])) };
const objects = world(spare);
const tree = world({ ...spare, cgroups: { c: null, k: 'c' } });

const fill = (cgroup: Target = 'c'): readonly RowStep[] =>
  many.map((prog) => attach(prog, { cgroup, flags: [MULTI] }).ok());
const fullOfPrograms: readonly RowStep[] = [...loads(...many, 'A'), ...fill()];
const full = list(many, { attachFlags: [MULTI], revision: LIMIT + 1 });

const fullOfLinks: readonly RowStep[] = [...loads('A', 'B'), ...linkNames.map((name) => linkCreate('A').as(name).ok())];
const fullList = list(
  linkNames.map(() => 'A'),
  { revision: LIMIT + 1 },
);

function refused(id: string, errno: string, ...args: Parameters<typeof attach>): OracleRow {
  return row(id, objects, fullOfPrograms, attach(...args).fails(errno), full);
}

const ofPrograms: readonly OracleRow[] = [
  row('O01', objects, fullOfPrograms, full),
  refused('O02', 'E2BIG', 'A', { flags: [MULTI] }),
  refused('O03', 'E2BIG', 'p1', { flags: [MULTI] }),
  refused('O04', 'E2BIG', 'A', { flags: [MULTI, REPLACE], replace: 'p1' }),
  row('O05', objects, fullOfPrograms, linkCreate('A').fails('E2BIG'), full),
  refused('O06', 'EPERM', 'A', {}),
  refused('O07', 'E2BIG', 'A', { flags: [MULTI, BEFORE], relative: { prog: NOT_OPEN } }),
  row(
    'O08',
    objects,
    fullOfPrograms,
    attach('A', { attachType: EGRESS, flags: [MULTI] }).ok(),
    list(['A'], {}, { attachType: EGRESS }),
    full,
  ),
  row(
    'O09',
    tree,
    fullOfPrograms,
    fill('k'),
    query({ cgroup: 'k' }).gives({ count: LIMIT }),
    effective([...many, ...many], { cgroup: 'k' }),
  ),
];

const ofLinks: readonly OracleRow[] = [
  row('O10', world(), fullOfLinks, fullList),
  row('O11', world(), fullOfLinks, linkCreate('A').fails('E2BIG'), fullList),
  row('O12', world(), fullOfLinks, attach('B', { flags: [MULTI] }).fails('E2BIG'), fullList),
  row('O13', world(), fullOfLinks, linkUpdate('L1', 'B').ok(), list(['B', ...linkNames.slice(1).map(() => 'A')])),
];

export const rows: readonly OracleRow[] = [...ofPrograms, ...ofLinks];
