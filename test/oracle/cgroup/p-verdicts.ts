/** Group P: what an event gets from the programs it ran: all of them run, and one denial is enough. */
import { egressWorld, fireTask, forkChild } from '../process-steps.ts';
import type { OracleRow, RowStep } from '../row.ts';
import {
  attach,
  chain,
  detach,
  EGRESS,
  fire,
  join,
  link,
  loads,
  MULTI,
  OVERRIDE,
  type ProgOptions,
  row,
  world,
} from '../steps.ts';

const egress = { attachType: EGRESS } as const;
const multi = { ...egress, flags: [MULTI] } as const;
const datagram = (expect: Parameters<ReturnType<typeof fire>['gives']>[0]): RowStep => fire(EGRESS).gives(expect);

const objects = egressWorld({ progs: { D: { returns: 0 } }, cgroups: { p: null, c: 'p' } });
const denied = { verdict: 'deny', errno: 'EPERM' };

const packets: readonly OracleRow[] = [
  row('P01', objects, datagram({ verdict: 'allow', ran: [] })),
  ...chain(
    objects,
    [
      loads('A', 'B', 'D'),
      attach('D', multi).ok(),
      attach('A', multi).ok(),
      attach('B', { ...multi, cgroup: 'p' }).ok(),
    ],
    [
      ['P02', datagram({ ...denied, ran: ['D', 'A', 'B'] })],
      ['P03', datagram({ ...denied, ranCounts: { D: 1, A: 1, B: 1 } })],
      ['P04', detach('D', egress).ok(), datagram({ verdict: 'allow', ran: ['A', 'B'] })],
    ],
  ),
  row(
    'P05',
    objects,
    loads('A'),
    attach('A', multi).ok(),
    link('L', 'A', egress),
    datagram({ verdict: 'allow', ran: ['A', 'A'] }),
  ),
  ...chain(
    objects,
    [
      loads('A', 'B'),
      attach('A', { ...egress, cgroup: 'p', flags: [OVERRIDE] }).ok(),
      attach('B', { ...egress, flags: [OVERRIDE] }).ok(),
    ],
    [
      ['P06', datagram({ ran: ['B'] })],
      // The shadowed program is back at once.
      ['P07', detach('B', egress).ok(), datagram({ ran: ['A'] })],
    ],
  ),
];

const SOCK_CREATE = 'cgroup_inet_sock_create';
const sock = (options: ProgOptions): ProgOptions => ({
  type: 'cgroup_sock',
  expectedAttachType: SOCK_CREATE,
  ...options,
});
const sockets = world({
  progs: {
    DENY: sock({ returns: 0 }),
    ALLOW: sock({ returns: 1 }),
    NODATA: sock({ returns: 0, setRetval: 61 }),
    LIFT: sock({ returns: 1, setRetval: 0 }),
  },
});
const attached = (...progs: readonly string[]): readonly RowStep[] =>
  progs.flatMap((prog) => [...loads(prog), attach(prog, { attachType: SOCK_CREATE, flags: [MULTI] }).ok()]);
const noData = { verdict: 'deny', errno: 'ENODATA' };
const socketCall = (expect: Parameters<ReturnType<typeof fire>['gives']>[0]): RowStep =>
  fire(SOCK_CREATE).gives(expect);

const retvals: readonly OracleRow[] = [
  row('P10', sockets, attached('DENY'), socketCall({ ...denied, ran: ['DENY'] })),
  ...chain(sockets, attached('NODATA'), [
    ['P11', socketCall({ ...noData, ran: ['NODATA'] })],
    // A later 1 does not lift a denial.
    ['P12', attached('ALLOW'), socketCall({ ...noData, ran: ['NODATA', 'ALLOW'] })],
  ]),
  // EPERM is set only where no error is set yet.
  row('P13', sockets, attached('NODATA', 'DENY'), socketCall({ ...noData, ran: ['NODATA', 'DENY'] })),
  // The value is shared by the chain: a later program can lift a denial.
  row('P14', sockets, attached('NODATA', 'LIFT'), socketCall({ verdict: 'allow', ran: ['NODATA', 'LIFT'] })),
];

const SYSCTL = 'cgroup_sysctl';
const tasks = world({
  progs: { T: { type: SYSCTL, expectedAttachType: SYSCTL, returns: 0 } },
  cgroups: { c: null, y: null },
});
const moveTo = (cgroup: string): RowStep => join(cgroup).by('P1').ok();

const currentCgroup: readonly OracleRow[] = [
  row(
    'P20',
    tasks,
    loads('T'),
    attach('T', { attachType: SYSCTL }).ok(),
    forkChild(),
    moveTo('c'),
    fireTask(SYSCTL, 'P1').gives({ ...denied, ran: ['T'] }),
    moveTo('y'),
    fireTask(SYSCTL, 'P1').gives({ verdict: 'allow', ran: [] }),
    moveTo('c'),
    fireTask(SYSCTL, 'P1').gives({ ...denied, ran: ['T'] }),
  ),
];

export const rows: readonly OracleRow[] = [...packets, ...retvals, ...currentCgroup];
