/** Probes of tracing, extensions, perf events and maps: links that nothing passes while they are there. */
import type { ProgTemplate } from '../../trace/format.ts';
import { call, load, probesOf } from './probe-steps.ts';

const TEST = 'bpf_fentry_test1';
const target = (name: string): ProgTemplate => ({
  name,
  type: 'xdp',
  expectedAttachType: null,
  returns: 0,
  mainFunc: 'main',
  subprogs: [{ name: 'sub', linkage: 'global', returns: 1 }],
});
const fentry = (name: string, attach?: { readonly kernelFunc: string }): ProgTemplate => ({
  name,
  type: 'tracing',
  expectedAttachType: 'trace_fentry',
  mainFunc: name,
  ...(attach === undefined ? {} : { attach }),
});

const trace = probesOf({
  progs: [
    { name: 'R', type: 'raw_tracepoint', expectedAttachType: null, attach: { tp: 'sys_enter' }, returns: 0 },
    { name: 'B', type: 'tracing', expectedAttachType: 'trace_raw_tp', attach: { tp: 'sys_enter' } },
    { name: 'S', type: 'perf_event', expectedAttachType: null, returns: 0 },
    { name: 'M', type: 'sk_msg', expectedAttachType: 'sk_msg_verdict', returns: 1 },
    { name: 'K', type: 'kprobe', expectedAttachType: 'trace_kprobe_multi' },
    { name: 'U', type: 'kprobe', expectedAttachType: 'trace_uprobe_multi' },
    { name: 'O', type: 'cgroup_skb', expectedAttachType: 'cgroup_inet_egress', returns: 1 },
    { name: 'I', type: 'cgroup_skb', expectedAttachType: 'cgroup_inet_ingress', returns: 1 },
    {
      name: 'C',
      type: 'xdp',
      expectedAttachType: null,
      returns: 2,
      tailCall: [
        { map: 'loop', index: 0 },
        { map: 'loop', index: 1 },
      ],
    },
    target('T'),
    target('V'),
    { name: 'E', type: 'ext', expectedAttachType: null, mainFunc: 'E', ctxStruct: 'xdp_md', returns: 2 },
    fentry('F', { kernelFunc: TEST }),
    fentry('G'),
  ],
  maps: [
    { name: 'socks', type: 'sockmap', maxEntries: 1 },
    { name: 'jumps', type: 'prog_array', maxEntries: 1 },
    { name: 'loop', type: 'prog_array', maxEntries: 2 },
  ],
});

const open = (prog: string, as: string) => call('raw_tp_open', { prog, tp: 'sys_enter' }, as);
const loadFor = (prog: string, targetProg: string, targetFunc: string) =>
  call('prog_load', { prog, targetProg, targetFunc }, prog);

export const TRACE_PROBES = {
  'freplace-targets': trace(
    load('T', 'V'),
    loadFor('E', 'T', 'sub'),
    call('link_create', { prog: 'E', targetProg: 'V', targetFunc: 'sub' }, 'L'),
  ),
  'perf-link': trace(
    load('S'),
    call('perf_event_open', { event: 'cpu_clock', cpu: 0 }, 'e'),
    call('link_create', { attachType: 'perf_event', prog: 'S', perfEvent: 'e' }, 'L'),
  ),
  'kprobe-multi': trace(
    load('K'),
    call('link_create', { attachType: 'trace_kprobe_multi', prog: 'K', syms: [TEST] }, 'L'),
  ),
  'link-create-tracing': trace(load('B'), call('link_create', { attachType: 'trace_raw_tp', prog: 'B' }, 'L')),
  'uprobe-multi': trace(
    load('U'),
    call('link_create', { attachType: 'trace_uprobe_multi', prog: 'U', syms: ['f'] }, 'L'),
  ),
  'fentry-on-fentry': trace(load('F'), loadFor('G', 'F', 'F')),
  'deferred-link-dealloc': { cannot: 'what it frees later is memory that nobody can look at' },
  'raw-tp-many-times': trace(load('R'), open('R', 'L'), open('R', 'N')),
  'sockmap-link': trace(
    call('map_create', { map: 'socks' }, 'socks'),
    load('M'),
    call('link_create', { attachType: 'sk_msg_verdict', prog: 'M', map: 'socks' }, 'L'),
  ),
  'sockmap-query': trace(
    call('map_create', { map: 'socks' }, 'socks'),
    call('query', { attachType: 'sk_msg_verdict', map: 'socks' }),
  ),
  'extended-not-in-arrays': trace(
    call('map_create', { map: 'jumps' }, 'jumps'),
    load('T'),
    loadFor('E', 'T', 'sub'),
    call('link_create', { prog: 'E' }, 'L'),
    call('map_update', { map: 'jumps', key: 0, value: { prog: 'T' } }),
  ),
  'attach-btf-descriptor': trace(load('T'), call('close', { handle: 'T' }), loadFor('E', 'T', 'sub')),
  'tracing-reattach': trace(
    load('F'),
    call('raw_tp_open', { prog: 'F' }, 'L'),
    call('raw_tp_open', { prog: 'F' }, 'N'),
  ),
  'tracing-target-info': trace(load('T'), loadFor('E', 'T', 'sub'), call('link_create', { prog: 'E' }, 'L')),
  'freeze-by-writers': trace(
    call('map_create', { map: 'jumps' }, 'jumps'),
    call('map_freeze', { map: 'jumps' }),
    call('map_freeze', { map: 'jumps' }),
  ),
  'arrays-by-attach-type': trace(
    call('map_create', { map: 'jumps' }, 'jumps'),
    load('O', 'I'),
    call('map_update', { map: 'jumps', key: 0, value: { prog: 'O' } }),
    call('map_update', { map: 'jumps', key: 0, value: { prog: 'I' } }),
  ),
  'tail-calls-that-happen': trace(
    call('map_create', { map: 'loop' }, 'loop'),
    load('C'),
    call('map_update', { map: 'loop', key: 1, value: { prog: 'C' } }),
    call('prog_test_run', { prog: 'C' }),
  ),
  'late-program-put': trace(
    load('R'),
    open('R', 'L'),
    call('close', { handle: 'R' }),
    call('close', { handle: 'L' }),
    call('prog_get_fd_by_id', { progId: 'R' }, 'N'),
  ),
  'uprobe-multi-flags': trace(
    load('U'),
    call('link_create', { attachType: 'trace_uprobe_multi', prog: 'U', syms: ['f'], flags: [1] }, 'L'),
  ),
};
