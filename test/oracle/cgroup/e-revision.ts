/** Rows E01..E22: the revision counter of a (cgroup, attach type) pair and compare-and-swap with it. */
import type { OracleRow, RowStep } from '../row.ts';
import {
  attach,
  chain,
  close,
  detach,
  EFFECTIVE,
  EGRESS,
  linkCreate,
  linkDetach,
  linkUpdate,
  list,
  loads,
  MULTI,
  OVERRIDE,
  query,
  REPLACE,
  revision,
  row,
  SOCK_OPS,
  world,
} from '../steps.ts';

/** One life of a slot, from fresh to empty again; every row looks at it a step later. */
const oneLife: readonly OracleRow[] = chain(
  world({ progs: { X: SOCK_OPS } }),
  [loads('A', 'B', 'C', 'X')],
  [
    ['E02', attach('A', { flags: [MULTI], expectedRevision: 1 }).ok()],
    ['E03', revision(2)],
    ['E04', attach('B', { flags: [MULTI], expectedRevision: 1 }).fails('ESTALE'), list(['A'], { revision: 2 })],
    ['E05', linkCreate('B', { expectedRevision: 1 }).fails('ESTALE'), list(['A'], { revision: 2 })],
    ['E06', detach('A', { expectedRevision: 1 }).fails('ESTALE'), list(['A'], { revision: 2 })],
    ['E07', linkCreate('B', { expectedRevision: 2 }).as('L').ok()],
    ['E08', revision(3)],
    ['E09', linkUpdate('L', 'B').ok(), revision(4)],
    ['E10', linkUpdate('L', 'X').fails('EINVAL'), revision(4)],
    ['E11', linkDetach('L').ok(), revision(5)],
    ['E12', linkDetach('L').ok(), close('L').ok(), revision(5)],
    ['E13', attach('C', { flags: [MULTI, REPLACE], replace: 'A' }).ok(), revision(6)],
    ['E14', detach('C', { expectedRevision: 6 }).ok(), list([], { revision: 7 })],
    ['E15', revision(1, { attachType: EGRESS })],
    ['E16', query({ flags: [EFFECTIVE] }).gives({ revision: 0 })],
    ['E17', attach('A', { flags: [MULTI], expectedRevision: 0 }).ok()],
  ],
);

const noneAttached: readonly RowStep[] = [...loads('A', 'B'), attach('A').ok()];

/** Calls that break two rules at once show which one is looked at first. */
const order: readonly OracleRow[] = [
  row(
    'E18',
    world({ cgroups: { p: null, k: 'p' } }),
    loads('A', 'B'),
    attach('A', { cgroup: 'p' }).ok(),
    attach('B', { cgroup: 'k', expectedRevision: 99 }).fails('ESTALE'),
    list([], { revision: 1 }, { cgroup: 'k' }),
  ),
  row('E19', world(), noneAttached, attach('B', { flags: [MULTI], expectedRevision: 99 }).fails('ESTALE'), list(['A'])),
  row(
    'E20',
    world(),
    noneAttached,
    attach('B', { flags: [OVERRIDE, MULTI], expectedRevision: 99 }).fails('EINVAL'),
    list(['A']),
  ),
  row('E21', world(), loads('A'), detach('A', { expectedRevision: 99 }).fails('ESTALE'), revision(1)),
];

export const rows: readonly OracleRow[] = [
  row('E01', world(), revision(1)),
  ...oneLife,
  ...order,
  {
    id: 'E22',
    shownBy: 'scenarios/cgroup/two-attaches-with-one-revision.yaml',
    verdicts: { 'exactly-one-wins': 'holds' },
  },
];
