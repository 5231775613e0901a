/** Links do not delay the cleanup of a cgroup. */
import { type Kernel, property } from '../kernel.ts';

export const cleanupNotDelayed = property({
  name: 'cleanup-not-delayed',
  kind: 'finally',
  statement: 'A removed cgroup without sockets and descendants is released, whatever links are held.',
  claims: ['C8', 'C10', 'C29'],
  explanation:
    'A link holds the memory of its cgroup (css), not its BPF state, so that the release work can run while descriptors and pins of its links live on. Were the link to hold the BPF state, one forgotten pin would keep every attachment of a dead cgroup.',
  params: { cgroup: { shape: 'object', kind: 'cgroup' } },
  check(k: Kernel, { cgroup }) {
    if (cgroup.phase === 'ABSENT' || cgroup.phase === 'ONLINE') return true;
    k.subject();
    const sockets = k.all.socket.some((socket) => socket.cgroup === cgroup);
    const below = k.all.cgroup.some(
      (child) => child.parent === cgroup && !['ABSENT', 'RELEASED', 'FREED'].includes(child.phase),
    );
    if (sockets || below || cgroup.phase === 'RELEASED' || cgroup.phase === 'FREED') return true;
    return `cgroup ${cgroup.name} has no socket and no descendant and is still ${cgroup.phase}`;
  },
});
