/** When everything has come to rest, nothing is left that nobody can reach. */
import { type Filter, type Kernel, type Link, type Program, property } from '../kernel.ts';
import { firstNetns } from '../rules/netdev.ts';
import { isReleased, ownerName, ownerPhase } from '../rules/slots.ts';
import { exists } from './shared.ts';

/**
 * Holders are looked for one by one: a count would call a program held whose reference somebody forgot to put. At rest no
 * command is under way.
 */
const isOpenOrPinned = (k: Kernel, held: Program | Link): boolean =>
  k.all.file.some(({ target }) => target === held) || k.all.inode.some(({ target }) => target === held);

const isReachable = (k: Kernel, program: Program): boolean =>
  isOpenOrPinned(k, program) ||
  k.all.slot.some((slot) => slot.entries.indexOf(program) >= 0) ||
  k.all.link.some((link) => exists(link) && link.prog === program) ||
  k.all.map.some((map) => [...map.entries].includes(program)) ||
  k.all.program.some(({ target, holdsTarget }) => holdsTarget > 0 && target?.program === program) ||
  k.all.link.some(({ slot }) => slot?.hook?.program === program) ||
  k.all.filter.some((filter) => filter.prog === program && isListed(k, filter));

/** A filter is found through the list of its direction alone. */
const isListed = (k: Kernel, filter: Filter): boolean => k.all.slot.some((slot) => slot.entries.indexOf(filter) >= 0);

export const quiescentNoLeak = property({
  name: 'quiescent-no-leak',
  kind: 'finally',
  statement:
    'At rest, every program and link has a holder that can be reached: a descriptor, a pin, a message, or an attachment of a cgroup that is not released.',
  claims: ['C2', 'C8', 'C10'],
  explanation:
    'An attach that gets the lock after the release work leaves an entry on a released cgroup: nobody will ever release a legacy entry there. A reference that nobody puts shows here too.',
  params: {},
  check(k: Kernel) {
    k.subject();
    for (const slot of k.all.slot) {
      if (slot.entries.length > 0 && isReleased(slot))
        return `${slot.entries.at(0).name} is attached to ${ownerName(slot)}, which is ${ownerPhase(slot)}: nothing will release it`;
      if (slot.effective.length + slot.preorders.length > 0 && isReleased(slot))
        return `${ownerName(slot)} is ${ownerPhase(slot)} and its arrays are still there`;
    }
    for (const program of k.all.program)
      if (program.phase === 'LOADED' && !isReachable(k, program))
        return `program ${program.name} is loaded and nobody holds it`;
    for (const link of k.all.link)
      if (!['ABSENT', 'GONE'].includes(link.phase) && !isOpenOrPinned(k, link))
        return `link ${link.name} is ${link.phase} and nobody holds it`;
    for (const { name, phase, refs, netns } of k.all.netdev) {
      if (phase === 'UNREGISTERING') return `device ${name} waits for ${refs} references that nobody will put`;
      if (phase === 'REGISTERED' && netns?.phase === 'GONE') return `device ${name} is in ${netns.name}, which is gone`;
    }
    for (const netns of k.all.netns)
      if (netns.phase === 'ALIVE' && netns.refs === 0 && netns !== firstNetns(k))
        return `namespace ${netns.name} has no references and is not torn down`;
    for (const inode of k.all.inode)
      if (inode.type !== 'free' && inode.nlink === 0 && inode.opens === 0)
        return `inode ${inode.name} has neither a name nor an open file and is not freed`;
    for (const file of k.all.file)
      if (file.refs === 0 && file.type !== 'free') return `file ${file.name} is open and nobody holds it`;
    return true;
  },
});
