/** No slot holds more than its limit. */
import { type Kernel, property } from '../kernel.ts';
import { ownerName } from '../rules/slots.ts';

export const capacity = property({
  name: 'capacity',
  kind: 'always',
  statement:
    'No slot holds more entries than its limit (64, BPF_CGROUP_MAX_PROGS; 63 at tcx and netkit; one in an XDP slot).',
  claims: ['C6'],
  explanation:
    'Programs and links count together, ancestors do not. A full slot refuses even REPLACE, while LINK_UPDATE still works.',
  params: {},
  check(k: Kernel) {
    for (const slot of k.all.slot) {
      if (slot.entries.length >= slot.limit) k.subject();
      if (slot.entries.length > slot.limit)
        return `${ownerName(slot)} holds ${slot.entries.length} entries, its limit is ${slot.limit}`;
    }
    return true;
  },
});
