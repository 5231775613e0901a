/** Where each rule is in the kernel, and the facts that say what it does. */
import type { Rules } from './kernel.ts';

export const RULE_CITES: { readonly [R in keyof Rules]: string } = {
  computeEffective: 'kernel/bpf/cgroup.c compute_effective_progs; facts cgroup 6.3, 7.1, C01–C43, D61, D66',
  updateEffective: 'kernel/bpf/cgroup.c update_effective_progs; facts cgroup 3, 6.3',
  replaceEffective: 'kernel/bpf/cgroup.c replace_effective_prog; facts cgroup 7.1, D68, D69',
  purgeEffective: 'kernel/bpf/cgroup.c purge_effective_progs; facts cgroup 16',
  hierarchyAllows: 'kernel/bpf/cgroup.c hierarchy_allows_attach; facts cgroup 6.2, C05–C35',
  hasRoom: 'kernel/bpf/cgroup.c __cgroup_bpf_attach (BPF_CGROUP_MAX_PROGS); facts cgroup O01–O09',
  countChange: 'kernel/bpf/cgroup.c __cgroup_bpf_attach, __cgroup_bpf_replace, __cgroup_bpf_detach; facts cgroup 8',
  insertPosition: 'kernel/bpf/cgroup.c get_prog_list; facts cgroup 7.2, D20–D51',
  attachEntry: 'kernel/bpf/cgroup.c __cgroup_bpf_attach; facts cgroup 5.2, 6.1, 6.2',
  removeEntry: 'kernel/bpf/cgroup.c __cgroup_bpf_detach; facts cgroup 3, 5.3, F01–F22',
  detachLink: 'kernel/bpf/cgroup.c bpf_cgroup_link_release; facts cgroup 3, 5.7, J01–J06',
  autoDetach: 'kernel/bpf/cgroup.c bpf_cgroup_link_auto_detach; facts cgroup 4, K08–K19',
  releaseSlot: 'kernel/bpf/cgroup.c cgroup_bpf_release; facts cgroup 3, 4, K08–K19',
  freeProgram: 'kernel/bpf/syscall.c __bpf_prog_put_noref; facts link-core 2.5',
  freeLinkStep: 'kernel/bpf/syscall.c bpf_link_free; facts link-core 3.3',
  releaseFile:
    'fs/file_table.c __fput; kernel/bpf/syscall.c bpf_link_release, bpf_prog_release; facts link-core 2.2, 3.2, 9',
  inodeMayGo: 'kernel/bpf/inode.c bpf_free_inode; facts link-core 8.1, 8.2',
  allocateStorage: 'kernel/bpf/local_storage.c bpf_cgroup_storage_alloc; facts cgroup 2, S01–S06',
  netAdmin: 'kernel/bpf/syscall.c bpf_net_capable; facts cgroup 12, link-core 13',
  mayOpenById: 'kernel/bpf/syscall.c bpf_prog_get_fd_by_id, bpf_link_get_fd_by_id; facts link-core 4.5',
  mayAccess: 'fs/namei.c inode_permission; facts link-core 8, 13',
  mayDetach: 'kernel/bpf/syscall.c bpf_prog_detach; facts cgroup 12, N08, N09',
};
