/** Only who attached a program takes it off: a claim that PROG_DETACH refutes. */
import { type Kernel, type Program, property, type Slot } from '../kernel.ts';
import { programOf } from '../rules/order.ts';
import { ON, was } from './shared.ts';

/** Attached without a link: as a program, or by a filter. */
const isAttached = (slot: Slot, program: Program): boolean =>
  [...slot.entries].some((entry) => entry.kind !== 'link' && programOf(entry)?.index === program.index);

export const legacyOwnerOnly = property({
  name: 'legacy-owner-only',
  kind: 'step',
  statement: 'Only the owner takes its program off the cgroup or device, or replaces it.',
  claims: ['C25', 'C26', 'C30', 'C31'],
  explanation:
    'A legacy attachment has no owner: whoever opens the directory detaches in the modes NONE and OVERRIDE without naming a program and without any capability; whoever has a descriptor of the program detaches in MULTI.',
  params: { program: { shape: 'object', kind: 'program' }, owner: { shape: 'actor' }, ...ON },
  check(k: Kernel, { program, owner, on, attachType }) {
    const slots = k.all.slot.filter((slot) => (slot.cgroup ?? slot.netdev) === on);
    const meant = slots.filter((slot) => attachType === null || slot.attachType === attachType);
    if (!meant.some((slot) => isAttached(was(k, slot), program))) return true;
    k.subject();
    if (
      meant.some((slot) => isAttached(slot, program)) ||
      k.step.actor === k.all.process[owner]?.name ||
      k.step.actor === 'kernel' ||
      k.step.op === 'rmdir'
    )
      return true;
    return `${k.step.op} of ${k.step.actor} took ${program.name} off ${on.name}`;
  },
});
