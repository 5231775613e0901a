/** Names of the kernel's numbers: what a trace writes in words and bpf(2) takes as numbers. */
import { constants } from 'node:os';

/** enum bpf_attach_type, as far as traces name them. */
export const ATTACH_TYPES: readonly string[] = [
  'cgroup_inet_ingress',
  'cgroup_inet_egress',
  'cgroup_inet_sock_create',
  'cgroup_sock_ops',
  'sk_skb_stream_parser',
  'sk_skb_stream_verdict',
  'cgroup_device',
  'sk_msg_verdict',
  'cgroup_inet4_bind',
  'cgroup_inet6_bind',
  'cgroup_inet4_connect',
  'cgroup_inet6_connect',
  'cgroup_inet4_post_bind',
  'cgroup_inet6_post_bind',
  'cgroup_udp4_sendmsg',
  'cgroup_udp6_sendmsg',
  'lirc_mode2',
  'flow_dissector',
  'cgroup_sysctl',
  'cgroup_udp4_recvmsg',
  'cgroup_udp6_recvmsg',
  'cgroup_getsockopt',
  'cgroup_setsockopt',
  'trace_raw_tp',
  'trace_fentry',
  'trace_fexit',
  'modify_return',
  'lsm_mac',
  'trace_iter',
  'cgroup_inet4_getpeername',
  'cgroup_inet6_getpeername',
  'cgroup_inet4_getsockname',
  'cgroup_inet6_getsockname',
  'xdp_devmap',
  'cgroup_inet_sock_release',
  'xdp_cpumap',
  'sk_lookup',
  'xdp',
  'sk_skb_verdict',
  'sk_reuseport_select',
  'sk_reuseport_select_or_migrate',
  'perf_event',
  'trace_kprobe_multi',
  'lsm_cgroup',
  'struct_ops',
  'netfilter',
  'tcx_ingress',
  'tcx_egress',
  'trace_uprobe_multi',
  'cgroup_unix_connect',
  'cgroup_unix_sendmsg',
  'cgroup_unix_recvmsg',
  'cgroup_unix_getpeername',
  'cgroup_unix_getsockname',
  'netkit_primary',
  'netkit_peer',
  'trace_kprobe_session',
  'trace_uprobe_session',
];

/** enum bpf_prog_type: the types whose programs are trivial to build. */
export const PROG_TYPES: Readonly<Record<string, number>> = {
  socket_filter: 1,
  kprobe: 2,
  sched_cls: 3,
  sched_act: 4,
  tracepoint: 5,
  xdp: 6,
  perf_event: 7,
  cgroup_skb: 8,
  cgroup_sock: 9,
  sock_ops: 13,
  sk_skb: 14,
  cgroup_device: 15,
  sk_msg: 16,
  raw_tracepoint: 17,
  cgroup_sock_addr: 18,
  flow_dissector: 22,
  cgroup_sysctl: 23,
  cgroup_sockopt: 25,
  tracing: 26,
  struct_ops: 27,
  ext: 28,
  lsm: 29,
  sk_lookup: 30,
  netfilter: 32,
};

/** enum bpf_map_type: the types that the agent makes. */
export const MAP_TYPES: Readonly<Record<string, number>> = {
  hash: 1,
  array: 2,
  prog_array: 3,
  devmap: 14,
  cpumap: 16,
  sockmap: 15,
  sockhash: 18,
  cgroup_storage: 19,
  struct_ops: 26,
};

/** enum bpf_link_type */
export const LINK_TYPES: Readonly<Record<number, string>> = {
  1: 'raw_tracepoint',
  2: 'tracing',
  3: 'cgroup',
  4: 'iter',
  5: 'netns',
  6: 'xdp',
  7: 'perf_event',
  8: 'kprobe_multi',
  9: 'struct_ops',
  10: 'netfilter',
  11: 'tcx',
  12: 'uprobe_multi',
  13: 'netkit',
  14: 'sockmap',
};

const MODE_FLAGS: readonly (readonly [number, string])[] = [
  [1, 'BPF_F_ALLOW_OVERRIDE'],
  [2, 'BPF_F_ALLOW_MULTI'],
];

/** The flags that a query returns; bits without a name are shown as a number. */
export function flagNames(flags: number): readonly string[] {
  const named = MODE_FLAGS.filter(([bit]) => (flags & bit) !== 0);
  const rest = named.reduce((left, [bit]) => left & ~bit, flags);
  return [...named.map(([, name]) => name), ...(rest === 0 ? [] : [String(rest)])];
}

/** Numbers that have two names, and those that user space does not know. */
const ERRNO_NAMES: Readonly<Record<number, string>> = { 11: 'EAGAIN', 77: 'EBADFD', 95: 'EOPNOTSUPP', 524: 'ENOTSUPP' };

const SYSTEM_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.errno).map(([name, number]) => [number, name]),
);

export const errnoName = (number: number): string =>
  ERRNO_NAMES[number] ?? SYSTEM_NAMES.get(number) ?? `E${String(number)}`;

export const attachTypeNumber = (name: string): number | undefined => {
  const index = ATTACH_TYPES.indexOf(name);
  return index < 0 ? undefined : index;
};

export const progTypeName = (number: number): string =>
  Object.entries(PROG_TYPES).find(([, value]) => value === number)?.[0] ?? String(number);
export const mapTypeName = (number: number): string =>
  Object.entries(MAP_TYPES).find(([, value]) => value === number)?.[0] ?? String(number);
