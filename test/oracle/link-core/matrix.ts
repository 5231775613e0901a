/**
 * Link type × operation, as the facts observed it (facts link-core 6): what LINK_UPDATE, LINK_DETACH, a pin, info and the other
 * commands answer for a link of each type, attached and defunct. Data that `link-types.ts` makes rows of.
 */
import type { Expectation } from '../../../src/trace/format.ts';
import type { RowObjects, RowStep } from '../row.ts';
import * as s from '../steps.ts';

/** What an operation answers: an errno, or null for success. */
export type Answer = string | null;

/** Answers of a type that can be updated, or null. */
export interface Updates {
  readonly ok: Answer;
  readonly incompatible: Answer;
  /** With REPLACE and an old program that is not the current one. */
  readonly stale: Answer;
}

export interface LinkTypeFacts {
  /** As the refs of the rows name the type. */
  readonly type: string;
  readonly objects: RowObjects;
  /** Makes link L of program A; B may replace it, C is another of its kind, S is of another kind. */
  readonly setup: readonly RowStep[];
  readonly info: Expectation;
  readonly update: Updates;
  readonly detach: Answer;
  /** Answers once the link is defunct; null: it cannot be. */
  readonly defunct: (Updates & { readonly info: Expectation }) | null;
  readonly iterCreate: Answer;
  /** open(2) of the pin. */
  readonly open: Answer;
  readonly epoll: Answer;
}

const kinds = (options: s.ProgOptions): NonNullable<RowObjects['progs']> => [
  ...['A', 'B', 'C'].map((name) => s.prog(name, options)),
  s.prog('S', s.SOCKET_FILTER),
];
const loaded = s.loads('A', 'B', 'C', 'S');
const create = (args: Readonly<Record<string, string | number | readonly string[]>>): RowStep =>
  s
    .call('link_create', { prog: 'A', ...args } as never)
    .as('L')
    .ok();

/** No `update_prog`, no `detach`. */
const FIXED = {
  update: { ok: 'EINVAL', incompatible: 'EINVAL', stale: 'EINVAL' },
  detach: 'EOPNOTSUPP',
  defunct: null,
  iterCreate: 'EINVAL',
  open: 'EIO',
  epoll: 'EPERM',
} as const;

const rawTracepoint: LinkTypeFacts = {
  ...FIXED,
  type: 'raw_tracepoint',
  objects: { progs: kinds({ type: 'raw_tracepoint', expectedAttachType: null, attach: { tp: 'sys_enter' } }) },
  setup: [...loaded, s.call('raw_tp_open', { prog: 'A', tp: 'sys_enter' }).as('L').ok()],
  info: { type: 'raw_tracepoint', prog: 'A', name: 'sys_enter' },
};

const tpBtf: LinkTypeFacts = {
  ...FIXED,
  type: 'tp_btf',
  objects: { progs: kinds({ type: 'tracing', expectedAttachType: 'trace_raw_tp', attach: { tp: 'task_newtask' } }) },
  setup: [...loaded, create({ attachType: 'trace_raw_tp' })],
  info: { type: 'raw_tracepoint', prog: 'A', name: 'task_newtask' },
};

const fentry: LinkTypeFacts = {
  ...FIXED,
  type: 'tracing_fentry',
  objects: {
    progs: kinds({
      type: 'tracing',
      expectedAttachType: 'trace_fentry',
      attach: { kernelFunc: 'bpf_fentry_test1' },
    }),
  },
  setup: [...loaded, create({ attachType: 'trace_fentry' })],
  info: { type: 'tracing', prog: 'A', attachType: 'trace_fentry' },
};

const lsm: LinkTypeFacts = {
  ...FIXED,
  type: 'lsm',
  objects: { progs: kinds({ type: 'lsm', expectedAttachType: 'lsm_mac', attach: { lsm: 'userns_create' } }) },
  setup: [...loaded, create({ attachType: 'lsm_mac' })],
  info: { type: 'tracing', prog: 'A', attachType: 'lsm_mac' },
};

const perfEvent: LinkTypeFacts = {
  ...FIXED,
  type: 'perf_event',
  objects: { progs: kinds({ type: 'perf_event', expectedAttachType: null }) },
  setup: [
    ...loaded,
    s.call('perf_event_open', { event: 'cpu_clock', cpu: 0 }).as('pe').ok(),
    create({ attachType: 'perf_event', perfEvent: 'pe' }),
  ],
  info: { type: 'perf_event', prog: 'A' },
};

const kprobeMulti: LinkTypeFacts = {
  ...FIXED,
  type: 'kprobe_multi',
  objects: { progs: kinds({ type: 'kprobe', expectedAttachType: 'trace_kprobe_multi' }) },
  setup: [...loaded, create({ attachType: 'trace_kprobe_multi', syms: ['bpf_fentry_test1'] })],
  info: { type: 'kprobe_multi', prog: 'A' },
};

const uprobeMulti: LinkTypeFacts = {
  ...FIXED,
  type: 'uprobe_multi',
  objects: { progs: kinds({ type: 'kprobe', expectedAttachType: 'trace_uprobe_multi' }) },
  setup: [...loaded, create({ attachType: 'trace_uprobe_multi', syms: ['malloc'] })],
  info: { type: 'uprobe_multi', prog: 'A' },
};

