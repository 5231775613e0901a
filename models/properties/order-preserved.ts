/** What stays attached keeps its place relative to the others. */
import { type Kernel, type Program, property } from '../kernel.ts';
import { belongsTo } from '../rules/slots.ts';
import { isMeant, ON, PROGRAMS, was } from './shared.ts';

type Roles = readonly (readonly { readonly name: string }[])[];

/** Rank of the role that a program is a version of, counted from 1; 0 if of none. */
const rankOf = (program: string, roles: Roles): number =>
  roles.findIndex((versions) => versions.some(({ name }) => name === program)) + 1;

/** What runs, in order: versions of one role are one key, and each key counts where it runs first. */
function keys(programs: readonly Program[], roles: Roles): string[] {
  const all = programs.map(({ name }) => {
    const rank = rankOf(name, roles);
    return rank === 0 ? name : `role ${rank}`;
  });
  return [...new Set(all)];
}

export const orderPreserved = property({
  name: 'order-preserved',
  kind: 'step',
  statement:
    'Programs that go on running keep their order, and roles run in the order in which they are given; versions of one role count as the same.',
  claims: ['C12', 'C15', 'C16', 'C18'],
  explanation:
    'A drop before a count and a count before a drop are two different policies. Replacing in place keeps the position; detaching and attaching again moves the entry to the tail, and a REPLACE that leaves PREORDER out moves it to another class.',
  params: { ...ON, roles: { shape: 'list', of: PROGRAMS, optional: true } },
  check(k: Kernel, { on, attachType, roles }) {
    const slots = k.all.slot.filter((slot) => belongsTo(slot, on) && isMeant(slot, on, attachType));
    const programs = slots.flatMap((slot) => [...slot.effective]);
    const before = keys(
      slots.flatMap((slot) => [...was(k, slot).effective]),
      roles ?? [],
    );
    const after = keys(programs, roles ?? []);
    if (before.length > 1) k.subject();
    const stayed = before.filter((key) => after.includes(key));
    const now = after.filter((key) => before.includes(key));
    if (stayed.join() !== now.join())
      return `the order in ${on.name} was ${before.join(', ')} and became ${after.join(', ')}`;
    const ranks = programs.map(({ name }) => rankOf(name, roles ?? [])).filter((rank) => rank > 0);
    const sorted = ranks.every((rank, i) => i === 0 || (ranks[i - 1] as number) <= rank);
    return sorted || `the roles run in ${on.name} in the order ${ranks.join(', ')}`;
  },
});
