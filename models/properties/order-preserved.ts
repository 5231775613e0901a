/** What stays attached keeps its place relative to the others. */
import { type Kernel, property, type Slot } from '../kernel.ts';
import { programOf } from '../rules/order.ts';
import { ON, PROGRAMS, slotOn, was } from './shared.ts';

/** An entry's identity in the order: the role its program belongs to, else the entry itself. */
function keys(slot: Slot, roles: readonly (readonly { readonly name: string }[])[]): string[] {
  return [...slot.entries].map((entry) => {
    const program = programOf(entry)?.name;
    const role = roles.findIndex((versions) => versions.some(({ name }) => name === program));
    return role >= 0 ? `role ${role + 1}` : `${entry.kind} ${entry.name}`;
  });
}

export const orderPreserved = property({
  name: 'order-preserved',
  kind: 'step',
  statement:
    'Entries that stay attached keep their order, and the roles stand in the order in which they are given; versions of one role count as the same entry.',
  claims: ['C12', 'C15', 'C18'],
  explanation:
    'A drop before a count and a count before a drop are two different policies. Replacing in place keeps the position; detaching and attaching again moves the entry to the tail.',
  params: { ...ON, roles: { shape: 'list', of: PROGRAMS, optional: true } },
  check(k: Kernel, { on, attachType, roles }) {
    const slot = slotOn(k, on, attachType);
    const before = keys(was(k, slot), roles ?? []);
    const after = keys(slot, roles ?? []);
    if (before.length > 1) k.subject();
    const stayed = before.filter((key) => after.includes(key));
    const now = after.filter((key) => before.includes(key));
    if (stayed.join() !== now.join())
      return `the order in ${on.name} was ${before.join(', ')} and became ${after.join(', ')}`;
    const ranks = after.flatMap((key) => (key.startsWith('role ') ? Number(key.slice('role '.length)) : []));
    const sorted = ranks.every((rank, i) => i === 0 || (ranks[i - 1] as number) <= rank);
    return sorted || `the roles in ${on.name} stand in the order ${ranks.join(', ')}`;
  },
});
