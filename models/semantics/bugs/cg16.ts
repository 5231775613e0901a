/** CG16 cg-no-atomic-replace: a program is replaced by two commands, in one order or the other. Fix 7dd68b3279f1 (5.6). */
import { proposal } from '../proposal.ts';

export const cg16 = proposal({
  name: 'bug-CG16',
  base: 'linux-6.18',
  says: 'no command replaces a program in place: neither BPF_F_REPLACE nor LINK_UPDATE',
  changes: { features: { remove: ['replace', 'cgroup-link'] } },
});
