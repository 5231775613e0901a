/** Rows D01..D69: the order of a list and of what runs, and what moves an entry. */
import type { OracleRow, RowStep } from '../row.ts';
import {
  AFTER,
  type AttachOptions,
  attach,
  BEFORE,
  chain,
  close,
  detach,
  effective,
  type Handle,
  ID,
  LINK,
  type LinkOptions,
  link,
  linkCreate,
  linkDetach,
  linkUpdate,
  list,
  loads,
  MULTI,
  NO_SUCH_ID,
  NOT_OPEN,
  openCgroup,
  PREORDER,
  query,
  REPLACE,
  row,
  world,
} from '../steps.ts';

const multi = (prog: string, ...more: readonly string[]): RowStep => attach(prog, { flags: [MULTI, ...more] }).ok();
const replace = (old: Handle, next: Handle, more: AttachOptions = {}) =>
  attach(next, { flags: [MULTI, REPLACE], replace: old, ...more });

const abc: readonly RowStep[] = [...loads('A', 'B', 'C', 'D', 'E'), multi('A'), multi('B'), multi('C')];
const links: readonly RowStep[] = [
  ...loads('A', 'B', 'C', 'D', 'E'),
  link('LA', 'A'),
  link('LB', 'B'),
  link('LC', 'C'),
];
const unchanged = list(['A', 'B', 'C'], { revision: 4 });

function refusedReplace(id: string, old: string, next: string, errno: string): OracleRow {
  return row(id, world(), abc, replace(old, next).fails(errno), unchanged);
}

const replacing: readonly OracleRow[] = [
  row('D01', world(), abc, list(['A', 'B', 'C'])),
  row('D02', world(), abc, replace('B', 'D').ok(), list(['A', 'D', 'C'])),
  ...chain(
    world(),
    [abc],
    [
      ['D03', replace('B', 'B').ok()],
      ['D04', list(['A', 'B', 'C'], { revision: 5 })],
    ],
  ),
  refusedReplace('D05', 'A', 'B', 'EINVAL'),
  refusedReplace('D06', 'D', 'B', 'EINVAL'),
  refusedReplace('D07', 'D', 'E', 'ENOENT'),
  row('D08', world(), abc, detach('B').ok(), multi('B'), list(['A', 'C', 'B'])),
  ...chain(
    world(),
    [links],
    [
      ['D09', linkUpdate('LB', 'D').ok(), list(['A', 'D', 'C'])],
      ['D10', close('LA').ok(), link('LA2', 'A'), list(['D', 'C', 'A'])],
      ['D11', multi('B'), list(['D', 'C', 'A', 'B'])],
      ['D12', replace('C', 'E').fails('ENOENT'), list(['D', 'C', 'A', 'B'])],
    ],
  ),
];

/** D attached to A B C: where it goes, or why it does not. */
function placed(id: string, options: AttachOptions, result: readonly string[]): OracleRow {
  return row(id, world(), abc, attach('D', options).ok(), list(result));
}

function misplaced(id: string, options: AttachOptions, errno: string, ...before: readonly RowStep[]): OracleRow {
  return row(id, world(), abc, before, attach('D', options).fails(errno), unchanged);
}

const anchoredOnPrograms: readonly OracleRow[] = [
  ...chain(
    world(),
    [abc],
    [
      ['D20', attach('D', { flags: [MULTI, BEFORE] }).ok(), list(['D', 'A', 'B', 'C'])],
      ['D21', attach('E', { flags: [MULTI, AFTER] }).ok(), list(['D', 'A', 'B', 'C', 'E'])],
    ],
  ),
  ...chain(
    world(),
    [abc],
    [
      ['D22', attach('D', { flags: [MULTI, BEFORE], relative: { prog: 'B' } }).ok(), list(['A', 'D', 'B', 'C'])],
      ['D23', attach('E', { flags: [MULTI, AFTER], relative: { prog: 'B' } }).ok(), list(['A', 'D', 'B', 'E', 'C'])],
    ],
  ),
  placed('D24', { flags: [MULTI, BEFORE, ID], relative: { progId: 'C' } }, ['A', 'B', 'D', 'C']),
  misplaced('D25', { flags: [MULTI, BEFORE, AFTER] }, 'EINVAL'),
  row('D26', world(), loads('D'), attach('D', { flags: [MULTI, BEFORE, AFTER] }).ok(), list(['D'])),
  misplaced('D27', { flags: [MULTI, BEFORE, AFTER], relative: { prog: 'B' } }, 'EINVAL'),
  misplaced('D28', { flags: [MULTI], relative: { prog: 'B' } }, 'EINVAL'),
  misplaced('D29', { flags: [MULTI, ID], relative: { progId: 'B' } }, 'EINVAL'),
  misplaced('D30', { flags: [MULTI, BEFORE], relative: { prog: 'E' } }, 'ENOENT'),
  misplaced('D31', { flags: [MULTI, BEFORE], relative: { prog: NOT_OPEN } }, 'EBADF'),
  misplaced('D32', { flags: [MULTI, BEFORE], relative: { prog: 'h' } }, 'EINVAL', openCgroup('c', 'h')),
  misplaced('D33', { flags: [MULTI, BEFORE, ID], relative: { id: NO_SUCH_ID } }, 'ENOENT'),
  misplaced('D34', { flags: [MULTI, BEFORE, ID], relative: { id: 0 } }, 'ENOENT'),
];

