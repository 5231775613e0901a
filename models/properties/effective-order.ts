/** What runs is what the lists say. */
import { type Entry, type Kernel, type Program, property, type Slot } from '../kernel.ts';
import { isLive, ownerName } from '../rules/slots.ts';
import { names } from './shared.ts';

/** The specification, written apart from the rule it checks (facts cgroup 6.3 and 7.1). */
function specified(slot: Slot): Program[] {
  const front: Program[][] = [];
  const back: Program[][] = [];
  let collected = false;
  for (const level of [slot, ...slot.ancestors]) {
    if (collected && level.mode !== 'MULTI') continue;
    const run = (preorder: boolean): Program[] =>
      [...level.entries].flatMap((entry: Entry, i) =>
        level.preorders.at(i) === preorder ? ((entry.kind === 'program' ? entry : entry.prog) ?? []) : [],
      );
    front.unshift(run(true));
    back.push(run(false));
    collected = collected || level.entries.length > 0;
  }
  return [...front.flat(), ...back.flat()];
}

export const effectiveOrder = property({
  name: 'effective-order',
  kind: 'always',
  statement: 'In every online cgroup the programs run that lists, modes and PREORDER bits say, in that order.',
  claims: ['C6', 'C12', 'C15'],
  explanation:
    'PREORDER entries from the root down, then the others from the cgroup up; a level that is not MULTI yields to entries nearer to the cgroup. Kernels without f08aaee3152d let LINK_UPDATE write the wrong place of the array where PREORDER entries exist.',
  params: {},
  check(k: Kernel) {
    for (const slot of k.all.slot) {
      if (!isLive(slot)) continue;
      const should = specified(slot);
      if (should.length > 0) k.subject();
      const does = [...slot.effective];
      if (does.length !== should.length || does.some((program, i) => program !== should[i]))
        return `${ownerName(slot)} runs ${names(does)} and the lists say ${names(should)}`;
    }
    return true;
  },
});
