/** A released cgroup has no links. */
import { type Kernel, property } from '../kernel.ts';

const DEAD = new Set(['RELEASED', 'FREED']);

export const defunctAfterCgroupDeath = property({
  name: 'defunct-after-cgroup-death',
  kind: 'always',
  statement: 'When a cgroup has been released, every link that was attached to it is defunct.',
  claims: ['C8', 'C9', 'C29'],
  explanation:
    'The release work makes all links of the cgroup defunct under one lock. A command that resolved the cgroup before it died and gets the lock after the release work attaches to a dead cgroup: the alive test is not repeated under the lock.',
  params: {},
  check(k: Kernel) {
    for (const cgroup of k.all.cgroup) if (DEAD.has(cgroup.phase)) k.subject();
    for (const link of k.all.link) {
      const cgroup = link.slot?.cgroup;
      if (cgroup != null && DEAD.has(cgroup.phase))
        return `link ${link.name} is attached to ${cgroup.name}, which is ${cgroup.phase}`;
    }
    return true;
  },
});