const withLink: readonly RowStep[] = [...abc, link('LE', 'E')];
const withLinkUnchanged = list(['A', 'B', 'C', 'E'], { revision: 5 });

function linkPlaced(id: string, options: LinkOptions, result: readonly string[]): OracleRow {
  return row(id, world(), withLink, linkCreate('D', options).as('LD').ok(), list(result));
}

function linkMisplaced(id: string, options: LinkOptions, errno: string): OracleRow {
  return row(id, world(), withLink, linkCreate('D', options).fails(errno), withLinkUnchanged);
}

function besideLink(id: string, options: AttachOptions, errno: string): OracleRow {
  return row(id, world(), withLink, attach('D', options).fails(errno), withLinkUnchanged);
}

const anchoredOnLinks: readonly OracleRow[] = [
  besideLink('D35', { flags: [MULTI, BEFORE, LINK], relative: { link: 'LE' } }, 'EINVAL'),
  besideLink('D36', { flags: [MULTI, BEFORE], relative: { prog: 'E' } }, 'ENOENT'),
  linkMisplaced('D37', { flags: [BEFORE], relative: { prog: 'B' } }, 'EINVAL'),
  linkMisplaced('D38', { flags: [BEFORE, LINK], relative: { link: 0 } }, 'EINVAL'),
  linkMisplaced('D39', { flags: [LINK], relative: { link: 'LE' } }, 'EINVAL'),
  linkPlaced('D40', { flags: [BEFORE, LINK], relative: { link: 'LE' } }, ['A', 'B', 'C', 'D', 'E']),
  linkPlaced('D41', { flags: [AFTER, LINK, ID], relative: { linkId: 'LE' } }, ['A', 'B', 'C', 'E', 'D']),
  linkPlaced('D42', { flags: [BEFORE] }, ['D', 'A', 'B', 'C', 'E']),
  row(
    'D43',
    world({ cgroups: { c: null, d: null } }),
    withLink,
    link('LO', 'E', { cgroup: 'd' }),
    linkCreate('D', { flags: [BEFORE, LINK], relative: { link: 'LO' } }).fails('ENOENT'),
    withLinkUnchanged,
  ),
  linkMisplaced('D44', { flags: [BEFORE, LINK], relative: { link: 'B' } }, 'EINVAL'),
  linkMisplaced('D45', { flags: [BEFORE, LINK], relative: { link: NOT_OPEN } }, 'EBADF'),
  linkMisplaced('D46', { flags: [BEFORE, LINK, ID], relative: { id: NO_SUCH_ID } }, 'ENOENT'),
  row(
    'D47',
    world(),
    withLink,
    linkDetach('LE').ok(),
    linkCreate('D', { flags: [BEFORE, LINK], relative: { link: 'LE' } }).fails('ENOENT'),
    list(['A', 'B', 'C'], { revision: 6 }),
  ),
];

