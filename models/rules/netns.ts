/**
 * Hooks of network namespaces: flow dissector and sk_lookup. Kernel: kernel/bpf/net_namespace.c netns_bpf_prog_attach, netns_link_attach,
 * netns_bpf_pernet_pre_exit; net/core/flow_dissector.c. Facts net 7, link-core 12.5.
 */
import type { BoundHandle, Kernel, Netns, Process, Slot } from '../kernel.ts';
import { canBeEntered } from './netdev.ts';
import { descriptor } from './resolve.ts';

/** Attach types of namespaces, and the program type that each takes. */
export const NETNS_ATTACH_TYPES: Readonly<Record<string, string>> = {
  flow_dissector: 'flow_dissector',
  sk_lookup: 'sk_lookup',
};
/** Links that fit (netns_bpf_max_progs). */
export const NETNS_CAPACITY: Readonly<Record<string, number>> = { flow_dissector: 1, sk_lookup: 64 };

/** A namespace that a call names is opened for the call, before the kernel sees anything of it: without a name it cannot be. */
export function openByName(k: Kernel, target: Netns | BoundHandle | null): void {
  if (target !== null && 'kind' in target) k.check('namespace has a name', canBeEntered(k, target), 'ENOENT');
}

/** get_net_ns_by_fd: closed EBADF, another kind of file EINVAL. A name is a descriptor for the call only. */
export function resolveNetns(k: Kernel, process: Process, target: Netns | BoundHandle | null): Netns {
  if (target === null) return k.fail('descriptor is a namespace', 'EINVAL');
  if ('kind' in target) return target;
  const file = descriptor(process, target);
  if (file === null) return k.fail('descriptor is open', 'EBADF');
  return file.target?.kind === 'netns' ? file.target : k.fail('descriptor is a namespace', 'EINVAL');
}

export function netnsSlot(k: Kernel, netns: Netns, attachType: string): Slot {
  const slot = k.all.slot.find(({ hook, attachType: type }) => hook?.netns === netns && type === attachType);
  return slot ?? k.broken('slot', `no slot ${attachType} in ${netns.name}`);
}

/** check_net: dead as soon as the last reference is gone, before any worker has come (facts netns-063, netns-064). */
export const isAlive = (slot: Slot | null): boolean => slot?.hook?.netns?.phase === 'ALIVE';

/** What the death of a namespace does to its own attachments, all under netns_bpf_mutex. Netfilter hooks are not among them. */
export function releaseNetnsHooks(k: Kernel, netns: Netns): void {
  for (const slot of k.all.slot)
    if (slot.hook?.type === 'netns' && slot.hook.netns === netns) k.rules.releaseSlot(k, slot);
}
