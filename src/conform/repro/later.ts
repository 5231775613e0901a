/** Constants of uapi headers that are younger than what distributions still ship: a reproducer brings them along. */

/** Flags. */
export const LATER_FLAGS = /BEFORE|AFTER|_ID$|PREORDER|_LINK$|PATH_FD|RENAME/;

/** enum bpf_attach_type after BPF_LSM_CGROUP, which 6.0 brought. */
export const LATER_ATTACH_TYPES: Readonly<Record<string, number>> = {
  struct_ops: 44,
  netfilter: 45,
  tcx_ingress: 46,
  tcx_egress: 47,
  trace_uprobe_multi: 48,
  netkit_primary: 54,
  netkit_peer: 55,
};

/** enum bpf_link_type after BPF_LINK_TYPE_STRUCT_OPS. */
export const LATER_LINK_TYPES: Readonly<Record<string, number>> = {
  netfilter: 10,
  tcx: 11,
  uprobe_multi: 12,
  netkit: 13,
};