const anchorsIgnored: readonly OracleRow[] = [
  row('D48', world(), withLink, replace('B', 'D', { relative: { prog: 9999 } }).ok(), list(['A', 'D', 'C', 'E'])),
  row(
    'D49',
    world(),
    loads('A', 'D'),
    attach('A').ok(),
    attach('D', { flags: [BEFORE], relative: { prog: 9999 } }).ok(),
    list(['D'], { attachFlags: [] }),
  ),
  row('D50', world(), loads('A'), attach('A', { flags: [BEFORE] }).ok(), list(['A'], { attachFlags: [] })),
  row(
    'D51',
    world(),
    loads('A', 'B'),
    attach('A', { flags: [MULTI, BEFORE], relative: { prog: 'B' } }).fails('ENOENT'),
    list([], { revision: 1 }),
  ),
];

const alternating: readonly RowStep[] = [
  ...loads('A', 'B', 'C', 'D', 'E'),
  multi('A'),
  multi('B', PREORDER),
  multi('C'),
  multi('D', PREORDER),
];

const preorder: readonly OracleRow[] = [
  ...chain(
    world(),
    [alternating],
    [
      ['D60', list(['A', 'B', 'C', 'D'])],
      ['D61', effective(['B', 'D', 'A', 'C'])],
      ['D62', query({ progAttachFlags: true }).gives({ progAttachFlags: [[MULTI], [MULTI], [MULTI], [MULTI]] })],
      [
        'D63',
        attach('E', { flags: [MULTI, BEFORE], relative: { prog: 'B' } }).fails('EINVAL'),
        list(['A', 'B', 'C', 'D']),
      ],
      [
        'D64',
        attach('E', { flags: [MULTI, PREORDER, BEFORE], relative: { prog: 'D' } }).ok(),
        list(['A', 'B', 'C', 'E', 'D']),
        effective(['B', 'E', 'D', 'A', 'C']),
      ],
    ],
  ),
  row(
    'D65',
    world(),
    loads('A', 'B', 'D'),
    multi('A'),
    multi('B', PREORDER),
    effective(['B', 'A']),
    replace('B', 'D').ok(),
    effective(['A', 'D']),
  ),
];

const pairs = [
  ['g', 'G'],
  ['p', 'P'],
  ['k', 'K'],
] as const;
const sixPrograms = pairs.flatMap(([, level]) => [`${level}n`, `${level}p`]);
const levels = world({
  progs: Object.fromEntries(sixPrograms.map((name) => [name, {}])),
  cgroups: { g: null, p: 'g', k: 'p' },
});

const threeLevels: readonly OracleRow[] = chain(
  levels,
  [
    loads(...sixPrograms, 'E'),
    pairs.flatMap(([cgroup, level]) => [
      attach(`${level}n`, { cgroup, flags: [MULTI] }).ok(),
      attach(`${level}p`, { cgroup, flags: [MULTI, PREORDER] }).ok(),
    ]),
  ],
  [
    ['D66', effective(['Gp', 'Pp', 'Kp', 'Kn', 'Pn', 'Gn'], { cgroup: 'k' })],
    [
      'D67',
      link('LE', 'E', { cgroup: 'k', flags: [PREORDER] }),
      effective(['Gp', 'Pp', 'Kp', 'E', 'Kn', 'Pn', 'Gn'], { cgroup: 'k' }),
    ],
  ],
);

const twoLinks = world({ progs: { X: {}, Y: {}, Z: {} } });
const oneBeforeTheOther: readonly RowStep[] = [
  ...loads('X', 'Y', 'Z', 'A'),
  link('LX', 'X'),
  link('LY', 'Y', { flags: [PREORDER] }),
  effective(['Y', 'X']),
];
/** An attach and a detach make the kernel compute the effective array anew. */
const recompute: readonly RowStep[] = [multi('A'), detach('A').ok()];

const updatedPreorder: readonly OracleRow[] = [
  row(
    'D68',
    twoLinks,
    oneBeforeTheOther,
    linkUpdate('LX', 'Z').ok(),
    effective(['Y', 'Z']),
    list(['Z', 'Y']),
    recompute,
    effective(['Y', 'Z']),
  ),
  row(
    'D69',
    twoLinks,
    oneBeforeTheOther,
    linkUpdate('LY', 'Z').ok(),
    effective(['Z', 'X']),
    recompute,
    effective(['Z', 'X']),
  ),
];

export const rows: readonly OracleRow[] = [
  ...replacing,
  ...anchoredOnPrograms,
  ...anchoredOnLinks,
  ...anchorsIgnored,
  ...preorder,
  ...threeLevels,
  ...updatedPreorder,
];
