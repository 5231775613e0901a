/** `union bpf_attr` as the caller passes it: checks that every command makes first. Facts link-core 4, A45–A47, mx-284–290. */
import type { Kernel } from '../kernel.ts';

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

/** bpf_check_uarg_tail_zero, then CHECK_ATTR of the command. */
export function checkAttr(k: Kernel, raw: unknown): Attr {
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
}

/**
 * Where CHECK_ATTR of LINK_CREATE begins to look: behind the longest member of the link_create part that the kernel knows,
 * whatever the kind of the link. What lies before is read by other kinds of links only, and passes unseen where cgroups do
 * not know it: 5.7 ends with flags, 5.10.262 with iter_info_len, 6.1.192 with kprobe_multi.cookies (kernel/bpf/syscall.c
 * BPF_LINK_CREATE_LAST_FIELD; include/uapi/linux/bpf.h).
 */
function endOfLinkCreate(k: Kernel): number {
  if (k.has('link-create-kprobe-multi')) return 48;
  return k.has('link-create-iter-info') ? 28 : 16;
}

/** CHECK_ATTR(BPF_LINK_CREATE), by the offsets of relative_fd, the halves of expected_revision, and kprobe_multi.addrs. */
export function checkLinkCreateBytes(k: Kernel, { relative, expectedRevision, addrs }: LinkCreateBytes): void {
  const end = endOfLinkCreate(k);
  const seen =
    (relative !== null && end <= 16) ||
    (expectedRevision % 2 ** 32 !== 0 && end <= 24) ||
    (expectedRevision >= 2 ** 32 && end <= 28) ||
    (addrs !== null && end <= 32);
  k.check('bytes of other kinds of links are zero, or known', !seen, 'EINVAL');
}
