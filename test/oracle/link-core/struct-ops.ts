/** struct_ops: links that hold maps, and registrations without a link: mx-struct_ops-*, mx-453 to mx-460, on 6.12 and 6.1. */
import type { OracleRow, RowObjects } from '../row.ts';
import * as s from '../steps.ts';
import * as h from './helpers.ts';

const ops = (name: string, linkFlag: boolean) => ({ name, type: 'struct_ops', linkFlag }) as const;
const WORLD: RowObjects = {
  progs: [s.prog('S', s.SOCKET_FILTER)],
  maps: [
    ops('M1', true),
    ops('M2', true),
    ops('M3', true),
    ops('N', false),
    { name: 'arr', type: 'array', maxEntries: 1 },
  ],
};

const make = (map: string): s.Call => s.call('map_create', { map }).as(map);
const fill = (map: string, name: string): s.Call => s.call('map_update', { map, key: 0, value: { name, members: {} } });
const link = (map: string): s.Call => s.call('link_create', { attachType: 'struct_ops', structOpsMap: map });
const update = (structOpsMap: string, more: Readonly<Record<string, string | readonly string[]>> = {}): s.Call =>
  s.call('link_update', { link: 'L', structOpsMap, ...more } as never);
const remove = (map: string): s.Call => s.call('map_delete', { map, key: 0 });

const filled = [
  ...['M1', 'M2', 'M3', 'N', 'arr'].map((map) => make(map).ok()),
  fill('M1', 'cc').ok(),
  fill('M2', 'cc').ok(),
  fill('M3', 'other').ok(),
  s.load('S').ok(),
];
const setup = [...filled, link('M1').as('L').ok()];
const row = (id: string, ...steps: s.StepList): OracleRow => ({
  ...s.row(`mx-struct_ops-${id}@6.12`, WORLD, setup, ...steps),
  semantics: 'linux-6.12',
});
const defunct = (id: string, ...steps: s.StepList): OracleRow => row(`det-${id}`, s.linkDetach('L').ok(), ...steps);
const replacing = (map: string, oldMap: string): s.Call => update(map, { oldMap, flags: [s.REPLACE] });

const POLL = 'readiness for poll is not modelled: which events a poll reports is no part of a life cycle';

const matrix: readonly OracleRow[] = [
  row('create', s.linkInfo('L').gives({ link: 'L' })),
  row('info', s.linkInfo('L').gives({ type: 'struct_ops', prog: null, map: 'M1' })),
  row('fdinfo', s.fdinfo('L').gives({ linkType: 'struct_ops', link: 'L', map: 'M1' })),
  row('readlink', s.readlinkFd('L').gives({ target: 'anon_inode:bpf_link' })),
  row('byid', s.linkById('L').gives(h.isLink('L'))),
  row('iter', h.iterCreate('L').fails('EINVAL')),
  row('pin', s.pin('L', 'a').ok()),
  row('get', s.pin('L', 'a').ok(), s.objGet('a').gives(h.isLink('L'))),
  row('open', s.pin('L', 'a').ok(), h.openPin('a').fails('EIO')),
  { id: 'mx-struct_ops-epoll@6.12', notExecutable: POLL },
  row('upd-ok', update('M2').ok(), s.linkInfo('L').gives({ map: 'M2' })),
  row('upd-stale', update('M2').ok(), replacing('M1', 'M1').fails('EPERM'), s.linkInfo('L').gives({ map: 'M2' })),
  row('upd-repl', update('M2').ok(), replacing('M1', 'M2').ok(), s.linkInfo('L').gives({ map: 'M1' })),
  row('upd-incompat', update('S').fails('EINVAL')),
  row('upd-arr', update('arr').fails('EINVAL')),
  row('upd-othername', update('M3').fails('EINVAL')),
  row('detach', s.linkDetach('L').ok()),
  row('closed-byid', s.close('L').ok(), s.linkById('L').fails('ENOENT')),
  defunct('info', s.linkInfo('L').gives({ link: 'L', map: null })),
  defunct('byid', s.linkById('L').gives(h.isLink('L'))),
  defunct('again', s.linkDetach('L').ok()),
  defunct('upd', update('M2').fails('ENOLINK')),
  defunct('upd-stale', replacing('M2', 'M2').fails('ENOLINK')),
  defunct('upd-incompat', update('S').fails('EINVAL')),
  defunct('pin', s.pin('L', 'a').ok(), s.objGet('a').gives(h.isLink('L'))),
  { id: 'mx-struct_ops-det-epoll@6.12', notExecutable: POLL },
];

const KILLS = 'the kernel does not survive it (facts link-core 15, B1): there is no state behind it';

const live: readonly OracleRow[] = [
  s.row('mx-struct_ops-live-0', WORLD, setup, s.linkInfo('L').gives({ type: 'struct_ops', prog: null })),
  s.row('mx-struct_ops-live-1', WORLD, setup, update('M2').ok()),
  { id: 'mx-struct_ops-live-2', notExecutable: KILLS },
];

/** Registered by the update itself, and by nobody's descriptor: an attachment that survives everything. */
const without = (kernel: '6.12' | '6.1', first: number): readonly OracleRow[] =>
  s
    .chain(WORLD, kernel === '6.1' ? [make('N').ok()] : filled, [
      [`mx-${first}@${kernel}`, fill('N', 'plain').ok()],
      [`mx-${first + 1}@${kernel}`, link('N').fails('EINVAL')],
      [`mx-${first + 2}@${kernel}`, remove('N').ok()],
      [`mx-${first + 3}@${kernel}`, remove('N').fails('EINPROGRESS')],
    ])
    .map((one) => ('steps' in one ? { ...one, semantics: `linux-${kernel}` } : one));

const byLink: readonly OracleRow[] = s
  .chain(WORLD, filled, [
    ['mx-457@6.12', remove('M1').fails('EOPNOTSUPP')],
    ['mx-458@6.12', link('M1').as('L1').ok()],
    ['mx-459@6.12', link('M2').fails('EEXIST')],
    ['mx-460@6.12', s.close('L1').ok(), link('M1').as('L2').ok()],
  ])
  .map((one) => ('steps' in one ? { ...one, semantics: 'linux-6.12' } : one));

/** MAP_CREATE with BPF_F_LINK fails on that kernel, so that there is no descriptor to pass. */
const noMap = (id: string, last: s.Call): OracleRow => ({
  ...s.row(id, WORLD, make('M1').fails('EINVAL'), last.fails('EBADF')),
  semantics: 'linux-6.1',
});

export const rows: readonly OracleRow[] = [
  ...matrix,
  ...live,
  ...without('6.12', 453),
  ...byLink,
  ...without('6.1', 326),
  // The flag is refused, so that there is no map to make a link of.
  { ...s.row('mx-struct_ops-create@6.1', WORLD, make('M1').fails('EINVAL')), semantics: 'linux-6.1' },
  noMap('mx-330@6.1', s.call('map_delete', { map: s.NOT_OPEN, key: 0 })),
  ...['mx-331@6.1', 'mx-332@6.1', 'mx-333@6.1'].map((id) =>
    noMap(id, s.call('link_create', { attachType: 'struct_ops', structOpsMap: s.NOT_OPEN })),
  ),
];
