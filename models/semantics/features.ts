/**
 * Features: what tells one kernel from another, each with the change that brought it. A rule asks for a feature and never
 * for a version: distribution kernels backport. Facts cgroup 16, link-core 16.
 */

export const FEATURES = {
  multi: 'ALLOW_MULTI: several programs in one slot, effective arrays (4.15, merge b295edc54bf0)',
  query: 'BPF_PROG_QUERY (4.15)',
  'any-mode-below-override':
    'below an OVERRIDE attachment any mode may be attached, only OVERRIDE before (4.15; facts cgroup 6.2)',
  'release-at-offline':
    'attachments are released when the cgroup is removed and has no sockets, not when it is freed (5.3, 4bfc0bb2c60e)',
  'descendants-hold-ancestors':
    'descendants hold the BPF state of their ancestors, so that release is in order (5.5, e10360f815ca)',
  replace: 'BPF_F_REPLACE for MULTI (5.6, 7dd68b3279f1)',
  'cgroup-link': 'LINK_CREATE and LINK_UPDATE for cgroups (5.7, 0c991ebc8c69)',
  'xdp-replace': 'XDP_FLAGS_REPLACE with an expected program (5.7, 92234c8f15c8)',
  'xdp-link': 'links at XDP (5.9, aa8d3a716b59)',
  'xdp-bond':
    'the driver of bonds has XDP, in modes whose ports can take it over (5.15, 9e2ee5c7e7c3; on 5.10.262 a bond has generic XDP only)',
  'xdp-upper':
    'XDP is refused on a port whose upper device has a program (5.15, the series of 9e2ee5c7e7c3; 5.10.262 does not look)',
  'xdp-driver-first':
    'a driver without native XDP says EOPNOTSUPP before the program and the other mode are looked at (6.1.0-57, 6.12.118 and 7.2.13 do so, 5.10.262 and 6.18.44 say EEXIST or EINVAL; obs-046)',
  'xdp-bound': 'XDP programs that are bound to a device, BPF_F_XDP_DEV_BOUND_ONLY (6.3, 2b3486bc2d23)',
  'xdp-bound-strict':
    'LINK_UPDATE looks at the device of a bound XDP program as well, and two devices without offload are two (6.12.117 has it, 6.18.44 does not; facts misc-023 to misc-026)',
  'move-to-own-netns':
    'a device is moved to the namespace where it is: nothing happens; before, kinds that may not move say EINVAL (6.18.44 and 7.2.13 have it, 5.10, 6.1 and 6.12.118 do not)',
  tcx: 'tcx with mprog lists, and links there (6.6, e420bed02507)',
  'xdp-frags':
    'BPF_F_XDP_HAS_FRAGS: XDP programs that take frames of several pages (5.18, c2f2cdbeffda; PROG_LOAD says EINVAL on 5.10.262)',
  'sockmap-query': 'PROG_QUERY of what is attached to a sockmap (5.18, 748cd5729ac7; EINVAL on 5.10.262)',
  'attach-btf-descriptor':
    'PROG_LOAD takes a descriptor of BTF for that of a target, and says EINVAL of one that is closed, EBADF before (5.11, 290248a5b7d8; EBADF on 5.10.262)',
  'lsm-cgroup': 'LSM programs of cgroups (6.0, 69fd337a975c; 5.10.262 does not load them)',
  'tail-calls-that-happen':
    'a tail call to an empty entry does not count towards MAX_TAIL_CALL_CNT (6.12, 116e04ba1459; before, arch/x86/net/bpf_jit_comp.c counts before it looks at the entry; 6.1.192 runs a program that calls an empty entry and then itself 17 times)',
  netkit: 'netkit devices (6.7); the kernel that most facts were observed on was built without',
  'attach-needs-net-admin': 'PROG_ATTACH and PROG_DETACH ask for CAP_NET_ADMIN first (until 5.8)',
  'link-ids': 'ids of links, LINK_GET_FD_BY_ID, LINK_GET_NEXT_ID, info (5.8, a3b80e107894)',
  'enable-stats': 'BPF_ENABLE_STATS (5.8, d46edd671a14)',
  'defunct-enolink': 'LINK_UPDATE of a defunct link says ENOLINK, EINVAL before (5.8)',
  'link-detach': 'BPF_LINK_DETACH (5.9, 73b11c2ab072)',
  'link-opens-read-write': 'BPF_OBJ_GET of a link refuses RDONLY and WRONLY (5.13, 5.10.38; 25fc94b2f02d)',
  'detach-without-memory':
    'detaching needs no memory: the entry is taken out of the arrays in place (6.0, 4c46091ee985; 5.10.262 has it; facts cgroup 16)',
  'link-create-iter-info':
    'LINK_CREATE looks for stray bytes of attr from byte 28 on, behind iter_info_len of iterator links, and no longer from byte 16 on (5.9)',
  'rename-exchange': 'RENAME_EXCHANGE in bpffs, whose rename is that of libfs (5.17, 6429e46304ac; EINVAL on 5.10.262)',
  'link-create-kprobe-multi':
    'LINK_CREATE looks for stray bytes of attr from byte 48 on, behind kprobe_multi.cookies (5.18)',
  'set-retval': 'bpf_set_retval, and verdicts as errno (5.18, b44123b4a3dc)',
  'calls-by-anybody':
    'kernel.unprivileged_bpf_disabled forbids MAP_CREATE and PROG_LOAD only, every command of bpf(2) before (5.19)',
  'query-prog-attach-flags': 'PROG_QUERY takes an array for prog_attach_flags (6.0, b79c9fc9551b)',
  'effective-without-flags':
    'an effective query refuses prog_attach_flags, and says attach_flags 0 and not the mode of the cgroup (6.1, 0e426a3ae030)',
  'pin-put-by-rcu':
    'what a pin holds is put by an RCU callback after its inode has gone, not with it (5.1 to 6.17; bpf_free_inode in 5.10.262, bpf_destroy_inode in 6.1.192)',
  'freplace-targets':
    'an extension may be attached to any compatible target, by target_fd and target_btf_id (5.10, 4a1e7c0c63e0)',
  'perf-link': 'links of perf events (5.15, b89fbfbb854c)',
  'kprobe-multi': 'links of many kprobes (5.18)',
  'link-create-tracing': 'LINK_CREATE for tracing and LSM programs, RAW_TRACEPOINT_OPEN before (5.19)',
  'deferred-pin-put': 'the put of a pinned link goes through a work item (6.5)',
  'query-link-ids': 'PROG_QUERY knows link_ids and what follows them, which cgroups leave alone (6.6, 053c8e1f235d)',
  'path-fd': 'BPF_F_PATH_FD for OBJ_PIN and OBJ_GET (6.5)',
  'struct-ops-link': 'links of struct_ops (6.4)',
  'netfilter-link': 'programs and links of netfilter hooks (6.4, 84601d6ee68a)',
  'netfilter-defrag': 'BPF_F_NETFILTER_IP_DEFRAG for netfilter links (6.6, 91721c2d02d3)',
  'netfilter-holds-netns':
    'a netfilter link holds its namespace, which before it could outlive and touched when it was freed (6.12, 1230fe7ad397)',
  'uprobe-multi': 'links of many uprobes (6.6)',
  'fentry-on-fentry': 'tracing of tracing programs, one level (6.8)',
  'deferred-link-dealloc':
    'links that a program is run by are freed after the readers have gone (6.9, 1a80dbcb2dba; 6.1.192 has it)',
  'raw-tp-many-times': 'one program several times on a raw tracepoint, EEXIST before (6.10)',
  'sockmap-link': 'links of sockmaps (6.10)',
  'extended-not-in-arrays':
    'extended programs may not enter prog arrays, nor their members be extended (6.13, d6083f040d5d; 6.12.5 and 6.1.192 have it)',
  'ext-keeps-packet':
    'an extension may change packet data only where its target does, and a tail call is such a change (6.13, 81f6d0530ba0 and 1a4607ffba35; 6.12.118 and 7.2.13 have it, 6.1.192 does not)',
  'ext-runs-as-target':
    'prog arrays take an extension for a program of the type of its target (6.2, 1c123c567fb1; 6.1.192 has it, 5.10.262 does not)',
  'tracing-reattach':
    'tracing and LSM programs may be attached once more, ENOENT before, and of extensions without a target EINVAL (5.13, f3a95075549e)',
  'tracing-target-info': 'link info of tracing links says which program they are attached to (5.13, 579345e7f219)',
  'freeze-by-writers': 'MAP_FREEZE asks for a descriptor that may write, for CAP_BPF before (6.5, 22db41226b67)',
  'arrays-by-attach-type':
    'programs of a prog array are for one attach type, tracing programs for functions of one prototype (6.18, 4540aed51b12; 6.12, 28ead3eaabc1; 6.1.192 and 6.12.118 have both, 5.10.262 has none)',
  'late-program-put':
    'links that are freed after a grace period put their program there, before it until then (6.13; 6.12.117 has it)',
  'netns-compare-under-lock':
    'LINK_UPDATE of a netns link compares the old program under netns_bpf_mutex (6.1.192 and 6.12.117 have it, 6.18.44 does not)',
  'uprobe-multi-flags': 'LINK_CREATE refuses flags for uprobe_multi (6.18; ignored on 6.12.117)',
  'sys-admin-implies-net-admin': 'CAP_SYS_ADMIN does where CAP_NET_ADMIN is asked for (6.9)',
  'getfd-esrch':
    'pidfd_getfd from a process that has ended says ESRCH, EBADF before (6.9; kernel/pid.c __pidfd_fget of 5.10.262 and 6.1.192 has it as well)',
  preorder: 'BPF_F_PREORDER (6.15, 4b82b181a26c)',
  mprog: 'revisions, BEFORE, AFTER, ID and LINK anchors for cgroups (6.17, 1209339844601)',
  'preorder-slot-fix':
    'LINK_UPDATE finds the array slot where PREORDER entries exist (7.2, 6.18.40, 6.12.97; f08aaee3152d)',
  'storage-check':
    'LINK_UPDATE refuses a program with another cgroup storage map (August 2026, 3f562c537e9e; in 6.1.192, 6.12.117 and 7.2.13, not in 5.10.262 and 6.18.44)',
} as const;

export type Feature = keyof typeof FEATURES;
