/** Privileges: who may do what. Kernel: capable(), bpf_capable(), fs/namei.c inode_permission. Facts cgroup 12, link-core 13. */
import type { Access, Inode, Kernel, Process } from '../kernel.ts';
import { modeName } from './pins.ts';

export const CAPABILITIES = ['CAP_BPF', 'CAP_NET_ADMIN', 'CAP_PERFMON', 'CAP_SYS_ADMIN'] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** In the initial user namespace: capabilities of an own namespace do not count (facts N36). */
export function capable(process: Process, capability: Capability): boolean {
  if (!process.unprivileged) return true;
  if (process.userns) return false;
  switch (capability) {
    case 'CAP_BPF':
      return process.capBpf;
    case 'CAP_NET_ADMIN':
      return process.capNetAdmin;
    case 'CAP_PERFMON':
      return process.capPerfmon;
    case 'CAP_SYS_ADMIN':
      return process.capSysAdmin;
  }
}

/** bpf_capable (include/linux/capability.h). */
export const bpfCapable = (process: Process): boolean =>
  capable(process, 'CAP_BPF') || capable(process, 'CAP_SYS_ADMIN');

/** Network administration for cgroup_skb and queries; CAP_SYS_ADMIN does as well since 6.9 (facts link-core 13, pin-160@6.1). */
export function netAdmin(k: Kernel, process: Process): boolean {
  return (
    capable(process, 'CAP_NET_ADMIN') || (k.has('sys-admin-implies-net-admin') && capable(process, 'CAP_SYS_ADMIN'))
  );
}

/** netlink_net_capable of rtnetlink_rcv_msg: here CAP_SYS_ADMIN never does (observed on 6.18.44; facts net priv-010, priv-011). */
export const rtnlAdmin = (process: Process): boolean => capable(process, 'CAP_NET_ADMIN');

const READ = 4;
const WRITE = 2;
/** Octal digits of a mode, the last three of them permissions. */
const digit = (mode: string, fromRight: number): number => Number(mode.at(-1 - fromRight) ?? 0);

/** May the process read and/or write the inode? Root may do everything. */
export function mayAccess(k: Kernel, process: Process, inode: Inode, wants: Access): boolean {
  if (!process.unprivileged) return true;
  const mode = modeName(k, inode);
  const bits = digit(mode, inode.foreign ? 2 : 0);
  return (!wants.read || (bits & READ) !== 0) && (!wants.write || (bits & WRITE) !== 0);
}

/** The sticky bit of a directory lets only owners remove names (facts pin-072, pin-073). */
export function mayRemove(process: Process, inode: Inode, directoryMode: string): boolean {
  if (!process.unprivileged || inode.foreign) return true;
  return directoryMode.length < 4 || (Number(directoryMode.at(-4)) & 1) === 0;
}
