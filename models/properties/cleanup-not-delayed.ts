/** Links do not delay the cleanup of a cgroup, or of a namespace. */
import { type Kernel, type Netns, property } from '../kernel.ts';

/** Does anything but links keep the namespace: a name, a descriptor, a process? */
const isInUse = (k: Kernel, netns: Netns): boolean =>
  netns.named ||
  k.all.process.some((process) => process.netns === netns) ||
  k.all.file.some(({ target }) => target === netns);

export const cleanupNotDelayed = property({
  name: 'cleanup-not-delayed',
  kind: 'finally',
  statement:
    'A removed cgroup without sockets and descendants is released, and a namespace without name, descriptor and process goes, whatever links are held.',
  claims: ['C8', 'C10', 'C29'],
  explanation:
    'A link holds the memory of its cgroup (css), not its BPF state, so that the release work can run while descriptors and pins of its links live on. Were the link to hold the BPF state, one forgotten pin would keep every attachment of a dead cgroup. Of the links of namespaces and devices only netfilter links hold: theirs keeps the namespace and all its devices.',
  params: {
    cgroup: { shape: 'object', kind: 'cgroup', optional: true },
    netns: { shape: 'object', kind: 'netns', optional: true },
  },
  check(k: Kernel, { cgroup, netns }) {
    if (netns !== null && netns.phase !== 'ABSENT' && !isInUse(k, netns)) {
      k.subject();
      if (netns.phase !== 'GONE') return `nobody uses namespace ${netns.name} and it is still ${netns.phase}`;
    }
    if (cgroup === null || cgroup.phase === 'ABSENT' || cgroup.phase === 'ONLINE') return true;
    k.subject();
    const sockets = k.all.socket.some((socket) => socket.cgroup === cgroup);
    const below = k.all.cgroup.some(
      (child) => child.parent === cgroup && !['ABSENT', 'RELEASED', 'FREED'].includes(child.phase),
    );
    if (sockets || below || cgroup.phase === 'RELEASED' || cgroup.phase === 'FREED') return true;
    return `cgroup ${cgroup.name} has no socket and no descendant and is still ${cgroup.phase}`;
  },
});
