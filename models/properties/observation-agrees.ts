/** What can be observed says the same as the state. */
import { type Kernel, property } from '../kernel.ts';
import { isLive, isReleased, ownerName, ownerPhase } from '../rules/slots.ts';

export const observationAgrees = property({
  name: 'observation-agrees',
  kind: 'always',
  statement:
    'A link whose info names a cgroup or a device is in the list there, a link in a list says so, and what an effective query shows is what runs.',
  claims: ['C14'],
  explanation:
    'Query, link info and ids read the same structures under the same lock. They can disagree with what runs only where an array was written in the wrong place, or where an attach came after the release.',
  params: {},
  check(k: Kernel) {
    for (const link of k.all.link) {
      if (link.phase === 'ATTACHED' && link.slot === null)
        return `link ${link.name} counts as attached, and its info names nothing`;
      if (link.slot === null) continue;
      k.subject();
      const owner = ownerName(link.slot);
      if (isReleased(link.slot)) return `info of link ${link.name} names ${owner}, which is ${ownerPhase(link.slot)}`;
      if (link.slot.entries.indexOf(link) < 0)
        return `info of link ${link.name} names ${owner}, and the list there does not have it`;
      if (isLive(link.slot) && link.prog !== null && ![...link.slot.effective].includes(link.prog))
        return `info of link ${link.name} names ${owner}, and ${link.prog.name} is not in what an effective query shows`;
    }
    for (const slot of k.all.slot)
      for (const entry of slot.entries)
        if (entry.kind === 'link' && entry.slot !== slot)
          return `the list of ${ownerName(slot)} has link ${entry.name}, whose info does not name it`;
    return true;
  },
});
