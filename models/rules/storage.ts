/**
 * Cgroup local storage: made at the first attach that needs it, and counted up by every run of a program that uses it.
 * Kernel: kernel/bpf/local_storage.c; kernel/bpf/cgroup.c bpf_cgroup_storages_alloc. Facts cgroup 2, S01–S06.
 */
import type { CgroupStorage, Entry, Kernel, Program, Slot } from '../kernel.ts';
import { programOf } from './order.ts';

/** A map whose keys have no attach type has one element for all attachments in a cgroup (7d9c3427894f). */
export const belongsTo = (storage: CgroupStorage, slot: Slot): boolean =>
  storage.cgroup === slot.cgroup && (storage.attachType === null || storage.attachType === slot.attachType);

export function allocateStorage(k: Kernel, slot: Slot, entry: Entry): void {
  const map = programOf(entry)?.template.cgroupStorage ?? null;
  if (map === null) return;
  for (const storage of k.all.storage) if (storage.map === map && belongsTo(storage, slot)) storage.present = true;
}

/** The release work frees the storages of the cgroup. */
export function freeStorage(k: Kernel, slot: Slot): void {
  for (const storage of k.all.storage)
    if (belongsTo(storage, slot)) {
      storage.present = false;
      storage.runs = 0;
    }
}

/**
 * A run counts in the storage of the cgroup where the program is attached, not of the one where the event is. `ran` are
 * those that ran before in the same event: a program that is attached at two levels counts once in each.
 */
export function countInStorage(k: Kernel, slot: Slot | null, program: Program, ran: readonly Program[]): void {
  const { cgroupStorage } = program.template;
  if (cgroupStorage === null || slot === null) return;
  const levels = [slot, ...slot.ancestors];
  const attached = levels.filter(({ entries }) => [...entries].some((entry) => programOf(entry) === program));
  const before = ran.filter((other) => other === program).length;
  // A packet may hold an array from which the program has been taken meanwhile.
  const at = attached[before] ?? attached.at(-1) ?? slot;
  const storage = k.all.storage.find((one) => one.map === cgroupStorage && belongsTo(one, at));
  if (storage?.present === true && storage.counts) storage.runs += 1;
}
