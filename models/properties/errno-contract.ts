/** What a command returns tells the truth. */
import { type Kernel, property } from '../kernel.ts';
import { was } from './shared.ts';

export const errnoContract = property({
  name: 'errno-contract',
  kind: 'step',
  statement: 'No command gives a detached link another program: LINK_UPDATE says ENOLINK.',
  claims: ['C13'],
  explanation:
    'A link that was severed from its target has no hook to be changed. An update that does not ask again under the lock follows a pointer that is not there any more.',
  params: {},
  check(k: Kernel) {
    for (const link of k.all.link) {
      const before = was(k, link);
      if (before.phase !== 'DEFUNCT') continue;
      k.subject();
      if (link.prog !== null && before.prog?.index !== link.prog.index)
        return `${k.step.op} of ${k.step.actor} succeeds on link ${link.name}, which is detached, and gives it ${link.prog.name}`;
    }
    return true;
  },
});
