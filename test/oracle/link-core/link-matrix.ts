/** Every link command on a cgroup link, attached and defunct: mx-cgroup-*. */
import type { OracleRow, RowObjects, RowStep } from '../row.ts';
import * as s from '../steps.ts';
import * as h from './helpers.ts';

/** B may replace A, S (another program type) may not. */
const WORLD: RowObjects = s.world({ progs: { S: h.SOCK } });
const setup: readonly RowStep[] = [...s.loads('A', 'B', 'C', 'S'), s.link('L', 'A')];
const live = (id: string, ...steps: s.StepList): OracleRow => s.row(`mx-cgroup-${id}`, WORLD, setup, ...steps);
/** The link has been detached by force. */
const defunct = (id: string, ...steps: s.StepList): OracleRow =>
  live(`det-${id}`, s.linkDetach('L').ok(), s.list([]), ...steps);
const replacing = (prog: string, oldProg: string): s.Call => s.linkUpdate('L', prog, { oldProg, flags: [s.REPLACE] });

const looks: readonly OracleRow[] = [
  live('create', s.list(['A'])),
  live('info', s.linkInfo('L').gives({ type: 'cgroup', link: 'L', prog: 'A', cgroup: 'c', attachType: s.INGRESS })),
  live('fdinfo', s.fdinfo('L').gives({ linkType: 'cgroup', link: 'L', prog: 'A', cgroup: 'c' })),
  live('readlink', s.readlinkFd('L').gives({ target: 'anon_inode:bpf_link' })),
  live('byid', s.linkById('L').gives(h.isLink('L'))),
  live('epoll', h.epollAdd('L').fails('EPERM')),
  live('iter', h.iterCreate('L').fails('EINVAL')),
  live('closed-byid', s.close('L').ok(), s.linkById('L').fails('ENOENT')),
];

const updates: readonly OracleRow[] = [
  live('upd-incompat', s.linkUpdate('L', 'S').fails('EINVAL'), s.list(['A'])),
  live('upd-stale', replacing('B', 'C').fails('EPERM'), s.list(['A'])),
  live('upd-ok', s.linkUpdate('L', 'B').ok(), s.list(['B'])),
  live('upd-info', s.linkUpdate('L', 'B').ok(), s.linkInfo('L').gives({ link: 'L', prog: 'B', cgroup: 'c' })),
  live('upd-stale2', s.linkUpdate('L', 'B').ok(), replacing('C', 'A').fails('EPERM'), s.list(['B'])),
  live('upd-repl', s.linkUpdate('L', 'B').ok(), replacing('A', 'B').ok(), s.list(['A'])),
  live('upd-same', s.linkUpdate('L', 'A').ok(), s.list(['A'])),
];

const pins: readonly OracleRow[] = [
  live('pin', s.pin('L', 'a').ok()),
  live('get', s.pin('L', 'a').ok(), s.objGet('a').gives(h.isLink('L'))),
  live('open', s.pin('L', 'a').ok(), h.openPin('a').fails('EIO')),
];

const afterDetach: readonly OracleRow[] = [
  live('detach', s.linkDetach('L').ok(), s.list([])),
  defunct('info', s.linkInfo('L').gives({ link: 'L', prog: 'A', cgroup: null })),
  defunct('byid', s.linkById('L').gives(h.isLink('L'))),
  defunct('again', s.linkDetach('L').ok()),
  // ENOLINK is said before the old program or the new one's type is looked at.
  defunct('upd', s.linkUpdate('L', 'B').fails('ENOLINK')),
  defunct('upd-stale', replacing('B', 'C').fails('ENOLINK')),
  defunct('upd-incompat', s.linkUpdate('L', 'S').fails('ENOLINK')),
  defunct('pin', s.pin('L', 'a').ok(), s.objGet('a').gives(h.isLink('L'))),
  // A cgroup link cannot be polled, so that no event can tell of its detach.
  defunct('epoll', h.epollAdd('L').fails('EPERM')),
];

export const rows: readonly OracleRow[] = [...looks, ...updates, ...pins, ...afterDetach];
