/** Group N: what a process of uid 65534 may do. P1 has the capabilities that the row names, and what it inherits from root. */
import { DIR, forkChild, openDirectory, openOwnDirectory, pinMkdir, steps } from '../process-steps.ts';
import type { OracleRow, RowStep } from '../row.ts';
import {
  type AttachOptions,
  attach,
  type Capability,
  chain,
  chmod,
  detach,
  link,
  linkById,
  linkCreate,
  linkDetach,
  linkInfo,
  linkUpdate,
  list,
  listIds,
  load,
  loads,
  MULTI,
  objGet,
  type ProgOptions,
  pin,
  progById,
  query,
  row,
  type StepList,
  setCaps,
  UNKNOWN_FLAG,
  world,
} from '../steps.ts';

const SOCK_CREATE = 'cgroup_inet_sock_create';
const SOCK: ProgOptions = { type: 'cgroup_sock', expectedAttachType: SOCK_CREATE };
const objects = world({ progs: { S: SOCK } });
const sock: AttachOptions = { cgroup: DIR, attachType: SOCK_CREATE };
const skb: AttachOptions = { cgroup: DIR };

/** After what root does, P1 is forked with root's descriptors and keeps these capabilities. */
const child = (caps: readonly Capability[], ...root: StepList): readonly RowStep[] =>
  steps(...root, forkChild(), setCaps('P1', caps));
const inherited = (...caps: readonly Capability[]): readonly RowStep[] =>
  child(caps, loads('A', 'B', 'S'), openDirectory());
const withLink = (...caps: readonly Capability[]): readonly RowStep[] =>
  child(caps, loads('A', 'B'), openDirectory(), link('L', 'A'));
const rootAttached = (flags: AttachOptions['flags'] = []): readonly RowStep[] =>
  child([], load('A').ok(), openDirectory(), attach('A', { flags }).ok());
/** Root's pin of a link, with this mode. P1 has no descriptor of the link: it was forked before. */
const rootPinned = (mode: string): readonly RowStep[] => [
  forkChild(),
  setCaps('P1', []),
  load('A').ok(),
  link('L', 'A'),
  pin('L', 'l').ok(),
  chmod('l', mode).ok(),
];

const attaching: readonly OracleRow[] = [
  {
    id: 'N00',
    notExecutable:
      'A system setting (kernel.unprivileged_bpf_disabled = 2) read from the machine: the premise of this group, and the result of no operation on an attachment.',
  },
  row('N01', objects, child([]), load('A').by('P1').fails('EPERM')),
  // PROG_ATTACH turns the EPERM of its type check into EINVAL, LINK_CREATE passes it on.
  row('N02', objects, inherited(), attach('A', skb).by('P1').fails('EINVAL'), list([])),
  row('N03', objects, inherited(), linkCreate('A', skb).by('P1').fails('EPERM'), list([])),
  ...chain(objects, inherited(), [
    ['N04', attach('S', sock).by('P1').ok()],
    ['N05', list(['S'], {}, { attachType: SOCK_CREATE })],
    ['N06', detach(-1, sock).by('P1').ok(), list([], {}, { attachType: SOCK_CREATE })],
  ]),
  row(
    'N07',
    objects,
    inherited(),
    linkCreate('S', sock).by('P1').as('L').ok(),
    list(['S'], {}, { attachType: SOCK_CREATE }),
  ),
  row('N25', objects, inherited('CAP_NET_ADMIN'), attach('A', skb).by('P1').ok(), list(['A'])),
];

const detaching: readonly OracleRow[] = [
  row('N08', objects, rootAttached(), list(['A']), detach(null, skb).by('P1').ok(), list([])),
  row(
    'N09',
    objects,
    forkChild(),
    setCaps('P1', []),
    load('A').ok(),
    attach('A').ok(),
    openOwnDirectory('P1'),
    detach(null, { cgroup: { handle: 'own' } })
      .by('P1')
      .ok(),
    list([]),
  ),
  row('N10', objects, rootAttached([MULTI]), detach(null, skb).by('P1').fails('EINVAL'), list(['A'])),
  row('N11', objects, rootAttached([MULTI]), detach('A', skb).by('P1').ok(), list([])),
];

