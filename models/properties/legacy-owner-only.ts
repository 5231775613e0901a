/** Only who attached a program takes it off: a claim that PROG_DETACH refutes. */
import { type Kernel, property } from '../kernel.ts';
import { ON, slotOn, was } from './shared.ts';

export const legacyOwnerOnly = property({
  name: 'legacy-owner-only',
  kind: 'step',
  statement: 'Only the owner takes its program off the cgroup or replaces it.',
  claims: ['C25', 'C26', 'C30'],
  explanation:
    'A legacy attachment has no owner: whoever opens the directory detaches in the modes NONE and OVERRIDE without naming a program and without any capability; whoever has a descriptor of the program detaches in MULTI.',
  params: { program: { shape: 'object', kind: 'program' }, owner: { shape: 'actor' }, ...ON },
  check(k: Kernel, { program, owner, on, attachType }) {
    const slot = slotOn(k, on, attachType);
    const attached = [...was(k, slot).entries].some(
      (entry) => entry.kind === 'program' && entry.index === program.index,
    );
    if (!attached) return true;
    k.subject();
    if (
      slot.entries.indexOf(program) >= 0 ||
      k.step.actor === k.all.process[owner]?.name ||
      k.step.actor === 'kernel' ||
      k.step.op === 'rmdir'
    )
      return true;
    return `${k.step.op} of ${k.step.actor} took ${program.name} off ${on.name}`;
  },
});
