/** Two programs that belong together are replaced together. */
import { type Kernel, property } from '../kernel.ts';
import { endedAt, names, ON, PROGRAMS, ranIn, wouldRun } from './shared.ts';

export const noMixedVersions = property({
  name: 'no-mixed-versions',
  kind: 'always',
  statement: 'No event runs an old version of one program and a new version of another.',
  claims: ['C18'],
  explanation:
    'Each link or entry is replaced atomically, two of them are not: an event between the two updates sees one new program and one old one.',
  params: { old: PROGRAMS, new: PROGRAMS, ...ON },
  check(k: Kernel, { old, new: next, on, attachType }) {
    const mixed = (programs: readonly { readonly name: string }[]): boolean =>
      programs.some((p) => old.some(({ name }) => name === p.name)) &&
      programs.some((p) => next.some(({ name }) => name === p.name));
    for (const packet of k.all.packet)
      if (endedAt(k, packet, on, attachType) && mixed([...ranIn(packet)]))
        return `an event in ${on.name} ran ${names(ranIn(packet))}: old and new together`;
    const { ran } = wouldRun(k, on, attachType);
    if (ran.length > 0) k.subject();
    return !mixed(ran) || `an event in ${on.name} would run ${names(ran)}: old and new together`;
  },
});
