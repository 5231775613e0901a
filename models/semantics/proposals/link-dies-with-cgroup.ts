/** When the target dies: the link dies with it (C29, second variant). */
import { putProgram } from '../../rules/references.ts';
import { proposal } from '../proposal.ts';

export const linkDiesWithCgroup = proposal({
  name: 'link-dies-with-cgroup',
  base: 'linux-6.18',
  says: 'a link goes with its cgroup: its program is put and its id freed, and descriptors and pins lead to an empty shell',
  claims: ['C9', 'C29'],
  changes: ({ rules }) => ({
    rules: {
      autoDetach(k, link) {
        rules.autoDetach(k, link);
        const { prog } = link;
        link.settled = false;
        link.prog = null;
        if (prog !== null) putProgram(k, prog, `link ${link.name}`);
      },
    },
  }),
});
