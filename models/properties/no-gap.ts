/** Some version of the role runs at every moment. */
import { type Kernel, property } from '../kernel.ts';
import { endedAt, isConsumed, isThere, names, ON, PROGRAMS, ranIn, wouldRun } from './shared.ts';

export const noGap = property({
  name: 'no-gap',
  kind: 'always',
  statement:
    'While the cgroup is online, the device registered or the namespace alive, some version of the role runs for every event.',
  claims: ['C12', 'C16', 'C18'],
  explanation:
    'Between a detach and the attach that follows it, events run no version at all. Replacing an entry in place (LINK_UPDATE, MULTI with REPLACE, NONE over NONE, OVERRIDE over OVERRIDE) is one pointer store, so that every event sees the old version or the new one.',
  params: { role: PROGRAMS, ...ON },
  check(k: Kernel, { role, on, attachType }) {
    for (const packet of k.all.packet) {
      if (!endedAt(k, packet, on, attachType) || isConsumed(packet)) continue;
      k.subject();
      if (!ranIn(packet).some((program) => role.includes(program)))
        return `an event in ${on.name} ran ${names(ranIn(packet))}: no version of the role`;
    }
    if (!isThere(on)) return true;
    k.subject();
    const { ran, consumed } = wouldRun(k, on, attachType);
    return (
      consumed ||
      ran.some((program) => role.includes(program)) ||
      `an event in ${on.name} would run ${names(ran)}: no version of the role`
    );
  },
});
