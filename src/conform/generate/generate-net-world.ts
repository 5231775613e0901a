/** What the world of generated traces about devices and namespaces has: programs, devices, namespaces. */
import type { TraceFile } from '../../trace/format.ts';

export const FAMILIES = ['xdp', 'tcx', 'tc', 'netns'] as const;
export type Family = (typeof FAMILIES)[number];

type Template = NonNullable<TraceFile['objects']['progs']>[number];
const program = (type: string, expectedAttachType: string | null, returns: Readonly<Record<string, number>>) =>
  Object.entries(returns).map(([name, value]): Template => ({ name, type, expectedAttachType, returns: value }));

/** Results: go on, let the frame pass, drop it, and a code that nobody knows. */
export const CLS = program('sched_cls', null, { T1: -1, T2: -1, T3: -1, TP: 0, TD: 2, TU: 5 });
const XDP = program('xdp', null, { X1: 2, X2: 2, X3: 2, XD: 1 });
const DISSECTOR = program('flow_dissector', null, { F1: 0, F2: 0 });
const LOOKUP = program('sk_lookup', 'sk_lookup', { S1: 1, S2: 1, SD: 0 });
/** Whose drops would keep connections from being made. */
const FILTER = program('netfilter', 'netfilter', { N1: 1, N2: 1 });
export const PROGRAMS: Readonly<Record<Family, readonly Template[]>> = {
  xdp: XDP,
  tcx: CLS,
  tc: CLS,
  netns: [...DISSECTOR, ...LOOKUP, ...FILTER],
};
export const TCX = ['tcx_ingress', 'tcx_ingress', 'tcx_egress'];
export const MODES = [[], [], [], ['XDP_FLAGS_DRV_MODE'], ['XDP_FLAGS_SKB_MODE'], ['XDP_FLAGS_SKB_MODE']];
export const CAPS = ['CAP_BPF', 'CAP_NET_ADMIN', 'CAP_SYS_ADMIN', 'CAP_PERFMON'];
export const HERE = 'N0';
export const OTHER = 'blue';
export const LATER = 'red';
/** A pair in the first namespace, one end of a pair, a pair across two namespaces, and one that is made later. */
export const NETDEVS: NonNullable<TraceFile['objects']['netdevs']> = [
  { name: 'v0', kind: 'veth', peer: 'v1', netns: HERE },
  { name: 'v1', kind: 'veth', peerOf: 'v0', netns: HERE },
  { name: 'c0', kind: 'veth', netns: HERE },
  { name: 'w0', kind: 'veth', peer: 'w1', netns: HERE },
  { name: 'w1', kind: 'veth', peerOf: 'w0', netns: OTHER },
  { name: 'x0', kind: 'veth', netns: HERE, exists: false },
  { name: 'lo', kind: 'loopback', netns: HERE },
];
/** Not every kernel has one. */
export const BRIDGE = { name: 'br', kind: 'bridge', netns: HERE };
export const PAIRS: Readonly<Record<string, string>> = { v0: 'v1', v1: 'v0', w0: 'w1', w1: 'w0' };
/** A bridge over both ends of a pair would send a frame round for ever. */
export const BEHIND = ['v1', 'w1'];
export const VETHS = ['v0', 'v1', 'c0', 'w0', 'w1'];
