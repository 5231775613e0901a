/**
 * Lists of devices: putting an entry in and taking it off. No memory is asked for: both arrays of a list exist from the start.
 * Kernel: include/linux/bpf_mprog.h bpf_mprog_insert, bpf_mprog_delete; net/core/dev.c bpf_xdp_link_release. Facts net 2, 5.2, 5.5.
 */
import type { Entry, Kernel, Link, Slot } from '../kernel.ts';

export function putIn(k: Kernel, slot: Slot, position: number, entry: Entry): void {
  slot.entries.insert(position, entry);
  slot.preorders.insert(position, false);
  k.rules.countChange(k, slot);
  k.rules.updateEffective(k, slot);
}

export function takeOff(k: Kernel, slot: Slot, entry: Entry): void {
  const position = slot.entries.indexOf(entry);
  if (position < 0) return;
  slot.entries.removeAt(position);
  slot.preorders.removeAt(position);
  k.rules.countChange(k, slot);
  k.rules.updateEffective(k, slot);
}

/** Takes everything off at once. Packets that hold the array keep it; nothing is counted. */
export function takeAll(k: Kernel, slot: Slot): Entry[] {
  const entries = [...slot.entries];
  slot.entries.clear();
  slot.preorders.clear();
  k.rules.updateEffective(k, slot);
  return entries;
}

/** bpf_xdp_link_release, tcx_link_release, netkit_link_release: nothing to do for a defunct link. */
export function detachFromDevice(k: Kernel, link: Link): void {
  const { slot } = link;
  if (slot === null) return;
  k.tell({ type: 'lock', name: 'rtnl_lock' });
  takeOff(k, slot, link);
  link.slot = null;
  if (slot.attachType.startsWith('tcx')) k.rules.tcxEntryMayGo(k, slot);
}
