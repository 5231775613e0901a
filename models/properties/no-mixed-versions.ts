/** Two programs that belong together are replaced together. */
import { type Kernel, property } from '../kernel.ts';
import { atEnd, names, ON, PROGRAMS, slotOn } from './shared.ts';

export const noMixedVersions = property({
  name: 'no-mixed-versions',
  kind: 'always',
  statement: 'No event runs an old version of one program and a new version of another.',
  claims: ['C18'],
  explanation:
    'Each link or entry is replaced atomically, two of them are not: an event between the two updates sees one new program and one old one.',
  params: { old: PROGRAMS, new: PROGRAMS, ...ON },
  check(k: Kernel, { old, new: next, on, attachType }) {
    const slot = slotOn(k, on, attachType);
    const mixed = (programs: readonly { readonly name: string }[]): boolean =>
      programs.some((p) => old.some(({ name }) => name === p.name)) &&
      programs.some((p) => next.some(({ name }) => name === p.name));
    for (const packet of k.all.packet)
      if (packet.slot === slot && atEnd(packet) && mixed([...packet.ran]))
        return `an event in ${on.name} ran ${names(packet.ran)}: old and new together`;
    if (slot.effective.length > 0) k.subject();
    return (
      !mixed([...slot.effective]) || `an event in ${on.name} would run ${names(slot.effective)}: old and new together`
    );
  },
});
