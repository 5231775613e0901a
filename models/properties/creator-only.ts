/** Only its creator changes a link: a claim that pins and descriptors by id refute. */
import { type Kernel, property } from '../kernel.ts';
import { targetDied, was } from './shared.ts';

export const creatorOnly = property({
  name: 'creator-only',
  kind: 'step',
  statement: 'Only the process that created the link updates or detaches it.',
  claims: ['C11', 'C27'],
  explanation:
    'There are no owners in the kernel: every descriptor of a link has every right. A pin is a lock with the key beside it: who may open it may change what it protects.',
  params: { link: { shape: 'object', kind: 'link' }, creator: { shape: 'actor' } },
  check(k: Kernel, { link, creator }) {
    const before = was(k, link);
    if (before.slot === null) return true;
    k.subject();
    if (k.step.actor === k.all.process[creator]?.name || k.step.actor === 'kernel' || targetDied(k, before))
      return true;
    if (link.slot === null)
      return `${k.step.op} of ${k.step.actor} detached link ${link.name}, which it did not create`;
    return (
      link.prog?.index === before.prog?.index ||
      `${k.step.op} of ${k.step.actor} changed link ${link.name}, which it did not create, to ${link.prog?.name}`
    );
  },
});
