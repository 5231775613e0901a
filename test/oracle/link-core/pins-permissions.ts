/** What uid 65534 without capabilities may do with pins and inherited descriptors: pin-069 to pin-098, ho-025 to ho-028. */
import type { OracleRow, RowObjects, RowStep } from '../row.ts';
import * as s from '../steps.ts';
import * as h from './helpers.ts';

const WORLD: RowObjects = s.world({
  progs: { K: h.SOCK, F: s.SOCKET_FILTER, O: s.SOCK_OPS, V: h.DEVICE, Y: h.SYSCTL },
  maps: [h.MAP],
});
const SOCK_SLOT = { attachType: 'cgroup_inet_sock_create', cgroup: { handle: 'cg' } } as const;

/**
 * Root made everything and pinned link L at `l`, program A at `p`; P1 inherited every descriptor before it gave up its
 * rights, the one of the cgroup included: what an open(2) would say is not the question.
 */
const inherited: readonly RowStep[] = [
  ...s.loads('A', 'B', 'K', 'O', 'V', 'Y'),
  s.link('L', 'A'),
  s.pin('L', 'l').ok(),
  s.pin('A', 'p').ok(),
  s.openCgroup('c', 'cg'),
  h.mapCreate('M').ok(),
  s.fork('P1').ok(),
  s.setCaps('P1', []),
];
const row = (id: string, ...steps: s.StepList): OracleRow => s.row(id, WORLD, inherited, ...steps);
/** The one step of a row, done by the process without rights. */
const refused = (id: string, errno: string, step: s.Call): OracleRow => row(id, step.by('P1').fails(errno));
const allowed = (id: string, step: s.Call, ...after: s.StepList): OracleRow => row(id, step.by('P1').ok(), ...after);

/** Root made a directory in which everybody may pin. */
const ownPin: readonly RowStep[] = [h.pinMkdir('d').ok(), s.chmod('d', '0777').ok(), s.pin('L', 'd/l').by('P1').ok()];

const pins: readonly OracleRow[] = [
  row('pin-069', s.stat('l').gives({ mode: '0100600' })),
  refused('pin-070', 'EACCES', s.objGet('l')),
  refused('pin-071', 'EACCES', s.objGet('p')),
  refused('pin-072', 'EPERM', s.unlink('l')),
  refused('pin-073', 'EPERM', s.rename('l', 'm')),
  row('pin-075', ownPin),
  row('pin-076', ownPin, s.objGet('d/l').by('P1').gives(h.isLink('L'))),
  row('pin-077', ownPin, s.unlink('d/l').by('P1').ok()),
  row('pin-095', s.chmod('l', '0644').ok(), s.objGet('l').by('P1').fails('EACCES')),
  row('pin-096', s.chmod('l', '0666').ok(), s.objGet('l').by('P1').gives(h.isLink('L'))),
  row(
    'pin-097',
    s.chmod('p', '0644').ok(),
    s
      .objGet('p', { flags: [s.RDONLY] })
      .by('P1')
      .gives({ sameAs: 'A' }),
  ),
  row('pin-098', s.chmod('p', '0644').ok(), s.objGet('p').by('P1').fails('EACCES')),
];

const ids: readonly OracleRow[] = [
  refused('pin-078', 'EPERM', s.linkById('L')),
  refused('pin-079', 'EPERM', s.listIds('link')),
  refused('pin-080', 'EPERM', s.progById('A')),
  refused('pin-081', 'EPERM', s.call('map_get_fd_by_id', { mapId: 'M' })),
  refused('pin-082', 'EPERM', s.query({ cgroup: { handle: 'cg' } })),
];

/** Whoever has a descriptor of a link may change it: there are no owners. */
const links: readonly OracleRow[] = [
  row('pin-074', s.linkInfo('L').by('P1').gives({ type: 'cgroup', link: 'L', prog: 'A', cgroup: 'c' })),
  allowed('pin-083', s.linkUpdate('L', 'B'), s.list(['B'])),
  row(
    'pin-084',
    s.linkUpdate('L', 'B').by('P1').ok(),
    s
      .linkUpdate('L', 'A', { oldProg: 'B', flags: [s.REPLACE] })
      .by('P1')
      .ok(),
    s.list(['A']),
  ),
  allowed('pin-091', s.linkDetach('L'), s.list([])),
];

const attaching: readonly OracleRow[] = [
  refused('pin-085', 'EPERM', s.linkCreate('B', { cgroup: { handle: 'cg' } })),
  row(
    'pin-086',
    s.linkCreate('K', SOCK_SLOT).by('P1').as('LK').ok(),
    s.list(['K'], {}, { attachType: SOCK_SLOT.attachType }),
  ),
  allowed('pin-087', s.attach('K', SOCK_SLOT), s.list(['K'], {}, { attachType: SOCK_SLOT.attachType })),
  row(
    'pin-088',
    s.attach('K', SOCK_SLOT).by('P1').ok(),
    s.detach('K', SOCK_SLOT).by('P1').ok(),
    s.list([], {}, { attachType: SOCK_SLOT.attachType }),
  ),
];

const others: readonly OracleRow[] = [
  refused('pin-089', 'EPERM', s.load('F')),
  refused('pin-090', 'EPERM', h.mapCreate('M')),
  allowed('pin-092', s.call('prog_bind_map', { prog: 'A', map: 'M' })),
  refused('pin-093', 'EPERM', s.call('task_fd_query', { fd: 'L' })),
  refused('pin-094', 'EPERM', s.mountBpffs('m')),
];

/** Of the cgroup types only cgroup_skb asks for a capability. */
const linkCreate: readonly OracleRow[] = [
  row(
    'ho-025',
    s
      .linkCreate('O', { cgroup: { handle: 'cg' }, attachType: 'cgroup_sock_ops' })
      .by('P1')
      .as('N')
      .ok(),
  ),
  row(
    'ho-026',
    s
      .linkCreate('V', { cgroup: { handle: 'cg' }, attachType: 'cgroup_device' })
      .by('P1')
      .as('N')
      .ok(),
  ),
  row(
    'ho-027',
    s
      .linkCreate('Y', { cgroup: { handle: 'cg' }, attachType: 'cgroup_sysctl' })
      .by('P1')
      .as('N')
      .ok(),
  ),
  refused('ho-028', 'EPERM', s.linkCreate('B', { cgroup: { handle: 'cg' } })),
];

export const rows: readonly OracleRow[] = [...pins, ...ids, ...links, ...attaching, ...others, ...linkCreate];
