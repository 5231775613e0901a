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
