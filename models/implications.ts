/**
 * Which property fails with which other. `if` fails in a state, or by the step that leads there: then one of `follows` fails in that
 * state (`at rest`: where nothing is under way). `may`: runs are known in which the second follows. test/laws holds all of them
 * against the suite, the historic bugs and the planted ones: no state contradicts an implication, and each is shown by one.
 */
import type { Implication } from '../src/modelling/index.ts';

export const IMPLICATIONS: readonly Implication[] = [
  {
    if: 'attached-means-runs',
    follows: ['effective-order'],
    when: 'may',
    because:
      'the entries of an online cgroup belong to what its lists say: an array that lacks one of their programs is not what the lists say. A link that lost its program, or a device that lost its whole list, is another matter',
  },
  {
    if: 'defunct-after-cgroup-death',
    follows: ['observation-agrees'],
    when: 'always',
    because: 'the info of a link that is attached to a released cgroup names a cgroup that is not there',
  },
  {
    if: 'auto-detach-on-last-close',
    follows: ['listed-id-is-alive'],
    when: 'always',
    because:
      'a link is freed in the order id, attachment, program: one that lost its last reference and is still attached, with nobody to free it, has kept its id',
  },
  {
    if: 'listed-id-is-alive',
    follows: ['quiescent-no-leak'],
    when: 'at rest',
    because: 'when nothing is under way, nobody is left to free a link that has no reference and is still listed',
  },
  {
    if: 'ref-balance',
    follows: ['no-use-after-free'],
    when: 'may',
    because: 'a count that is too low reaches zero while somebody still leads to the program',
  },
  {
    if: 'ref-balance',
    follows: ['quiescent-no-leak'],
    when: 'may',
    because: 'a count that is too high never reaches zero, and what it counts is never freed',
  },
  {
    if: 'child-released-first',
    follows: ['no-use-after-free'],
    when: 'may',
    because: 'the array of a descendant leads to programs of an ancestor that has been released before it',
  },
  {
    if: 'effective-order',
    follows: ['no-use-after-free'],
    when: 'may',
    because: 'an array that keeps a program which its lists have let go of holds no reference to it',
  },
  {
    if: 'atomic-failure',
    follows: ['revision-counts-changes'],
    when: 'may',
    because:
      'a change that a failing command leaves behind is not counted, or is counted although nothing was asked for',
  },
];
