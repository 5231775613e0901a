/** An adversary cannot break the connection of program and target. */
import { type Kernel, property } from '../kernel.ts';
import { was } from './shared.ts';

export const unbrokenBy = property({
  name: 'unbroken-by',
  kind: 'step',
  statement: "No step of the adversary changes the link's program or takes it off.",
  claims: ['C26', 'C27', 'C32'],
  explanation:
    'With a link, the connection is broken only through a descriptor of it. Whether the adversary can get one decides: CAP_SYS_ADMIN and LINK_GET_FD_BY_ID, a pin it may open, a descriptor it inherits.',
  params: { link: { shape: 'object', kind: 'link' }, adversary: { shape: 'actor' } },
  check(k: Kernel, { link, adversary }) {
    const before = was(k, link);
    if (before.slot === null) return true;
    k.subject();
    if (k.step.actor !== k.all.process[adversary]?.name) return true;
    if (before.refs > 0 && link.refs === 0)
      return `${k.step.op} of ${k.step.actor} dropped the last reference to link ${link.name}`;
    if (link.slot === null) return `${k.step.op} of ${k.step.actor} took link ${link.name} off`;
    return (
      link.prog?.index === before.prog?.index ||
      `${k.step.op} of ${k.step.actor} changed the program of link ${link.name} to ${link.prog?.name}`
    );
  },
});
