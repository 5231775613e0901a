/** What is attached runs. */
import { type Kernel, property } from '../kernel.ts';
import { programOf } from '../rules/order.ts';
import { isReached } from '../rules/path.ts';
import { isLive, ownerName } from '../rules/slots.ts';

export const attachedMeansRuns = property({
  name: 'attached-means-runs',
  kind: 'always',
  statement: 'The program of every entry of an online cgroup, or of a registered device, runs for events there.',
  claims: ['C6', 'C14', 'C24'],
  explanation:
    'The entries of a cgroup always contribute to its own array, whatever the modes above it. Frames come to filters through the tcx entry that their qdisc shares with tcx programs.',
  params: {},
  check(k: Kernel) {
    for (const slot of k.all.slot) {
      if (!isLive(slot)) continue;
      for (const entry of slot.entries) {
        k.subject();
        const program = programOf(entry);
        if (program === null || ![...slot.effective].includes(program) || !isReached(k, slot))
          return `${entry.kind} ${entry.name} is attached to ${ownerName(slot)} and an event there does not run it`;
      }
    }
    return true;
  },
});
