/** A pin keeps the attachment over the end of processes. */
import { type Kernel, property } from '../kernel.ts';

/** Steps by which processes let go of descriptors. */
const LETTING_GO = new Set(['exit', 'close', 'close_range', 'execve', 'dup2', 'kill']);

export const pinnedSurvivesExit = property({
  name: 'pinned-survives-exit',
  kind: 'step',
  statement: 'A pinned link that is attached stays attached when a process exits, is killed or closes its descriptors.',
  claims: ['C4', 'C7'],
  explanation:
    'The inode in bpffs holds a reference of its own. A kernel that detached at the last descriptor whatever the pins say would break every loader that exits after pinning.',
  params: {},
  check(k: Kernel) {
    for (const name of k.before.name) {
      const link = name.inode?.target;
      if (link?.kind !== 'link' || link.slot === null) continue;
      k.subject();
      // The pin itself may go with its process: a bpffs that is mounted in a namespace of its own.
      if (k.all.name[name.index]?.inode == null) continue;
      const now = k.all.link[link.index];
      if (LETTING_GO.has(k.step.op) && now?.slot === null)
        return `link ${link.name} is pinned at ${name.path} and ${k.step.op} of ${k.step.actor} detached it`;
    }
    return true;
  },
});
