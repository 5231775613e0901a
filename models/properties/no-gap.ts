/** Some version of the role runs at every moment. */
import { type Kernel, property } from '../kernel.ts';
import { atEnd, names, ON, PROGRAMS, slotOn } from './shared.ts';

export const noGap = property({
  name: 'no-gap',
  kind: 'always',
  statement: 'While the cgroup is online, some version of the role runs for every event.',
  claims: ['C12', 'C16', 'C18'],
  explanation:
    'Between a detach and the attach that follows it, events run no version at all. Replacing an entry in place (LINK_UPDATE, MULTI with REPLACE, NONE over NONE, OVERRIDE over OVERRIDE) is one pointer store, so that every event sees the old version or the new one.',
  params: { role: PROGRAMS, ...ON },
  check(k: Kernel, { role, on, attachType }) {
    const slot = slotOn(k, on, attachType);
    for (const packet of k.all.packet) {
      if (packet.slot !== slot || !atEnd(packet)) continue;
      k.subject();
      if (![...packet.ran].some((program) => role.includes(program)))
        return `an event in ${on.name} ran ${names(packet.ran)}: no version of the role`;
    }
    if (on.phase !== 'ONLINE') return true;
    k.subject();
    return (
      [...slot.effective].some((program) => role.includes(program)) ||
      `an event in ${on.name} would run ${names(slot.effective)}: no version of the role`
    );
  },
});
