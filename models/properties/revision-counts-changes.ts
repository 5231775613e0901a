/** The revision counts the changes of its slot. */
import { type Kernel, property, type Slot } from '../kernel.ts';
import { programOf } from '../rules/order.ts';
import { hasEntry } from '../rules/qdisc.ts';
import { isLive, ownerName } from '../rules/slots.ts';
import { was } from './shared.ts';

const shape = (slot: Slot): string =>
  JSON.stringify(
    [...slot.entries].map((entry, i) => [entry.kind, entry.index, programOf(entry)?.index, slot.preorders.at(i)]),
  );

export const revisionCountsChanges = property({
  name: 'revision-counts-changes',
  kind: 'step',
  statement:
    'Every change of a slot counts its revision up by one, nothing else does, and it never falls; the death of the cgroup does not count.',
  claims: ['C22'],
  explanation:
    'expected_revision is a compare-and-swap over the slot: it is only worth something if no change escapes the count. A replacement of a program by itself counts too.',
  params: {},
  check(k: Kernel) {
    for (const slot of k.all.slot) {
      if (!slot.countsRevisions || !isLive(slot)) continue;
      // An entry of tcx that nobody uses is freed, and its revision forgotten (facts net 5.1).
      if (slot.attachType.startsWith('tcx') && !hasEntry(slot)) continue;
      const before = was(k, slot);
      const counted = slot.changes - before.changes;
      const changed = shape(slot) !== shape(before);
      if (changed) k.subject();
      if (counted < 0 || counted > 1)
        return `${k.step.op} of ${k.step.actor} moves the revision of ${ownerName(slot)} by ${counted}`;
      if (changed && counted === 0)
        return `${k.step.op} of ${k.step.actor} changes ${ownerName(slot)} and its revision stays`;
      if (counted === 1 && k.step.errno !== null)
        return `${k.step.op} of ${k.step.actor} fails and counts a revision of ${ownerName(slot)}`;
    }
    return true;
  },
});
