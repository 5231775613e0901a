/**
 * Netfilter hooks of network namespaces, as far as bpf_link attaches there: protocol families, hooks, priorities, and the way of a
 * packet over the loopback device. Kernel: include/uapi/linux/netfilter.h NFPROTO_*, NF_INET_*; net/netfilter/nf_bpf_link.c
 * bpf_nf_check_pf_and_hooks; net/netfilter/core.c nf_hook_entries_grow, nf_hook_slow. Facts net 8, nf-001 to nf-031.
 */
import type { Kernel, Link, Netns, Slot } from '../kernel.ts';
import { FLAG_VALUES } from './flags.ts';

/** NFPROTO_*. */
export const PROTOCOL_FAMILIES: Readonly<Record<string, number>> = {
  inet: 1,
  ipv4: 2,
  arp: 3,
  netdev: 5,
  bridge: 7,
  ipv6: 10,
};
/** NF_INET_*, in the order of their numbers. */
export const NETFILTER_HOOKS = ['pre_routing', 'local_in', 'forward', 'local_out', 'post_routing'] as const;
/** What one datagram over the loopback device passes. */
const LOOPBACK: readonly (typeof NETFILTER_HOOKS)[number][] = ['local_out', 'post_routing', 'pre_routing', 'local_in'];
/** Every hook: those that such a datagram meets come first. */
export const HOOKS_ON_THE_WAY: readonly (typeof NETFILTER_HOOKS)[number][] = [...LOOPBACK, 'forward'];
/** Families that bpf_link knows. */
export const LINKED_FAMILIES = ['ipv4', 'ipv6'] as const;
/** MAX_HOOK_COUNT. */
export const MAX_HOOK_COUNT = 1024;

export type Written = string | number | null;
const PF_NAMES: ReadonlyMap<number, string> = new Map(Object.entries(PROTOCOL_FAMILIES).map(([name, n]) => [n, name]));

const plain = (word: string, prefix: string): string =>
  word.startsWith(prefix) ? word.slice(prefix.length).toLowerCase() : word;

/** The kernel's words for families and hooks, beside the short ones: NFPROTO_IPV4, NF_INET_LOCAL_IN. */
export const FAMILY_WORDS = Object.keys(PROTOCOL_FAMILIES).flatMap((name) => [name, `NFPROTO_${name.toUpperCase()}`]);
export const HOOK_WORDS = NETFILTER_HOOKS.flatMap((name) => [name, `NF_INET_${name.toUpperCase()}`]);

/** The family by name; null where it is none of NFPROTO_*. */
export const familyNamed = (pf: Written): string | null =>
  typeof pf === 'number' ? (PF_NAMES.get(pf) ?? null) : pf === null ? null : plain(pf, 'NFPROTO_');

/** The hook by name; null where its number is NF_INET_NUMHOOKS or more. Nothing written is 0. */
export const hookNamed = (hooknum: Written): string | null =>
  typeof hooknum === 'string' ? plain(hooknum, 'NF_INET_') : (NETFILTER_HOOKS[hooknum ?? 0] ?? null);

/** `ipv4 pre_routing`, as the place of a hook is called. */
export const placeNamed = (pf: string, hook: string): string => `${pf} ${hook}`;

export function netfilterSlot(k: Kernel, netns: Netns, pf: Written, hooknum: Written): Slot {
  const place = placeNamed(familyNamed(pf) ?? '', hookNamed(hooknum) ?? '');
  const slot = k.all.slot.find(({ hook }) => hook?.netns === netns && hook.place === place);
  return slot ?? k.broken('slot', `no slot ${place} in ${netns.name}`);
}

/** What LINK_CREATE was told, which is all that info ever says (facts nf-017, nf-021). */
export interface Asked {
  readonly pf: string | null;
  readonly hooknum: string | null;
  readonly priority: number;
  readonly nfFlags: readonly string[];
}

const DEFRAG = 'BPF_F_NETFILTER_IP_DEFRAG';
const bitsOf = (flags: unknown): number =>
  ((flags ?? []) as readonly (string | number)[]).reduce<number>(
    (bits, flag) => bits | (typeof flag === 'number' ? flag : (FLAG_VALUES[flag] ?? 0)),
    0,
  );

export const askedOf = ({ asked }: Link): Asked => ({
  pf: familyNamed((asked['pf'] ?? null) as Written),
  hooknum: hookNamed((asked['hooknum'] ?? null) as Written),
  priority: (asked['priority'] ?? 0) as number,
  nfFlags: bitsOf(asked['nfFlags']) === 0 ? [] : [DEFRAG],
});

/** No two BPF programs share a priority, whoever attached them; the lower number comes first. */
export function netfilterPosition(k: Kernel, slot: Slot, priority: number): number {
  const there = [...slot.entries].flatMap((entry) => (entry.kind === 'link' ? askedOf(entry).priority : []));
  k.check('priority is free', !there.includes(priority), 'EBUSY');
  k.check('room in the hook', there.length < slot.limit, 'E2BIG');
  return there.filter((other) => other < priority).length;
}

/** Hooks of the namespace that one datagram over its loopback device meets, in order. */
export const loopbackSlots = (k: Kernel, netns: Netns): readonly Slot[] =>
  LOOPBACK.flatMap((name) =>
    k.all.slot.filter(
      ({ hook, attachType }) =>
        attachType === 'netfilter' && hook?.netns === netns && hook.place === placeNamed('ipv4', name),
    ),
  );
