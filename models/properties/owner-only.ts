/** Only who holds a link changes it. */
import { type Kernel, property } from '../kernel.ts';
import { holds, targetDied, was } from './shared.ts';

/** Commands that resolve the link in one step and change it in a later one. */
const BY_REGISTER = new Set(['link_update', 'link_detach']);

export const ownerOnly = property({
  name: 'owner-only',
  kind: 'step',
  statement:
    "A link's program and attachment change only by a process that holds a descriptor of the link, or by the death of its cgroup or device.",
  claims: ['C11', 'C26'],
  explanation:
    'LINK_UPDATE and LINK_DETACH take a descriptor and ask for nothing else. PROG_ATTACH and PROG_DETACH do not see entries of links. Who can get a descriptor (inherits, receives, opens a pin, has CAP_SYS_ADMIN) is a holder.',
  params: {},
  check(k: Kernel) {
    for (const link of k.all.link) {
      const before = was(k, link);
      if (before.slot === null) continue;
      k.subject();
      const detached = link.slot === null;
      const updated = link.prog !== null && before.prog?.index !== link.prog.index;
      if ((!detached && !updated) || k.step.actor === 'kernel') continue;
      const actor = k.before.process.find(({ name }) => name === k.step.actor);
      if (actor === undefined || actor.releasing.indexOf(before) >= 0 || holds(actor, before)) continue;
      // A command that resolved the link in an earlier step holds it by its register.
      if (k.step.continued && BY_REGISTER.has(k.step.op)) continue;
      // The death of its target is nobody's doing.
      if (detached && (targetDied(k, before) || before.refs === 0 || link.refs === 0)) continue;
      return `${k.step.op} of ${k.step.actor}, who holds no descriptor of link ${link.name}, ${detached ? 'detached it' : `changed its program to ${link.prog?.name}`}`;
    }
    return true;
  },
});
