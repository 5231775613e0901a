/** PA01 freplace-tailcall-cycle, fixed by d6083f040d5d (6.13, 6.12.5): a target may be called by its own extension. */
import { proposal } from '../proposal.ts';

export const pa01 = proposal({
  name: 'bug-PA01',
  base: 'linux-6.18',
  says: 'no rule between prog arrays and extensions: an extended program may enter one, and a member may be extended',
  changes: { features: { remove: ['extended-not-in-arrays'] } },
});
