/** `union bpf_attr` as the caller passes it: checks that every command makes first. Facts link-core 4, A45–A47, mx-284–290. */
import type { Kernel, Process } from '../kernel.ts';
import { bpfCapable } from './privileges.ts';

export interface Attr {
  readonly tail?: boolean;
  readonly beyond?: boolean;
  readonly size?: number;
}

/** Larger than this is refused whatever it holds. */
const PAGE = 4096;

/** Shape of the `attr` argument. */
export const ATTR = { shape: 'json', optional: true } as const;

export function attrOf(raw: unknown): Attr {
  return typeof raw === 'object' && raw !== null ? (raw as Attr) : {};
}

/**
 * The first that bpf(2) asks, before it looks at attr: kernel.unprivileged_bpf_disabled is not 0 where the models live (row
 * N00), and until 5.19 that shut out whoever has neither CAP_BPF nor CAP_SYS_ADMIN from every command (kernel/bpf/syscall.c
 * SYSCALL_DEFINE3(bpf) of 5.10.262; __sys_bpf of 6.1.192 asks for MAP_CREATE and PROG_LOAD only).
 */
export function checkMayCall(k: Kernel, process: Process): void {
  if (k.has('calls-by-anybody')) return;
  k.check('may call bpf(2)', bpfCapable(process), 'EPERM');
}

/** Who calls, bpf_check_uarg_tail_zero, then CHECK_ATTR of the command. */
export function checkAttr(k: Kernel, process: Process, raw: unknown): Attr {
  checkMayCall(k, process);
  const attr = attrOf(raw);
  k.check('attr is not longer than known', attr.beyond !== true && (attr.size ?? 0) <= PAGE, 'E2BIG');
  k.check('bytes after the last field are zero', attr.tail !== true, 'EINVAL');
  return attr;
}

/** Members of the link_create part that not every kernel looks at. */
interface LinkCreateBytes {
  readonly relative: unknown;
  readonly expectedRevision: number;
  readonly addrs: unknown;
  readonly pf: string | number | null;
  readonly priority: number;
  readonly nfFlags: number;
}

/**
 * Where CHECK_ATTR of LINK_CREATE begins to look: behind the longest member of the link_create part that the kernel knows,
 * whatever the kind of the link. What lies before is read by other kinds of links only, and passes unseen where cgroups do
 * not know it: 5.7 ends with flags, 5.10.262 with iter_info_len, 6.1.192 with kprobe_multi.cookies (kernel/bpf/syscall.c
 * BPF_LINK_CREATE_LAST_FIELD; include/uapi/linux/bpf.h).
 */
function endOfLinkCreate(k: Kernel): number {
  if (!k.has('link-create-iter-info')) return 16;
  return k.has('link-create-kprobe-multi') ? 48 : 28;
}

/** CHECK_ATTR(BPF_LINK_CREATE), by the offsets of relative_fd, the halves of expected_revision, kprobe_multi.addrs, and netfilter. */
export function checkLinkCreateBytes(k: Kernel, bytes: LinkCreateBytes): void {
  const { relative, expectedRevision, addrs, pf, priority, nfFlags } = bytes;
  const end = endOfLinkCreate(k);
  const seen =
    (relative !== null && end <= 16) ||
    (expectedRevision % 2 ** 32 !== 0 && end <= 24) ||
    (expectedRevision >= 2 ** 32 && end <= 28) ||
    (addrs !== null && end <= 32) ||
    (pf !== null && pf !== 0 && end <= 16) ||
    (priority !== 0 && end <= 24) ||
    (nfFlags !== 0 && end <= 28);
  k.check('bytes of other kinds of links are zero, or known', !seen, 'EINVAL');
}
