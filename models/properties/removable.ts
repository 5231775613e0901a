/** Whatever runs can be found and taken off. */
import { type Kernel, property } from '../kernel.ts';

export const removable = property({
  name: 'removable',
  kind: 'always',
  statement:
    'Every attachment whose program can run can be taken off: through the directory of its cgroup, or through its link.',
  claims: ['C2', 'C14', 'C30'],
  explanation:
    'By-descriptor commands say ENOENT for a removed cgroup, while its sockets go on running its programs: a legacy attachment there can be neither seen nor removed until the last socket is closed. A link can still be detached.',
  params: {},
  check(k: Kernel) {
    for (const slot of k.all.slot)
      for (const entry of slot.entries) {
        k.subject();
        const runs = k.all.socket.some((socket) => socket.cgroup === slot.cgroup);
        if (entry.kind === 'program' && slot.cgroup?.phase !== 'ONLINE' && runs)
          return `${entry.name} runs for the sockets of ${slot.cgroup?.name}, which is ${slot.cgroup?.phase}: no command can reach it`;
      }
    return true;
  },
});
