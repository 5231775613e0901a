/** Capability sets against commands: pin-099 to pin-161. The table is the fact sheet's, cell by cell. */
import type { OracleRow, RowObjects, RowStep } from '../row.ts';
import * as s from '../steps.ts';
import * as h from './helpers.ts';

const WORLD: RowObjects = s.world({ progs: { F: s.SOCKET_FILTER, X: h.XDP, T: h.RAW_TRACEPOINT } });

/** Columns of the table, in the order in which the rows were numbered. */
const CAPS: readonly (readonly s.Capability[])[] = [
  [],
  ['CAP_BPF'],
  ['CAP_NET_ADMIN'],
  ['CAP_PERFMON'],
  ['CAP_BPF', 'CAP_NET_ADMIN'],
  ['CAP_BPF', 'CAP_PERFMON'],
  ['CAP_SYS_ADMIN'],
];

interface Command {
  readonly name: string;
  readonly call: s.Call;
  /** What an allowed call shows. */
  readonly allowed: (call: s.Call) => RowStep;
  /** One cell per column: `+` allowed, `-` EPERM. */
  readonly cells: string;
}

const succeeds = (call: s.Call): RowStep => call.ok();
const COMMANDS: readonly Command[] = [
  { name: 'LINK_GET_FD_BY_ID', call: s.linkById('L'), allowed: succeeds, cells: '------+' },
  {
    name: 'LINK_GET_NEXT_ID',
    call: s.listIds('link'),
    allowed: (call) => call.gives({ includes: ['L'] }),
    cells: '------+',
  },
  { name: 'PROG_GET_FD_BY_ID', call: s.progById('A'), allowed: succeeds, cells: '------+' },
  { name: 'PROG_LOAD SOCKET_FILTER', call: s.load('F'), allowed: succeeds, cells: '-+--+++' },
  { name: 'PROG_LOAD CGROUP_SKB', call: s.load('B'), allowed: succeeds, cells: '-+--+++' },
  { name: 'PROG_LOAD XDP', call: s.load('X'), allowed: succeeds, cells: '----+-+' },
  { name: 'PROG_LOAD RAW_TRACEPOINT', call: s.load('T'), allowed: succeeds, cells: '-----++' },
  {
    name: 'LINK_CREATE CGROUP_SKB',
    call: s.linkCreate('A', { cgroup: { handle: 'cg' } }).as('N'),
    allowed: succeeds,
    cells: '--+-+-+',
  },
  {
    name: 'PROG_QUERY cgroup',
    call: s.query({ cgroup: { handle: 'cg' } }),
    allowed: (call) => call.gives({ progs: ['A'], count: 1 }),
    cells: '--+-+-+',
  },
];

const FIRST_ROW = 99;

function cell(id: string, caps: readonly s.Capability[], step: RowStep): OracleRow {
  const setup = [s.load('A').ok(), s.link('L', 'A'), s.openCgroup('c', 'cg'), s.fork('P1').ok(), s.setCaps('P1', caps)];
  return s.row(id, WORLD, setup, step);
}

const refused = (command: Command): RowStep => command.call.by('P1').fails('EPERM');

const live: readonly OracleRow[] = CAPS.flatMap((caps, column) =>
  COMMANDS.map((command, line) => {
    const id = `pin-${String(FIRST_ROW + column * COMMANDS.length + line).padStart(3, '0')}`;
    const step = command.cells[column] === '+' ? command.allowed(command.call.by('P1')) : refused(command);
    return cell(id, caps, step);
  }),
);

/** CAP_SYS_ADMIN stands in for CAP_NET_ADMIN only since 6.9. */
const old: readonly OracleRow[] = h.onKernel(
  'linux-6.1',
  ...COMMANDS.filter(({ name }) => name === 'LINK_CREATE CGROUP_SKB').map((command) =>
    cell('pin-160@6.1', ['CAP_SYS_ADMIN'], refused(command)),
  ),
  ...COMMANDS.filter(({ name }) => name === 'PROG_QUERY cgroup').map((command) =>
    cell('pin-161@6.1', ['CAP_SYS_ADMIN'], refused(command)),
  ),
);

export const rows: readonly OracleRow[] = [...live, ...old];
