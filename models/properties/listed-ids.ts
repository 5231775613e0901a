/** Ids that are listed can be opened: two claims that the window around creation and free refutes. */
import { type Kernel, property } from '../kernel.ts';

/** Phases in which the id stands in the table. */
const LISTED = new Set(['PRIMED', 'ATTACHED', 'DEFUNCT', 'ZERO', 'DEFUNCT_ZERO']);

export const listedIdIsSettled = property({
  name: 'listed-id-is-settled',
  kind: 'always',
  statement: 'A link id that LINK_GET_NEXT_ID lists can be opened: LINK_GET_FD_BY_ID does not say EAGAIN.',
  claims: ['C14'],
  explanation:
    'The id is reserved before the attach and published after it. From prime on it is listed, and says EAGAIN until it is settled.',
  params: {},
  check(k: Kernel) {
    for (const link of k.all.link) {
      if (!LISTED.has(link.phase)) continue;
      k.subject();
      if (!link.settled) return `the id of link ${link.name} is listed and opening it says EAGAIN`;
    }
    return true;
  },
});

export const listedIdIsAlive = property({
  name: 'listed-id-is-alive',
  kind: 'always',
  statement:
    'A link id that LINK_GET_NEXT_ID lists belongs to a link that somebody holds: LINK_GET_FD_BY_ID does not say ENOENT.',
  claims: ['C14'],
  explanation:
    'Between the last put and the removal of the id, the id is listed and the link cannot be opened any more.',
  params: {},
  check(k: Kernel) {
    for (const link of k.all.link) {
      if (!LISTED.has(link.phase)) continue;
      k.subject();
      if (link.refs === 0) return `the id of link ${link.name} is listed and opening it says ENOENT`;
    }
    return true;
  },
});
