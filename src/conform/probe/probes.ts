/**
 * How each feature of a kernel is found out: by a trace of harmless calls whose results differ with the feature. The models
 * say what they are with and without it; which of the two the kernel shows decides. A new feature needs an entry here.
 */
import type { Feature } from '../../../models/semantics/features.ts';
import type { TraceFile } from '../../trace/format.ts';
import { type Args, by, call, load, type Probe, probesOf, type Step } from './probe-steps.ts';
import { NET_PROBES } from './probes-net.ts';
import { TRACE_PROBES } from './probes-trace.ts';

const EGRESS = 'cgroup_inet_egress';
const skb = (name: string, more: Args = {}) => ({
  name,
  type: 'cgroup_skb',
  expectedAttachType: EGRESS,
  returns: 1,
  ...more,
});
const OBJECTS: TraceFile['objects'] = {
  progs: [
    skb('A'),
    skb('B'),
    skb('C'),
    skb('S', { cgroupStorage: 'm' }),
    skb('T', { cgroupStorage: 'n' }),
    { name: 'P', type: 'sched_cls', subprogs: [{ name: 'f', returns: 1 }] },
    { name: 'Q', type: 'sched_cls', subprogs: [{ name: 'f', returns: 1 }], changesPacket: true },
    { name: 'E', type: 'ext', tailCall: { map: 'j', index: 0 } },
    { name: 'K', type: 'cgroup_sock', expectedAttachType: 'cgroup_inet_sock_create', returns: 1 },
    { name: 'R', type: 'cgroup_sock', expectedAttachType: 'cgroup_inet_sock_create', returns: 1, setRetval: 0 },
  ],
  maps: [
    ...['m', 'n'].map((name) => ({ name, type: 'cgroup_storage', key: 'cgroup+attachType', valueSize: 8 })),
    { name: 'j', type: 'prog_array', maxEntries: 1 },
  ],
  // Nobody ever enters them, so that no program of a probe runs.
  cgroups: [
    { name: 'c', parent: null },
    { name: 'd', parent: 'c' },
  ],
};

const other = by('P1');
const SLEEP = by('-')('sleep', { ms: 1 });

const attach = (prog: string, flags: readonly string[], more: Args = {}): Step =>
  call('prog_attach', { attachType: EGRESS, cgroup: 'c', prog, flags, ...more });
const link = (prog: string, as: string, more: Args = {}): Step =>
  call('link_create', { attachType: EGRESS, cgroup: 'c', prog, ...more }, as);
const query = (more: Args = {}): Step => call('query', { attachType: EGRESS, cgroup: 'c', ...more });
const pin = (obj: string, more: Args = {}): Step => call('obj_pin', { obj, path: 'p', ...more });
/** A program for a function of another; it calls the array j. */
const extension = (targetProg: string): Step => call('prog_load', { prog: 'E', targetProg, targetFunc: 'f' }, 'E');
/** Another process, without privileges but for these. */
const stranger = (...caps: string[]): Step[] => [call('fork', {}, 'P1'), other('set_caps', { caps })];

const MULTI = ['BPF_F_ALLOW_MULTI'];

const trace = probesOf(OBJECTS);

const OLDER = 'the agent works only on kernels that have it';

