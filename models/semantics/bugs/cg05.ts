/** CG05 cg-link-detach-oom-uaf: a detach that finds no memory puts the entry back, and its link is freed all the same. Fix 4c46091ee985 (6.0). */
import { proposal } from '../proposal.ts';

export const cg05 = proposal({
  name: 'bug-CG05',
  base: 'linux-6.18',
  says: 'detaching needs memory for new arrays; without it the entry stays, and the release of a link does not notice',
  changes: { features: { remove: ['detach-without-memory'] } },
});
