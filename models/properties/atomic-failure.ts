/** A command that fails changes nothing. */
import { type Kernel, property, type Slot } from '../kernel.ts';
import { ownerName } from '../rules/slots.ts';
import { was } from './shared.ts';

const shape = (slot: Slot): string =>
  JSON.stringify([
    slot.mode,
    [...slot.entries].map(({ kind, index }) => [kind, index]),
    [...slot.preorders],
    [...slot.effective].map(({ index }) => index),
    slot.changes,
  ]);

export const atomicFailure = property({
  name: 'atomic-failure',
  kind: 'step',
  statement:
    'A command that fails leaves every list, mode, array and revision, and every program of a link, as it was.',
  claims: ['C18', 'C19', 'C20'],
  explanation: 'All checks come before the first change, and arrays are allocated before the first is published.',
  params: {},
  check(k: Kernel) {
    if (k.step.errno === null) return true;
    k.subject();
    for (const slot of k.all.slot) {
      // A qdisc that is off its device goes with whoever lets go of it last, whatever his command says.
      if (slot.qdisc?.phase === 'DESTROYED') continue;
      if (shape(slot) !== shape(was(k, slot)))
        return `${k.step.op} of ${k.step.actor} fails with ${k.step.errno} and changes ${ownerName(slot)}`;
    }
    for (const link of k.all.link) {
      const before = was(k, link);
      if (before.slot !== null && link.slot !== null && before.prog?.index !== link.prog?.index)
        return `${k.step.op} of ${k.step.actor} fails with ${k.step.errno} and changes link ${link.name}`;
    }
    return true;
  },
});
