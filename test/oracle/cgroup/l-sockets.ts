/**
 * Group L: a cgroup that was removed lives on as long as a socket that was created in it. One story: the rows were observed
 * one after the other on the same objects, so each contains the ones before it.
 */
import { DIR, egressWorld, forkChild, openDirectory } from '../process-steps.ts';
import type { OracleRow, RowStep } from '../row.ts';
import {
  attach,
  cgroupStat,
  chain,
  close,
  detach,
  EGRESS,
  gone,
  join,
  link,
  linkDetach,
  linkInfo,
  linkUpdate,
  loads,
  MULTI,
  openSocket,
  query,
  rmdir,
  send,
  sleep,
} from '../steps.ts';

/** P1 and P2 of the fact sheet are A and B, P3 is C, P4 is D; X is `c`, its parent `p`, Y is `y`. */
const objects = egressWorld({ cgroups: { p: null, c: 'p', y: null } });
const egress = { attachType: EGRESS } as const;

const datagrams = (count: number, ...ran: readonly string[]): readonly RowStep[] =>
  Array.from({ length: count }, () => send('s').by('P1').gives({ verdict: 'allow', ran }));

// P1 is forked first: as it inherits no program, the last descriptor of a program is P0's. The link at the parent is on
// ingress, so that it runs on none of the datagrams.
const setup = [
  forkChild(),
  loads('A', 'B', 'C', 'D', 'E'),
  openDirectory(),
  link('L', 'A', egress),
  attach('B', { ...egress, flags: [MULTI] }).ok(),
  link('LP', 'E', { cgroup: 'p' }),
  join('c').by('P1').ok(),
  openSocket('s').by('P1').ok(),
];

export const rows: readonly OracleRow[] = chain(objects, setup, [
  ['L01', datagrams(3, 'A', 'B')],
  ['L02', join('y').by('P1').ok(), datagrams(2, 'A', 'B')],
  ['L03', rmdir('c').ok(), sleep(), linkInfo('L').gives({ cgroup: 'c' })],
  ['L04', datagrams(2, 'A', 'B')],
  ['L05', query({ ...egress, cgroup: DIR }).fails('ENOENT'), detach('B', { ...egress, cgroup: DIR }).fails('ENOENT')],
  ['L06', linkUpdate('L', 'C').ok()],
  ['L07', datagrams(1, 'C', 'B')],
  ['L08', attach('D', { ...egress, cgroup: 'p', flags: [MULTI] }).ok()],
  ['L09', datagrams(1, 'C', 'B', 'D')],
  ['L10', cgroupStat('p').gives({ nrDying: 1 })],
  ['L11', rmdir('p').ok(), sleep(), linkInfo('LP').gives({ cgroup: 'p' })],
  ['L12', linkDetach('L').ok(), linkInfo('L').gives({ prog: 'C', cgroup: null })],
  ['L13', datagrams(1, 'B', 'D')],
  ['L14', close('s').by('P1').ok(), linkInfo('LP').eventually({ cgroup: null })],
  ['L16', close('B').ok(), gone('B')],
]);
