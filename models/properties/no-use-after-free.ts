/** Nothing that can run has been freed. */
import { type Kernel, property, type Qdisc, type Slot } from '../kernel.ts';
import { entriesOf } from '../rules/qdisc.ts';
import { isLive, ownerName } from '../rules/slots.ts';

const gone = (program: { readonly phase: string }): boolean => program.phase === 'FREED' || program.phase === 'ABSENT';

/** The tcx entry that a qdisc has a pointer to and that is not there any more. */
function lostEntry(k: Kernel, qdisc: Qdisc): Slot | undefined {
  if (qdisc.phase !== 'GRAFTED' && qdisc.phase !== 'UNGRAFTED') return undefined;
  k.subject();
  return entriesOf(k, qdisc).find(({ users }) => users === 0);
}

export const noUseAfterFree = property({
  name: 'no-use-after-free',
  kind: 'always',
  statement:
    'No list, array or running invocation leads to a program whose memory is gone, no link to a freed device, no qdisc to a freed entry, no descriptor to a freed file.',
  claims: ['C10'],
  explanation:
    'Arrays hold no references: they rely on the entries, on descendants holding their ancestors, and on RCU. A put before the arrays are published, or a release out of order, leaves a freed program where the next event runs it.',
  params: {},
  check(k: Kernel) {
    for (const slot of k.all.slot) {
      for (const program of slot.effective) {
        k.subject();
        if (gone(program) && (isLive(slot) || slot.cgroup?.phase === 'DYING'))
          return `the array of ${ownerName(slot)} holds ${program.name}, which is ${program.phase}`;
      }
      for (const entry of slot.entries) {
        k.subject();
        if (entry.kind === 'program' ? gone(entry) : entry.phase === 'GONE')
          return `the list of ${ownerName(slot)} holds ${entry.name}, which is ${entry.phase}`;
      }
    }
    for (const { name, slot } of k.all.link)
      if (slot?.netdev?.phase === 'FREED') return `link ${name} refers to device ${slot.netdev.name}, which is FREED`;
    for (const qdisc of k.all.qdisc) {
      const lost = lostEntry(k, qdisc);
      if (lost !== undefined) return `qdisc ${qdisc.name} refers to the entry ${lost.name}, which was freed`;
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
    for (const process of k.all.process)
      for (const file of process.table?.fds ?? []) {
        if (file === null) continue;
        k.subject();
        if (file.type === 'free') return `a descriptor of ${process.name} leads to file ${file.name}, which is freed`;
      }
    return true;
  },
});
