/** What the death of a cgroup does to its attachments. Kernel: kernel/bpf/cgroup.c cgroup_bpf_release. Facts cgroup 3 rmdir, 4, K08–K19. */
import type { Kernel, Slot } from '../kernel.ts';
import { putProgram } from './references.ts';
import { freeStorage } from './storage.ts';

/** Every entry in list order: legacy programs are put, links made defunct. Revisions are not touched (facts cgroup 8). */
export function releaseSlot(k: Kernel, slot: Slot): void {
  const entries = [...slot.entries];
  slot.entries.clear();
  slot.preorders.clear();
  slot.effective.clear();
  slot.mode = 'NONE';
  for (const packet of k.all.packet) if (packet.slot === slot) packet.current = false;
  for (const entry of entries) {
    if (entry.kind === 'link') k.rules.autoDetach(k, entry);
    else if (entry.kind === 'program') putProgram(k, entry, `release of cgroup ${slot.cgroup?.name ?? ''}`);
  }
  freeStorage(k, slot);
}
