/** A link descriptor guarantees execution. */
import { type Kernel, property } from '../kernel.ts';
import { exists } from './shared.ts';

export const executionGuarantee = property({
  name: 'execution-guarantee',
  kind: 'always',
  statement: 'While the link is held and its cgroup is online, an event there runs its program.',
  claims: ['C24', 'C30'],
  explanation:
    'Nothing that others attach, replace or detach touches the entry of a link, and MULTI entries always contribute. LINK_DETACH by another holder breaks the promise: the descriptor stays and the link is defunct.',
  params: { link: { shape: 'object', kind: 'link' }, on: { shape: 'object', kind: 'cgroup' } },
  check(k: Kernel, { link, on }) {
    if (!exists(link) || link.refs === 0 || on.phase !== 'ONLINE') return true;
    k.subject();
    const slot = k.all.slot.find((candidate) => candidate.cgroup === on && candidate.attachType === link.attachType);
    const { prog } = link;
    if (prog !== null && slot !== undefined && [...slot.effective].includes(prog) && link.slot !== null) return true;
    return `link ${link.name} is held and an event in ${on.name} does not run ${prog?.name ?? 'its program'}`;
  },
});