const iter: LinkTypeFacts = {
  ...FIXED,
  type: 'iter',
  objects: { progs: kinds({ type: 'tracing', expectedAttachType: 'trace_iter', attach: { iter: 'bpf_map' } }) },
  setup: [...loaded, create({ attachType: 'trace_iter' })],
  info: { type: 'iter', prog: 'A' },
  update: { ok: null, incompatible: 'EINVAL', stale: 'EPERM' },
  iterCreate: null,
  open: null,
};

const sockmap: LinkTypeFacts = {
  ...FIXED,
  type: 'sockmap',
  objects: {
    progs: kinds({ type: 'sk_msg', expectedAttachType: 'sk_msg_verdict' }),
    maps: [{ name: 'M', type: 'sockmap', maxEntries: 1 }],
  },
  setup: [
    s.call('map_create', { map: 'M' }).as('M').ok(),
    ...loaded,
    create({ attachType: 'sk_msg_verdict', map: 'M' }),
  ],
  info: { type: 'sockmap', prog: 'A', map: 'M', attachType: 'sk_msg_verdict' },
  update: { ok: null, incompatible: 'EINVAL', stale: 'EPERM' },
  detach: null,
  // Old program and type are looked at before liveness.
  defunct: { ok: 'ENOLINK', incompatible: 'EINVAL', stale: 'EPERM', info: { link: 'L', prog: 'A', map: null } },
};

/** Both hooks of a namespace: old program and type are looked at before liveness. */
const ofNetns = (type: string): LinkTypeFacts => ({
  ...FIXED,
  type: `netns_${type}`,
  objects: {
    progs: kinds({ type, expectedAttachType: type === 'sk_lookup' ? type : null }),
    netns: [{ name: 'N0' }],
  },
  setup: [...loaded, create({ attachType: type, netns: 'N0' })],
  info: { type: 'netns', prog: 'A', netns: 'N0', attachType: type },
  update: { ok: null, incompatible: 'EINVAL', stale: 'EPERM' },
  detach: null,
  defunct: { ok: 'ENOLINK', incompatible: 'EINVAL', stale: 'EPERM', info: { link: 'L', prog: 'A', netns: null } },
});

/** XDP and tcx: liveness is looked at first. */
const ofDevice = (type: string, attachType: string, options: s.ProgOptions): LinkTypeFacts => ({
  ...FIXED,
  type,
  objects: {
    progs: kinds(options),
    netdevs: [
      { name: 'dev', kind: 'veth', peer: 'peer', netns: 'N0' },
      { name: 'peer', kind: 'veth', peerOf: 'dev', netns: 'N0' },
    ],
  },
  setup: [...loaded, create({ attachType, netdev: 'dev' })],
  info: { type, prog: 'A', netdev: 'dev' },
  update: { ok: null, incompatible: 'EINVAL', stale: 'EPERM' },
  detach: null,
  defunct: { ok: 'ENOLINK', incompatible: 'ENOLINK', stale: 'ENOLINK', info: { link: 'L', prog: 'A', netdev: null } },
});

/** It has an update that always refuses, and its info never says that it is defunct. */
const NETFILTER_INFO = {
  type: 'netfilter',
  prog: 'A',
  pf: 'ipv4',
  hooknum: 'pre_routing',
  priority: -199,
  nfFlags: [],
};
const netfilter: LinkTypeFacts = {
  ...FIXED,
  type: 'netfilter',
  objects: { progs: kinds({ type: 'netfilter', expectedAttachType: 'netfilter' }), netns: [{ name: 'N0' }] },
  setup: [...loaded, create({ attachType: 'netfilter', pf: 'ipv4', hooknum: 'pre_routing', priority: -199 })],
  info: NETFILTER_INFO,
  update: { ok: 'EOPNOTSUPP', incompatible: 'EOPNOTSUPP', stale: 'EOPNOTSUPP' },
  detach: null,
  defunct: {
    ok: 'EOPNOTSUPP',
    incompatible: 'EOPNOTSUPP',
    stale: 'EOPNOTSUPP',
    info: { link: 'L', ...NETFILTER_INFO },
  },
};

/** Types that take programs; struct_ops takes maps, and has rows of its own. */
export const MATRIX: readonly LinkTypeFacts[] = [
  rawTracepoint,
  tpBtf,
  fentry,
  lsm,
  perfEvent,
  kprobeMulti,
  uprobeMulti,
  iter,
  sockmap,
  ofNetns('flow_dissector'),
  ofNetns('sk_lookup'),
  ofDevice('xdp', 'xdp', { type: 'xdp', expectedAttachType: 'xdp', returns: 2 }),
  ofDevice('tcx', 'tcx_ingress', { type: 'sched_cls', expectedAttachType: null, returns: -1 }),
  netfilter,
];

/** Types that only some of the observed kernels have, where their rows say so. */
export const OBSERVED_ON: Readonly<Record<string, readonly string[]>> = {
  tracing_fentry: ['@6.12', '@6.1'],
  lsm: ['@6.12', '@6.1'],
  kprobe_multi: ['@6.12'],
};
