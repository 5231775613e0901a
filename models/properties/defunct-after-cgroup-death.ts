/** A released cgroup has no links. */
import { type Kernel, property } from '../kernel.ts';
import { isReleased, ownerName, ownerPhase } from '../rules/slots.ts';

export const defunctAfterCgroupDeath = property({
  name: 'defunct-after-cgroup-death',
  kind: 'always',
  statement:
    'When a cgroup has been released, or a device unregistered, every link that was attached to it is defunct.',
  claims: ['C8', 'C9', 'C29'],
  explanation:
    'The release work makes all links of the cgroup defunct under one lock. A command that resolved the cgroup before it died and gets the lock after the release work attaches to a dead cgroup: the alive test is not repeated under the lock.',
  params: {},
  check(k: Kernel) {
    if (k.all.slot.some(isReleased)) k.subject();
    for (const { name, slot } of k.all.link)
      if (slot !== null && isReleased(slot))
        return `link ${name} is attached to ${ownerName(slot)}, which is ${ownerPhase(slot)}`;
    return true;
  },
});
