/** Rows G01..G26: what PROG_QUERY refuses and what it reports. */
import type { OracleRow, RowStep } from '../row.ts';
import {
  attach,
  attachAs,
  EFFECTIVE,
  link,
  list,
  loads,
  MODES,
  MULTI,
  modeFlags,
  NOT_OPEN,
  type QueryOptions,
  query,
  row,
  world,
} from '../steps.ts';

const refused = (id: string, errno: string, options: QueryOptions): OracleRow =>
  row(id, world(), query(options).fails(errno));

const checks: readonly OracleRow[] = [
  row('G01', world(), list([], { attachFlags: [] })),
  refused('G02', 'EINVAL', { flags: [2] }),
  refused('G03', 'EINVAL', { attachType: 1000 }),
  refused('G04', 'EBADF', { cgroup: NOT_OPEN }),
  refused('G05', 'EINVAL', { flags: [EFFECTIVE], progAttachFlags: true }),
  refused('G06', 'EINVAL', { attachType: 'lsm_cgroup' }),
  row('G07', world(), query({ attachType: 'lsm_cgroup', progAttachFlags: true }).gives({ progs: [], count: 0 })),
];

const modes: readonly OracleRow[] = MODES.map((mode, i) =>
  row(
    `G1${i}`,
    world(),
    loads('A'),
    attachAs(mode, 'A').ok(),
    query().gives({ attachFlags: modeFlags[mode] }),
    // The effective list may come from several cgroups, so the kernel reports no mode at all.
    query({ flags: [EFFECTIVE] }).gives({ attachFlags: [] }),
  ),
);

const multi = (prog: string): RowStep => attach(prog, { flags: [MULTI] }).ok();
const abc: readonly RowStep[] = [...loads('A', 'B', 'C'), multi('A'), multi('B'), multi('C')];
const firstTwo = { errno: 'ENOSPC', count: 3, progs: ['A', 'B'] } as const;

const buffers: readonly OracleRow[] = [
  row('G20', world(), abc, query({ capacity: 2 }).gives(firstTwo)),
  row('G21', world(), abc, query({ capacity: 2, flags: [EFFECTIVE] }).gives(firstTwo)),
  row('G22', world(), abc, query({ capacity: 0 }).gives({ count: 3 })),
  row('G23', world(), abc, query({ noBuffers: true }).gives({ count: 3 })),
  row(
    'G24',
    world(),
    abc,
    link('LA', 'A'),
    query({ progAttachFlags: true }).gives({
      progs: ['A', 'B', 'C', 'A'],
      progAttachFlags: [[MULTI], [MULTI], [MULTI], [MULTI]],
    }),
  ),
  row(
    'G25',
    world(),
    abc,
    link('LA', 'A'),
    query({ linkIds: true }).gives({ progs: ['A', 'B', 'C', 'A'], count: 4, linkIdsWritten: false }),
  ),
  {
    id: 'G26',
    notExecutable:
      "It is about which bytes of the caller's own bpf_attr the kernel writes behind the size it was given: user memory, not lifecycle state.",
  },
];

export const rows: readonly OracleRow[] = [...checks, ...modes, ...buffers];
