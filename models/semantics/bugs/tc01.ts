/** TC01 tcx-entry-bool-not-counter: users of a tcx entry are not counted. Fix 1cb6f0bae504 (6.10), introduced by e420bed02507. */
import { proposal } from '../proposal.ts';

export const tc01 = proposal({
  name: 'bug-TC01',
  base: 'linux-6.18',
  says: 'a tcx entry notes whether a qdisc uses it, and not how many do',
  changes: {
    rules: {
      tcxEntryUse(_k, entry) {
        entry.users = 1;
      },
      tcxEntryUnuse(_k, entry) {
        entry.users = 0;
      },
    },
  },
});
