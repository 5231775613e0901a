/** TC04 tcx-unregister-order: the death of a device frees a tcx entry that a qdisc still uses. Fix 079082c60aff (6.6), introduced by e420bed02507. */
import { proposal } from '../proposal.ts';

export const tc04 = proposal({
  name: 'bug-TC04',
  base: 'linux-6.18',
  says: 'tcx_uninstall frees the entry, whoever uses it: it relies on the qdisc to have gone before',
  changes: ({ rules }) => ({
    rules: {
      releaseAttachments(k, netdev) {
        rules.releaseAttachments(k, netdev);
        for (const slot of k.all.slot) {
          if (slot.netdev !== netdev || !slot.attachType.startsWith('tcx')) continue;
          slot.users = 0;
          k.rules.tcxEntryMayGo(k, slot);
        }
      },
    },
  }),
});
