/**
 * Words of the kernel's interface that a trace may use whether or not a model knows them: BPF_PROG_TYPE_* and attach types
 * of include/uapi/linux/bpf.h, in lower case. A misspelt one would be just another unknown number to a model, and its
 * EINVAL might even be expected.
 */

export const PROGRAM_TYPES: readonly string[] = [
  ...['socket_filter', 'kprobe', 'sched_cls', 'sched_act', 'tracepoint', 'xdp', 'perf_event', 'cgroup_skb'],
  ...['cgroup_sock', 'lwt_in', 'lwt_out', 'lwt_xmit', 'sock_ops', 'sk_skb', 'cgroup_device', 'sk_msg'],
  ...['raw_tracepoint', 'cgroup_sock_addr', 'lwt_seg6local', 'lirc_mode2', 'sk_reuseport', 'flow_dissector'],
  ...['cgroup_sysctl', 'raw_tracepoint_writable', 'cgroup_sockopt', 'tracing', 'struct_ops', 'ext', 'lsm'],
  ...['sk_lookup', 'syscall', 'netfilter'],
];

const both = (...names: readonly string[]): readonly string[] =>
  names.flatMap((name) => [name.replace('*', '4'), name.replace('*', '6')]);

export const ATTACH_TYPES: readonly string[] = [
  ...['cgroup_inet_ingress', 'cgroup_inet_egress', 'cgroup_inet_sock_create', 'cgroup_inet_sock_release'],
  ...['cgroup_sock_ops', 'cgroup_device', 'cgroup_sysctl', 'cgroup_getsockopt', 'cgroup_setsockopt', 'lsm_cgroup'],
  ...both('cgroup_inet*_bind', 'cgroup_inet*_connect', 'cgroup_inet*_post_bind', 'cgroup_inet*_getpeername'),
  ...both('cgroup_inet*_getsockname', 'cgroup_udp*_sendmsg', 'cgroup_udp*_recvmsg'),
  ...['cgroup_unix_connect', 'cgroup_unix_sendmsg', 'cgroup_unix_recvmsg'],
  ...['cgroup_unix_getpeername', 'cgroup_unix_getsockname'],
  ...['sk_skb_stream_parser', 'sk_skb_stream_verdict', 'sk_skb_verdict', 'sk_msg_verdict', 'sk_lookup'],
  ...['sk_reuseport_select', 'sk_reuseport_select_or_migrate', 'flow_dissector', 'lirc_mode2', 'netfilter'],
  ...['xdp', 'xdp_devmap', 'xdp_cpumap', 'tcx_ingress', 'tcx_egress', 'netkit_primary', 'netkit_peer'],
  ...['trace_raw_tp', 'trace_fentry', 'trace_fexit', 'trace_fsession', 'modify_return', 'trace_iter', 'lsm_mac'],
  ...['trace_kprobe_multi', 'trace_kprobe_session', 'trace_uprobe_multi', 'trace_uprobe_session'],
  ...['perf_event', 'struct_ops'],
];