const empty = { progs: [], count: 0 };

const looking: readonly OracleRow[] = [
  row('N12', objects, inherited(), query(skb).by('P1').fails('EPERM')),
  // The capability is tested before the flags.
  row(
    'N37',
    objects,
    inherited(),
    query({ ...skb, flags: [UNKNOWN_FLAG] })
      .by('P1')
      .fails('EPERM'),
  ),
  row('N13', objects, inherited('CAP_NET_ADMIN'), query(skb).by('P1').gives(empty)),
  row('N14', objects, inherited('CAP_BPF'), query(skb).by('P1').fails('EPERM')),
  row('N15', objects, inherited('CAP_SYS_ADMIN'), query(skb).by('P1').gives(empty)),
];

const links: readonly OracleRow[] = [
  row('N16', objects, withLink(), linkUpdate('L', 'B').by('P1').ok(), list(['B'])),
  row('N17', objects, withLink(), linkInfo('L').by('P1').gives({ link: 'L', prog: 'A', cgroup: 'c' })),
  row('N18', objects, withLink(), linkById('L').by('P1').fails('EPERM')),
  row('N19', objects, withLink('CAP_BPF', 'CAP_NET_ADMIN'), linkById('L').by('P1').fails('EPERM')),
  row('N20', objects, withLink('CAP_SYS_ADMIN'), linkById('L').by('P1').ok()),
  row('N21', objects, withLink(), progById('A').by('P1').fails('EPERM')),
  row('N22', objects, withLink(), listIds('link').by('P1').fails('EPERM')),
  ...chain(objects, withLink(), [
    ['N23', linkDetach('L').by('P1').ok()],
    ['N24', linkInfo('L').by('P1').gives({ cgroup: null })],
  ]),
];

const loading: readonly OracleRow[] = [
  row('N26', objects, child(['CAP_BPF']), load('A').by('P1').ok()),
  row('N27', objects, child(['CAP_BPF']), load('S').by('P1').fails('EPERM')),
  row('N28', objects, child(['CAP_BPF', 'CAP_NET_ADMIN']), load('S').by('P1').ok()),
];

const pins: readonly OracleRow[] = [
  row('N30', objects, rootPinned('0600'), objGet('l').by('P1').fails('EACCES')),
  // A link needs read and write permission.
  row('N31', objects, rootPinned('0604'), objGet('l').by('P1').fails('EACCES')),
  row('N32', objects, rootPinned('0606'), objGet('l').by('P1').as('R').gives({ sameAs: 'L' })),
  row(
    'N33',
    objects,
    rootPinned('0606'),
    objGet('l').by('P1').as('R').gives({ sameAs: 'L' }),
    linkDetach('R').by('P1').ok(),
    linkInfo('L').gives({ cgroup: null }),
    list([]),
  ),
  row('N34', objects, pinMkdir('open').ok(), chmod('open', '0777').ok(), withLink(), pin('L', 'open/l').by('P1').ok()),
  // The directory belongs to root; that it is writable for all is the whole reason why this succeeds.
  row('N35', objects, chmod('.', '1777').ok(), withLink(), pin('L', 'l').by('P1').ok()),
];

const ownNamespace: readonly OracleRow[] = [
  row(
    'N36',
    objects,
    loads('A'),
    openDirectory(),
    forkChild(),
    setCaps('P1', ['CAP_BPF', 'CAP_NET_ADMIN', 'CAP_PERFMON', 'CAP_SYS_ADMIN'], { userns: true }),
    query(skb).by('P1').fails('EPERM'),
    linkCreate('A', skb).by('P1').fails('EPERM'),
  ),
];

export const rows: readonly OracleRow[] = [
  ...attaching,
  ...detaching,
  ...looking,
  ...links,
  ...loading,
  ...pins,
  ...ownNamespace,
];
