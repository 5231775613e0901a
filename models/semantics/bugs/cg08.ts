/** CG08 cg-preorder-index: LINK_UPDATE writes the place that the list has, not the one that the array has. Fix f08aaee3152d (7.2, 6.18.40). */
import { proposal } from '../proposal.ts';

export const cg08 = proposal({
  name: 'bug-CG08',
  base: 'linux-6.18',
  says: 'LINK_UPDATE counts list positions without looking at PREORDER, and writes the wrong element of the array',
  changes: { features: { remove: ['preorder-slot-fix'] } },
});
