/** LK07 link-rdonly-pin-full-power: who may read a pinned link gets a descriptor that can do everything. Fix 25fc94b2f02d (5.13, 5.10.38). */
import { proposal } from '../proposal.ts';

export const lk07 = proposal({
  name: 'bug-LK07',
  base: 'linux-6.18',
  says: 'BPF_OBJ_GET with BPF_F_RDONLY opens a link, and the descriptor has every right',
  changes: { features: { remove: ['link-opens-read-write'] } },
});
