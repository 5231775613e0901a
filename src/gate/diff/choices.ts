/**
 * Choices: which transition of one machine is which of the other. Both are bound from the same scenario, so they are told
 * by who acts and what is done, and deferred work by its name and its object.
 */
import type { Machine, Transition } from '../../world/machine.ts';

export type SideIndex = 0 | 1;
export const other = (side: SideIndex): SideIndex => (side === 0 ? 1 : 0);

export interface Choice {
  /** Number of the actor; -1 for the kernel. */
  readonly actor: number;
  /** The environment lets an allocation fail. */
  readonly fault: boolean;
  /** Transition numbers; -1 where the machine has no such transition. */
  readonly t: readonly [a: number, b: number];
  /**
   * Transitions that count as the same choice: which of its allocations the environment lets a command fail is nobody's
   * choice but the environment's.
   */
  readonly alike: readonly [a: readonly number[], b: readonly number[]];
}

/** Which allocation fails, in the label of a faulty transition. */
const WHICH_ALLOCATION = /allocation \d+ fails/;

/** Keys of the transitions of a machine, in their order; equal labels are told apart by their rank. */
interface Key {
  readonly key: string;
  readonly group: string;
  readonly actor: string;
  readonly kind: Transition['kind'];
}

function keysOf({ transitions }: Machine): Key[] {
  const ranks = new Map<string, number>();
  return transitions.map(({ actor, kind, label }) => {
    const base = `${actor}|${kind}|${label}`;
    const rank = ranks.get(base) ?? 0;
    ranks.set(base, rank + 1);
    const key = `${base}|${rank}`;
    const group = kind === 'fault' ? key.replace(WHICH_ALLOCATION, 'an allocation fails') : key;
    return { key, group, actor, kind };
  });
}

/** Names of the actors of either machine, by their numbers. */
export const actorsOf = (a: Machine, b: Machine): readonly string[] => [
  ...new Set(
    [a, b].flatMap(({ transitions }) => transitions.flatMap(({ actor, kind }) => (kind === 'work' ? [] : actor))),
  ),
];

/** Every transition of either machine with its counterpart, in the order of the first machine. */
export function choicesOf(a: Machine, b: Machine): readonly Choice[] {
  const keys = [keysOf(a), keysOf(b)] as const;
  const find = (side: SideIndex, key: string): number => keys[side].findIndex((each) => each.key === key);
  const group = (side: SideIndex, name: string): number[] =>
    keys[side].flatMap((each, t) => (each.group === name ? t : []));
  const actors = actorsOf(a, b);
  const all = new Map([...keys[0], ...keys[1]].map((each) => [each.key, each]));
  return [...all.values()].map(({ key, group: name, actor, kind }) => ({
    actor: kind === 'work' ? -1 : actors.indexOf(actor),
    fault: kind === 'fault',
    t: [find(0, key), find(1, key)],
    alike: [group(0, name), group(1, name)],
  }));
}
