/** Slots: attachment points, one for each target and attach type that a scenario speaks of. Kernel: include/linux/bpf-cgroup-defs.h cgroup_bpf.progs; facts cgroup 2. */
import type { Cgroup, Kernel, Slot } from '../kernel.ts';

/** The slot of a cgroup for an attach type; every attach type that a scenario names has one. */
export function slotOf(k: Kernel, cgroup: Cgroup, attachType: string): Slot {
  const slot = k.all.slot.find((candidate) => candidate.cgroup === cgroup && candidate.attachType === attachType);
  return slot ?? k.broken('slot', `no slot ${attachType} in ${cgroup.name}`);
}

/** Name of what a slot belongs to. */
export const ownerName = (slot: Slot): string => (slot.cgroup ?? slot.hook)?.name ?? '?';
