/** Netfilter links: what creating them refuses, who may, when their program goes, and the namespace that they keep. */
import type { OracleRow, RowObjects, RowStep } from '../row.ts';
import * as s from '../steps.ts';
import { released } from './other-types.ts';

type Args = Readonly<Record<string, unknown>>;
const STDIN = 0;

const WORLD: RowObjects = {
  progs: ['N', 'M'].map((name) => s.prog(name, { type: 'netfilter', expectedAttachType: 'netfilter' })),
  netns: [{ name: 'IN' }],
  netdevs: [
    { name: 'here', kind: 'veth', peer: 'inside', netns: 'N0' },
    { name: 'inside', kind: 'veth', peerOf: 'here', netns: 'N0' },
  ],
};
const LOADED = s.loads('N', 'M');
const row = (id: string, ...steps: s.StepList): OracleRow => s.row(id, WORLD, ...steps);
const hook = (prog: s.Handle, more: Args = {}): s.Call =>
  s.call('link_create', {
    prog,
    attachType: 'netfilter',
    pf: 'ipv4',
    hooknum: 'pre_routing',
    priority: -199,
    ...more,
  } as never);

const checks: readonly OracleRow[] = [
  row('mx-375', LOADED, hook('N', { pf: 0 }).fails('EAFNOSUPPORT')),
  row('mx-376', LOADED, hook('N', { hooknum: 9 }).fails('EPROTO')),
  row('mx-377', LOADED, hook('N', { priority: -2147483648 }).fails('ERANGE')),
  row('mx-378', LOADED, hook('N').as('L').ok(), hook('M').fails('EBUSY')),
  row('mx-379', LOADED, hook('N', { nfFlags: [128] }).fails('EOPNOTSUPP')),
  released('rc-009', 'netfilter', true),
  row('ho-023', LOADED, s.fork('P1').ok(), s.setCaps('P1', []), hook('N').by('P1').ok()),
];

/** P1 alone is in the namespace, and end `inside` of the pair. */
const inside = (loaded: readonly RowStep[]): readonly RowStep[] => [
  ...loaded,
  s.fork('P1').ok(),
  s.call('netdev_move', { netdev: 'inside', netns: 'IN' }).ok(),
  s.call('enter_netns', { netns: 'IN' }).by('P1').ok(),
];
const peer = (exists: boolean): RowStep => s.call('netdev_exists', { netdev: 'here' }).eventually({ exists });
const death = s.chain(
  WORLD,
  [inside(LOADED)],
  [
    ['lt-074', hook('N').by('P1').as('NL').ok(), s.sendFd('NL', 'P0').by('P1').ok(), peer(true)],
    ['lt-075', s.call('netns_delete', { netns: 'IN' }).ok(), s.exit('P1'), s.wait('P1').ok(), peer(true)],
    ['lt-076', s.linkDetach('NL').ok()],
    ['lt-077', peer(false)],
  ],
);

/** Kernels without netfilter links load no program for them, so that there is no descriptor to pass. */
const withoutProgram = (id: string): OracleRow => row(id, s.load('N').fails('EINVAL'), hook(s.NOT_OPEN).fails('EBADF'));
const older = [
  ...['mx-netfilter-create', 'mx-316', 'mx-317', 'mx-318', 'mx-319', 'mx-320', 'rc-009', 'ho-023'].map((id) =>
    withoutProgram(`${id}@6.1`),
  ),
  row('lt-074@6.1', inside([]), hook(s.NOT_OPEN).by('P1').fails('EBADF'), peer(true)),
  // What could not be made leaves the program that asked with descriptor 0.
  row('lt-076@6.1', s.linkDetach(STDIN).fails('EINVAL')),
].map((one): OracleRow => ({ ...one, semantics: 'linux-6.1' }) as OracleRow);

export const rows: readonly OracleRow[] = [...checks, ...death, ...older];
