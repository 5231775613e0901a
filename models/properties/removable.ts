/** Whatever runs can be found and taken off. */
import { type Kernel, property } from '../kernel.ts';
import { bondHasXdp } from '../rules/xdp.ts';

export const removable = property({
  name: 'removable',
  kind: 'always',
  statement:
    'Every attachment whose program can run can be taken off: through the directory of its cgroup, its device, or its link.',
  claims: ['C2', 'C14', 'C30'],
  explanation:
    'By-descriptor commands say ENOENT for a removed cgroup, while its sockets go on running its programs: a legacy attachment there can be neither seen nor removed until the last socket is closed. A link can still be detached. A driver is asked to take an XDP program off as it was asked to take it on: what it would refuse to attach, it refuses to detach.',
  params: {},
  check(k: Kernel) {
    for (const slot of k.all.slot)
      for (const entry of slot.entries) {
        k.subject();
        const { cgroup, netdev } = slot;
        const runs = cgroup !== null && k.all.socket.some((socket) => socket.cgroup === cgroup);
        if (entry.kind === 'program' && cgroup?.phase !== 'ONLINE' && runs)
          return `${entry.name} runs for the sockets of ${cgroup.name}, which is ${cgroup.phase}: no command can reach it`;
        if (slot.xdpMode === 'native' && netdev !== null && !bondHasXdp(netdev))
          return `${entry.name} is attached to ${netdev.name}, whose mode ${netdev.bondMode} has no XDP: the driver refuses to take it off`;
      }
    return true;
  },
});
