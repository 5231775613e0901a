/**
 * Slots: attachment points, one for each target and attach type that a scenario speaks of.
 * Kernel: include/linux/bpf-cgroup-defs.h cgroup_bpf.progs, include/linux/netdevice.h xdp_state, include/net/tcx.h; facts cgroup 2, net 2.
 */
import type { Cgroup, Kernel, Netdev, Netns, Slot } from '../kernel.ts';

/** Is it a slot of this cgroup or device, or of a hook of this namespace? */
export const belongsTo = (slot: Slot, target: Cgroup | Netdev | Netns): boolean =>
  (slot.cgroup ?? slot.netdev ?? slot.hook?.netns ?? null) === target;

/** Slots for an attach type: XDP has one for each mode of a device, netfilter one for each hook of a namespace. */
export const slotsOf = (k: Kernel, target: Cgroup | Netdev | Netns, attachType: string): Slot[] =>
  k.all.slot.filter((slot) => slot.attachType === attachType && belongsTo(slot, target));

/** The slot of a cgroup or device for an attach type; every attach type that a scenario names has one. */
export const slotOf = (k: Kernel, target: Cgroup | Netdev, attachType: string): Slot =>
  slotsOf(k, target, attachType)[0] ?? k.broken('slot', `no slot ${attachType} in ${target.name}`);

/** Name of what a slot belongs to. */
export const ownerName = (slot: Slot): string => (slot.cgroup ?? slot.netdev ?? slot.hook)?.name ?? '?';

/** Can programs be attached here, and found again by name? */
export function isLive(slot: Slot): boolean {
  if (slot.cgroup !== null) return slot.cgroup.phase === 'ONLINE';
  if (slot.hook !== null) return true;
  return slot.netdev?.phase === 'REGISTERED' && (slot.qdisc === null || slot.qdisc.phase === 'GRAFTED');
}

/** Has everything been released that was attached here? */
export function isReleased(slot: Slot): boolean {
  if (slot.cgroup !== null) return slot.cgroup.phase === 'RELEASED' || slot.cgroup.phase === 'FREED';
  if (slot.qdisc !== null) return slot.qdisc.phase === 'DESTROYED';
  return slot.netdev !== null && slot.netdev.phase !== 'REGISTERED' && slot.netdev.phase !== 'ABSENT';
}

/** Phase of what the slot belongs to, for messages. */
export const ownerPhase = (slot: Slot): string => (slot.cgroup ?? slot.qdisc ?? slot.netdev)?.phase ?? '?';
