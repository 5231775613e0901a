/** An exclusive attachment keeps descendants empty. */
import { type Kernel, property } from '../kernel.ts';
import { was } from './shared.ts';

export const hierarchyModes = property({
  name: 'hierarchy-modes',
  kind: 'step',
  statement: 'Nothing new is attached in a cgroup whose nearest ancestor with attachments is exclusive (NONE).',
  claims: ['C6', 'C25'],
  explanation:
    'The kernel looks upwards at the moment of attach, and only then: a NONE attachment made later above existing ones is legal and does not touch them.',
  params: {},
  check(k: Kernel) {
    for (const slot of k.all.slot) {
      const nearest = slot.ancestors.find((ancestor) => ancestor.entries.length > 0);
      if (nearest?.mode !== 'NONE') continue;
      k.subject();
      if (slot.entries.length > was(k, slot).entries.length)
        return `${k.step.op} of ${k.step.actor} attached to ${slot.cgroup?.name} below the exclusive attachment of ${nearest.cgroup?.name}`;
    }
    return true;
  },
});
