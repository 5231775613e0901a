/**
 * Which program type attaches where. Kernel: kernel/bpf/syscall.c attach_type_to_prog_type,
 * bpf_prog_attach_check_attach_type. Facts cgroup 5.2 #3 to #6, A13–A24.
 */
import type { Kernel, Process, Program } from '../kernel.ts';
import { expected } from './expected-attach-type.ts';
import { bpfCapable, capable } from './privileges.ts';

/** Cgroup attach types and the program type each takes. */
export const CGROUP_ATTACH_TYPES: Readonly<Record<string, string>> = {
  cgroup_inet_ingress: 'cgroup_skb',
  cgroup_inet_egress: 'cgroup_skb',
  cgroup_inet_sock_create: 'cgroup_sock',
  cgroup_inet_sock_release: 'cgroup_sock',
  cgroup_inet4_post_bind: 'cgroup_sock',
  cgroup_inet6_post_bind: 'cgroup_sock',
  cgroup_sock_ops: 'sock_ops',
  cgroup_device: 'cgroup_device',
  cgroup_inet4_bind: 'cgroup_sock_addr',
  cgroup_inet6_bind: 'cgroup_sock_addr',
  cgroup_inet4_connect: 'cgroup_sock_addr',
  cgroup_inet6_connect: 'cgroup_sock_addr',
  cgroup_udp4_sendmsg: 'cgroup_sock_addr',
  cgroup_udp6_sendmsg: 'cgroup_sock_addr',
  cgroup_udp4_recvmsg: 'cgroup_sock_addr',
  cgroup_udp6_recvmsg: 'cgroup_sock_addr',
  cgroup_inet4_getpeername: 'cgroup_sock_addr',
  cgroup_inet6_getpeername: 'cgroup_sock_addr',
  cgroup_inet4_getsockname: 'cgroup_sock_addr',
  cgroup_inet6_getsockname: 'cgroup_sock_addr',
  cgroup_sysctl: 'cgroup_sysctl',
  cgroup_getsockopt: 'cgroup_sockopt',
  cgroup_setsockopt: 'cgroup_sockopt',
  lsm_cgroup: 'lsm',
};

/** Types whose expected_attach_type must equal the attach type. */
const STRICT = new Set(['cgroup_sock', 'cgroup_sock_addr', 'cgroup_sockopt']);
/** Return values of an egress program that ask for congestion notification. */
const CONGESTION_VERDICTS = new Set([2, 3]);
/** The attach type is one for cgroups at all. */
export function checkAttachType(k: Kernel, attachType: string | number | null): string {
  if (typeof attachType !== 'string' || CGROUP_ATTACH_TYPES[attachType] === undefined)
    return k.fail('attach type is one for cgroups', 'EINVAL');
  return attachType;
}

/** Anybody may load cgroup_skb programs, so attaching asks, before the attach type is looked at (bpf_prog_attach_check_attach_type). */
export function checkMayAttach(k: Kernel, process: Process, program: Program, errno: 'EINVAL' | 'EPERM'): void {
  if (program.template.type === 'cgroup_skb')
    k.check('CAP_NET_ADMIN for cgroup_skb', k.rules.netAdmin(k, process), errno);
}

/** bpf_prog_attach_check_attach_type. PROG_ATTACH turns the missing capability into EINVAL, LINK_CREATE passes EPERM on (facts N02, N03). */
export function checkProgramFits(
  k: Kernel,
  process: Process,
  program: Program,
  attachType: string | number | null,
  noCapability: 'EINVAL' | 'EPERM',
): string {
  checkMayAttach(k, process, program, noCapability);
  const name = checkAttachType(k, attachType);
  const { template } = program;
  k.check('program type fits attach type', CGROUP_ATTACH_TYPES[name] === template.type, 'EINVAL');
  if (STRICT.has(template.type)) k.check('expected attach type is the same', expected(template) === name, 'EINVAL');
  if (template.type === 'cgroup_skb' && CONGESTION_VERDICTS.has(template.returns))
    k.check('congestion verdicts only where loaded for', expected(template) === name, 'EINVAL');
  return name;
}

/** bpf_prog_attach_check_attach_type for families where the attach type fixes the program type, and no capability is asked. */
export function checkProgramType(k: Kernel, program: Program, type: string | undefined): void {
  k.check('program type fits attach type', program.template.type === type, 'EINVAL');
}

/** Program types that load with CAP_BPF alone; others need CAP_NET_ADMIN or CAP_PERFMON as well (facts link-core 4.1 #5). */
const UNPRIVILEGED_TYPES = new Set(['socket_filter', 'cgroup_skb']);
const PERFMON_TYPES = new Set(['raw_tracepoint', 'tracing', 'kprobe', 'tracepoint', 'perf_event', 'lsm', 'ext']);

export function checkMayLoad(k: Kernel, process: Process, type: string): void {
  const admin = capable(process, 'CAP_SYS_ADMIN');
  k.check('may use BPF', bpfCapable(process), 'EPERM');
  if (UNPRIVILEGED_TYPES.has(type)) return;
  if (type === 'ext') k.check('CAP_NET_ADMIN for extensions', admin || capable(process, 'CAP_NET_ADMIN'), 'EPERM');
  const needed = PERFMON_TYPES.has(type) ? 'CAP_PERFMON' : 'CAP_NET_ADMIN';
  k.check(`${needed} for this program type`, admin || capable(process, needed), 'EPERM');
}