/** In the order in which they are found out: what shows in every observation comes first. */
export const PROBES: Readonly<Record<Feature, Probe>> = {
  mprog: trace(query()),
  preorder: trace(load('A'), attach('A', [...MULTI, 'BPF_F_PREORDER'])),
  multi: trace(load('A'), attach('A', MULTI)),
  query: trace(query()),
  'any-mode-below-override': trace(
    load('A', 'B'),
    attach('A', ['BPF_F_ALLOW_OVERRIDE']),
    attach('B', MULTI, { cgroup: 'd' }),
  ),
  'release-at-offline': { cannot: OLDER },
  'descendants-hold-ancestors': {
    cannot:
      'two work items are released in the order of their queue, and nothing that can be called shows it for certain',
  },
  replace: trace(load('A', 'B'), attach('A', MULTI), attach('B', [...MULTI, 'BPF_F_REPLACE'], { replace: 'A' })),
  'cgroup-link': trace(load('A'), link('A', 'L')),
  'calls-by-anybody': trace(load('A'), stranger(), other('prog_info', { prog: 'A' })),
  'attach-needs-net-admin': trace(
    load('K'),
    stranger('CAP_BPF'),
    other('prog_attach', { attachType: 'cgroup_inet_sock_create', cgroup: 'c', prog: 'K' }),
  ),
  'link-ids': trace(load('A'), link('A', 'L'), call('link_info', { link: 'L' })),
  'enable-stats': trace(call('enable_stats', {}, 'S')),
  'defunct-enolink': trace(
    load('A', 'B'),
    link('A', 'L', { cgroup: 'd' }),
    call('rmdir', { cgroup: 'd' }),
    SLEEP,
    call('link_update', { link: 'L', prog: 'B' }),
  ),
  'link-detach': trace(load('A'), link('A', 'L'), call('link_detach', { link: 'L' })),
  'link-opens-read-write': trace(
    load('A'),
    link('A', 'L'),
    pin('L'),
    call('obj_get', { path: 'p', flags: ['BPF_F_RDONLY'] }, 'M'),
  ),
  'detach-without-memory': { cannot: 'no kernel fails an allocation on request' },
  'link-create-iter-info': trace(load('A'), link('A', 'L', { expectedRevision: 7 })),
  'rename-exchange': trace(
    load('A', 'B'),
    pin('A'),
    pin('B', { path: 'q' }),
    call('rename', { path: 'p', to: 'q', flags: ['RENAME_EXCHANGE'] }),
  ),
  'link-create-kprobe-multi': trace(load('A'), link('A', 'L', { addrs: [1] })),
  'set-retval': trace(load('R')),
  'query-prog-attach-flags': trace(query({ progAttachFlags: true })),
  'lsm-cgroup': trace(query({ attachType: 'lsm_cgroup', progAttachFlags: true })),
  'query-link-ids': trace(query({ linkIds: true })),
  'effective-without-flags': trace(load('A'), attach('A', MULTI), query({ flags: ['BPF_F_QUERY_EFFECTIVE'] })),
  'pin-put-by-rcu': trace(
    load('A'),
    pin('A'),
    call('close', { handle: 'A' }),
    call('unlink', { path: 'p' }),
    call('prog_get_fd_by_id', { progId: 'A' }, 'N'),
  ),
  'deferred-pin-put': trace(
    load('A'),
    link('A', 'L'),
    pin('L'),
    call('close', { handle: 'L' }),
    call('unlink', { path: 'p' }),
    query(),
  ),
  'path-fd': trace(
    load('A'),
    call('open_dir', { path: '.' }, 'dir'),
    pin('A', { pathFd: 'dir', flags: ['BPF_F_PATH_FD'] }),
  ),
  'sys-admin-implies-net-admin': trace(stranger('CAP_SYS_ADMIN'), other('query', { attachType: EGRESS, cgroup: 'c' })),
  'getfd-esrch': trace(
    load('A'),
    call('fork', {}, 'P1'),
    other('exit', {}),
    call('pidfd_getfd', { from: 'P1', handle: 'A' }, 'N'),
  ),
  'netfilter-holds-netns': { cannot: 'a kernel without it touches memory that it has freed' },
  ...TRACE_PROBES,
  'struct-ops-link': { cannot: 'a struct_ops link can stop a kernel' },
  'ext-keeps-packet': trace(call('map_create', { map: 'j' }, 'j'), load('P'), extension('P')),
  'ext-runs-as-target': trace(
    call('map_create', { map: 'j' }, 'j'),
    load('Q'),
    extension('Q'),
    call('map_update', { map: 'j', key: 0, value: { prog: 'Q' } }),
  ),
  ...NET_PROBES,
  // The programs stay open until the cgroup goes, so that a place which a kernel missed names nothing that was freed.
  'preorder-slot-fix': trace(
    load('A', 'B', 'C'),
    link('A', 'L'),
    link('B', 'M', { flags: ['BPF_F_PREORDER'] }),
    call('link_update', { link: 'L', prog: 'C' }),
  ),
  'netns-compare-under-lock': { cannot: 'only two updaters at the same moment show where the comparison is made' },
  'storage-check': trace(
    ['m', 'n'].map((map) => call('map_create', { map }, map)),
    load('S', 'T'),
    link('S', 'L'),
    call('link_update', { link: 'L', prog: 'T' }),
  ),
};
