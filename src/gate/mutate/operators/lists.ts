/** Mistakes with lists and sets. */
import type { Operator } from '../operator.ts';
import type { AnyAct } from '../scopes.ts';

const lengthOf = ({ list }: AnyAct): number => list?.length ?? 0;
const position = ({ args }: AnyAct): number => args[0] as number;

/** The other end, or the neighbour of a place in the middle; positions from 0 to `last`. */
const elsewhere = (at: number, last: number): number => (at === last ? 0 : at === 0 ? last : at + 1);

export const lists: readonly Operator[] = [
  {
    name: 'skip-list-insertion',
    says: 'does not insert',
    on: ['insert'],
    matters: () => true,
    act: () => undefined,
  },
  {
    name: 'wrong-list-position',
    says: 'takes another position',
    on: ['insert', 'remove'],
    matters: (act) => lengthOf(act) > (act.primitive === 'insert' ? 0 : 1),
    act(act) {
      const [at, ...rest] = act.args;
      const last = lengthOf(act) - (act.primitive === 'insert' ? 0 : 1);
      return act.run(elsewhere(at as number, last), ...rest);
    },
  },
  {
    name: 'swap-two-list-slots',
    says: 'swaps what it inserts with its neighbour',
    on: ['insert'],
    matters: (act) => lengthOf(act) > 0,
    act(act) {
      act.run(...act.args);
      const { list } = act;
      if (list === undefined || list.length < 2) return;
      const at = position(act);
      const other = at === 0 ? 1 : at - 1;
      const [mine, theirs] = [list.at(at), list.at(other)];
      list.replace(at, theirs);
      list.replace(other, mine);
    },
  },
  {
    name: 'append-instead-of-replace',
    says: 'appends instead of replacing',
    on: ['replace'],
    matters: () => true,
    act: ({ list, args }) => list?.append(args[1]),
  },
  {
    name: 'skip-list-replacement',
    says: 'does not replace',
    on: ['replace'],
    matters: (act) => act.list?.at(position(act)) !== act.args[1],
    act: () => undefined,
  },
  {
    name: 'skip-list-removal',
    says: 'does not remove',
    on: ['remove', 'clear'],
    matters: (act) => lengthOf(act) > 0,
    act: () => undefined,
  },
];
