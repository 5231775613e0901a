/** The last descriptor takes the attachment with it. */
import { type Kernel, type Link, property } from '../kernel.ts';
import { was } from './shared.ts';

/** Was the link pinned before the step? */
const isPinned = (k: Kernel, before: Link): boolean => k.before.inode.some(({ target }) => target === before);

export const autoDetachOnLastClose = property({
  name: 'auto-detach-on-last-close',
  kind: 'step',
  statement:
    'When the last reference to a link goes by a close or an exit, the link is detached before the process goes on.',
  claims: ['C1', 'C2'],
  explanation:
    'close(2) of the last descriptor frees the link inline: id, attachment, program. A pin, or any other holder (a monitor that opened it by id), makes somebody else the last one; the last pin leaves the work to a worker.',
  params: {},
  check(k: Kernel) {
    for (const link of k.all.link) {
      const before = was(k, link);
      if (before.refs === 0 || link.refs > 0) continue;
      // The last pin, and the kernel's own workers, leave the rest to a work item.
      if (link.deferred && (isPinned(k, before) || k.step.actor === 'kernel')) continue;
      k.subject();
      const releasing = k.all.process.some((process) => process.releasing.indexOf(link) >= 0);
      if (link.slot !== null && !releasing)
        return `the last reference to link ${link.name} went with ${k.step.op} of ${k.step.actor}, and it is still attached`;
    }
    return true;
  },
});
