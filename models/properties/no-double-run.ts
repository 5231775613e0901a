/** At no moment two versions of a role run. */
import { type Kernel, property } from '../kernel.ts';
import { endedAt, names, ON, PROGRAMS, ranIn, wouldRun } from './shared.ts';

export const noDoubleRun = property({
  name: 'no-double-run',
  kind: 'always',
  statement: 'No event runs two versions of the role.',
  claims: ['C12', 'C17', 'C18'],
  explanation:
    'Attaching the new version before the old one is detached, or creating a new link before the old one is closed, lets both run for a while: counters count twice, packets are changed twice.',
  params: { role: PROGRAMS, ...ON },
  check(k: Kernel, { role, on, attachType }) {
    for (const packet of k.all.packet)
      if (endedAt(k, packet, on, attachType) && ranIn(packet).filter((program) => role.includes(program)).length > 1)
        return `an event in ${on.name} ran ${names(ranIn(packet))}: more than one version of the role`;
    const { ran } = wouldRun(k, on, attachType);
    const versions = ran.filter((program) => role.includes(program));
    if (versions.length > 0) k.subject();
    return versions.length < 2 || `an event in ${on.name} would run ${names(ran)}: more than one version of the role`;
  },
});
