/** Constants of uapi headers that are younger than what distributions still ship: a reproducer brings them along. */
import { attachTypeNumber, LINK_TYPES } from '../protocol/numbers.ts';

/** Flags. */
export const LATER_FLAGS = /BEFORE|AFTER|_ID$|PREORDER|_LINK$|PATH_FD|RENAME|NETFILTER/;

/** The last ones of 6.0: enum bpf_attach_type (BPF_LSM_CGROUP), enum bpf_link_type (BPF_LINK_TYPE_STRUCT_OPS). */
const ATTACH_TYPES_KNOWN = 43;
const LINK_TYPES_KNOWN = 9;

/** The number of an attach type that an older header lacks. */
export function laterAttachType(name: string): number | undefined {
  const number = attachTypeNumber(name);
  return number !== undefined && number > ATTACH_TYPES_KNOWN ? number : undefined;
}

/** The number of a type of links that an older header lacks. */
export function laterLinkType(name: string): number | undefined {
  const found = Object.entries(LINK_TYPES).find(([, type]) => type === name)?.[0];
  return found !== undefined && Number(found) > LINK_TYPES_KNOWN ? Number(found) : undefined;
}
