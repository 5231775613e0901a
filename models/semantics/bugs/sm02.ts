/**
 * SM02 sockmap-link-update-vs-detach, fixed by 740be3b9a6d7 (6.12): the update does not ask under sockmap_mutex whether the link
 * still has a map. It asks before, as the catalogue's grain wants it: what only a race can show, only a race shows.
 */
import { proposal } from '../proposal.ts';

export const sm02 = proposal({
  name: 'bug-SM02',
  base: 'linux-6.18',
  says: 'LINK_UPDATE of a sockmap link looks at its map before it takes sockmap_mutex, and not again',
  changes: ({ steps, rules }) => ({
    rules: { checkNotSevered: () => undefined },
    steps: {
      link_update: {
        resolve(k, call) {
          const next = steps.link_update.resolve(k, call);
          if (call.frame.link !== null) rules.checkNotSevered(k, call.frame.link);
          return next;
        },
      },
    },
  }),
});
