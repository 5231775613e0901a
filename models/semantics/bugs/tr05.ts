/** TR05 uprobe-prog-wrong-rcu-flavour, fixed by ef1b808e3b7c (6.13): the program's own flavour of RCU decides, not that of the hook. */
import { deallocateAfter } from '../../rules/dealloc.ts';
import { proposal } from '../proposal.ts';

export const tr05 = proposal({
  name: 'bug-TR05',
  base: 'linux-6.18',
  says: 'a link and its program go after the grace period of the program: classic RCU, although uprobes run under tasks trace',
  changes: {
    rules: {
      deallocateLink: (k, link) =>
        deallocateAfter(k, link, link.prog?.template.sleepable === true ? ['tasks-trace', 'rcu'] : ['rcu'], true),
    },
  },
});
