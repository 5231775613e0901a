/** LK02 link-dealloc-before-gp, fixed by 1a80dbcb2dba (6.9): links that programs are run by were freed at once. */
import { proposal } from '../proposal.ts';

export const lk02 = proposal({
  name: 'bug-LK02',
  base: 'linux-6.18',
  says: 'a link is freed right after it was unhooked, whoever still runs by its address',
  changes: { features: { remove: ['deferred-link-dealloc'] } },
});
