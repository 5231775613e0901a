/** A link descriptor guarantees execution. */
import { type Kernel, property, type Slot } from '../kernel.ts';
import { slotsOf } from '../rules/slots.ts';
import { exists, isThere, ON } from './shared.ts';

export const executionGuarantee = property({
  name: 'execution-guarantee',
  kind: 'always',
  statement:
    'While the link is held and its cgroup is online, its device registered or its namespace alive, an event there runs its program.',
  claims: ['C24', 'C30'],
  explanation:
    'Nothing that others attach, replace or detach touches the entry of a link, and MULTI entries always contribute. LINK_DETACH by another holder breaks the promise: the descriptor stays and the link is defunct.',
  params: { link: { shape: 'object', kind: 'link' }, on: ON.on },
  check(k: Kernel, { link, on }) {
    if (!exists(link) || link.refs === 0 || !isThere(on)) return true;
    k.subject();
    const { prog, slot } = link;
    const runs = (there: Slot): boolean => prog !== null && [...there.effective].includes(prog);
    if (slot !== null && slotsOf(k, on, link.attachType).some(runs)) return true;
    return `link ${link.name} is held and an event in ${on.name} does not run ${prog?.name ?? 'its program'}`;
  },
});
