/** Cgroup local storage: made at the first attach that needs it. Kernel: kernel/bpf/local_storage.c. Facts cgroup 2, S01–S06. */
import type { Entry, Kernel, Slot } from '../kernel.ts';
import { programOf } from './order.ts';

export function allocateStorage(k: Kernel, slot: Slot, entry: Entry): void {
  const map = programOf(entry)?.template.cgroupStorage ?? null;
  if (map === null) return;
  for (const storage of k.all.storage) if (storage.slot === slot && storage.map === map) storage.present = true;
}

/** The release work frees the storages of the cgroup. */
export function freeStorage(k: Kernel, slot: Slot): void {
  for (const storage of k.all.storage) if (storage.slot === slot) storage.present = false;
}
