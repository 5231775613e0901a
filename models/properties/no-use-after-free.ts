/** Nothing that can run has been freed. */
import { type Kernel, property } from '../kernel.ts';
import { ownerName } from '../rules/slots.ts';

const gone = (program: { readonly phase: string }): boolean => program.phase === 'FREED' || program.phase === 'ABSENT';

export const noUseAfterFree = property({
  name: 'no-use-after-free',
  kind: 'always',
  statement: 'No list, array or running invocation leads to a program whose memory is gone.',
  claims: ['C10'],
  explanation:
    'Arrays hold no references: they rely on the entries, on descendants holding their ancestors, and on RCU. A put before the arrays are published, or a release out of order, leaves a freed program where the next event runs it.',
  params: {},
  check(k: Kernel) {
    for (const slot of k.all.slot) {
      const cgroup = slot.cgroup;
      for (const program of slot.effective) {
        k.subject();
        if (gone(program) && (cgroup === null || cgroup.phase === 'ONLINE' || cgroup.phase === 'DYING'))
          return `the array of ${ownerName(slot)} holds ${program.name}, which is ${program.phase}`;
      }
      for (const entry of slot.entries) {
        k.subject();
        if (entry.kind === 'program' ? gone(entry) : entry.phase === 'GONE')
          return `the list of ${ownerName(slot)} holds ${entry.name}, which is ${entry.phase}`;
      }
    }
    for (const packet of k.all.packet)
      for (const link of packet.links) {
        k.subject();
        if (link.phase === 'GONE')
          return `a running invocation may ask for the cookie of link ${link.name}, which is GONE`;
      }
    for (const map of k.all.map)
      for (const program of map.entries) {
        if (program === null) continue;
        k.subject();
        if (gone(program)) return `an entry of ${map.name} is ${program.name}, which is ${program.phase}`;
      }
    for (const packet of k.all.packet)
      for (const program of packet.array)
        if (gone(program)) return `a running invocation will run ${program.name}, which is ${program.phase}`;
    return true;
  },
});
