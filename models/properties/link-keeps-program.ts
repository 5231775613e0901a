/** The program of a link lives as long as the link. */
import { type Kernel, property } from '../kernel.ts';
import { exists } from './shared.ts';

export const linkKeepsProgram = property({
  name: 'link-keeps-program',
  kind: 'always',
  statement: 'The program of a link that is not freed is alive, also while the link is defunct.',
  claims: ['C9', 'C23', 'C35'],
  explanation:
    'A link holds its program until the link itself is freed, never only until it is detached; closing the descriptors of the program does not matter, and the two lifetimes are independent.',
  params: {},
  check(k: Kernel) {
    for (const link of k.all.link) {
      // A struct_ops link has a map instead.
      if (!exists(link) || link.attachType === 'struct_ops') continue;
      k.subject();
      if (link.prog?.phase !== 'LOADED')
        return `link ${link.name} is ${link.phase} and its program ${link.prog?.name ?? ''} is ${link.prog?.phase ?? 'gone'}`;
    }
    return true;
  },
});
