/** No program stays attached that nobody holds. */
import { type Kernel, property } from '../kernel.ts';
import { programOf } from '../rules/order.ts';
import { isReleased, ownerName, ownerPhase } from '../rules/slots.ts';
import { isHeld, isLinkHeld } from './shared.ts';

export const noOrphan = property({
  name: 'no-orphan',
  kind: 'always',
  statement:
    'Every attached program is held by a descriptor, a pin or a message besides its attachment, and none outlives its device.',
  claims: ['C2', 'C30', 'C31'],
  explanation:
    'PROG_ATTACH gives the program reference to the list entry and remembers nobody: when the process that attached it is gone, the program stays and nothing alive leads to it. A link ties the attachment to a descriptor or a pin, and the last of them takes it off.',
  params: {},
  check(k: Kernel) {
    for (const slot of k.all.slot)
      for (const entry of slot.entries) {
        k.subject();
        const program = programOf(entry);
        if (entry.kind !== 'link' && program !== null && !isHeld(k, program))
          return `${program.name} is attached to ${ownerName(slot)} and nobody holds it`;
        if (entry.kind === 'link' && !isLinkHeld(k, entry))
          return `link ${entry.name} is attached to ${ownerName(slot)} and nobody holds it`;
        if (slot.netdev !== null && isReleased(slot))
          return `${entry.kind} ${entry.name} is attached to ${ownerName(slot)}, which is ${ownerPhase(slot)}`;
      }
    return true;
  },
});
