/** What is attached runs. */
import { type Kernel, property } from '../kernel.ts';
import { programOf } from '../rules/order.ts';

export const attachedMeansRuns = property({
  name: 'attached-means-runs',
  kind: 'always',
  statement: 'The program of every entry of an online cgroup runs for events in that cgroup.',
  claims: ['C6', 'C14', 'C24'],
  explanation: 'The entries of a cgroup always contribute to its own array, whatever the modes above it.',
  params: {},
  check(k: Kernel) {
    for (const slot of k.all.slot) {
      if (slot.cgroup?.phase !== 'ONLINE') continue;
      for (const entry of slot.entries) {
        k.subject();
        const program = programOf(entry);
        if (program === null || ![...slot.effective].includes(program))
          return `${entry.kind} ${entry.name} is attached to ${slot.cgroup.name} and an event there does not run it`;
      }
    }
    return true;
  },
});
