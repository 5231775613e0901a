/** Flags of the bpf(2) commands by their names in include/uapi/linux/bpf.h, and short names for scenario files. */
import type { Kernel } from '../kernel.ts';

export const FLAG = {
  BPF_F_ALLOW_OVERRIDE: 1,
  BPF_F_ALLOW_MULTI: 2,
  BPF_F_REPLACE: 4,
  BPF_F_BEFORE: 8,
  BPF_F_AFTER: 16,
  BPF_F_ID: 32,
  BPF_F_PREORDER: 64,
  BPF_F_LINK: 8192,
} as const;

export const OPEN_FLAG = { BPF_F_RDONLY: 8, BPF_F_WRONLY: 16, BPF_F_PATH_FD: 16384 } as const;
export const QUERY_FLAG = { BPF_F_QUERY_EFFECTIVE: 1 } as const;
export const XDP_FLAG = {
  XDP_FLAGS_UPDATE_IF_NOEXIST: 1,
  XDP_FLAGS_SKB_MODE: 2,
  XDP_FLAGS_DRV_MODE: 4,
  XDP_FLAGS_HW_MODE: 8,
  XDP_FLAGS_REPLACE: 16,
} as const;
export const NETFILTER_FLAG = { BPF_F_NETFILTER_IP_DEFRAG: 1 } as const;
export const RENAME_FLAG = { RENAME_NOREPLACE: 1, RENAME_EXCHANGE: 2 } as const;

/** Every name that a scenario or a trace may use. */
export const FLAG_VALUES: Readonly<Record<string, number>> = {
  ...FLAG,
  ...OPEN_FLAG,
  ...QUERY_FLAG,
  ...NETFILTER_FLAG,
  ...RENAME_FLAG,
  ...XDP_FLAG,
  override: FLAG.BPF_F_ALLOW_OVERRIDE,
  multi: FLAG.BPF_F_ALLOW_MULTI,
  replace: FLAG.BPF_F_REPLACE,
  before: FLAG.BPF_F_BEFORE,
  after: FLAG.BPF_F_AFTER,
  id: FLAG.BPF_F_ID,
  preorder: FLAG.BPF_F_PREORDER,
  link: FLAG.BPF_F_LINK,
  effective: QUERY_FLAG.BPF_F_QUERY_EFFECTIVE,
  rdonly: OPEN_FLAG.BPF_F_RDONLY,
  wronly: OPEN_FLAG.BPF_F_WRONLY,
  noreplace: RENAME_FLAG.RENAME_NOREPLACE,
  noexist: XDP_FLAG.XDP_FLAGS_UPDATE_IF_NOEXIST,
  skb: XDP_FLAG.XDP_FLAGS_SKB_MODE,
  drv: XDP_FLAG.XDP_FLAGS_DRV_MODE,
  defrag: NETFILTER_FLAG.BPF_F_NETFILTER_IP_DEFRAG,
  hw: XDP_FLAG.XDP_FLAGS_HW_MODE,
  xreplace: XDP_FLAG.XDP_FLAGS_REPLACE,
  exchange: RENAME_FLAG.RENAME_EXCHANGE,
};

/** Flags that place an entry, where the kernel knows them for cgroups. */
export const mprogFlags = (k: Kernel): number =>
  k.has('mprog') ? FLAG.BPF_F_BEFORE | FLAG.BPF_F_AFTER | FLAG.BPF_F_ID | FLAG.BPF_F_LINK : 0;

/** True if no bit outside `known` is set. */
export const only = (flags: number, known: number): boolean => (flags & ~known) === 0;
export const has = (flags: number, flag: number): boolean => (flags & flag) !== 0;
