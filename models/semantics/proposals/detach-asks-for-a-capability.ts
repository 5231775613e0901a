/** Detaching asks for what attaching asks for (facts cgroup 12: today PROG_DETACH asks for nothing). */
import { proposal } from '../proposal.ts';

export const detachAsksForACapability = proposal({
  name: 'detach-asks-for-a-capability',
  base: 'linux-6.18',
  says: 'PROG_DETACH asks for CAP_NET_ADMIN, as it did before 5.8',
  claims: ['C11', 'C26'],
  changes: ({ rules }) => ({
    rules: { mayDetach: (k, process) => rules.mayDetach(k, process) && rules.netAdmin(k, process) },
  }),
});
