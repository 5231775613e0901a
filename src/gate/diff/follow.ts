/**
 * A schedule of one side with a run of the other beside it that shows the same as long as that is possible. Of all such
 * runs, one that takes the same transitions where it can.
 */
import { type Choice, other, type SideIndex } from './choices.ts';
import type { ProductParts, Row } from './search.ts';
import type { Side } from './side.ts';

export interface Followed {
  readonly rows: readonly Row[];
  /** What the second side shows instead, in the last row: an observation (-1: the choice is not enabled) and a state. */
  readonly answer: { readonly seen: number; readonly shown: number };
}

/** A state of the second side, with the rows that led to it. */
interface Member {
  readonly state: number;
  readonly rows: readonly Row[];
}

class Follower {
  private readonly runs: SideIndex;
  private readonly side: Side;

  constructor(parts: ProductParts, runs: SideIndex) {
    this.runs = runs;
    this.side = parts.sides[other(runs)];
  }

  /** A row in which the first side takes `own` and the second `others`. */
  row(own: number, others: number): Row {
    return this.runs === 0 ? [own, others] : [others, own];
  }

  /** The members and what they become unseen, fewest steps first. */
  closed(members: readonly Member[]): readonly Member[] {
    const all = new Map(members.map((member) => [member.state, member]));
    for (const { state, rows } of all.values())
      for (let t = 0; t < this.side.machine.transitionCount; t++) {
        const next = this.side.take(state, t);
        if (next < 0 || !this.side.taken.silent || all.has(next)) continue;
        all.set(next, { state: next, rows: [...rows, this.row(-1, t)] });
      }
    return [...all.values()];
  }

  /** Members after the choice: every answer they give to it. */
  answers(members: readonly Member[], { t, alike }: Choice, own: number): (Member & { readonly seen: number })[] {
    const index = other(this.runs);
    const inOrder = [t[index], ...alike[index].filter((each) => each !== t[index])];
    return members.flatMap(({ state, rows }) =>
      inOrder.flatMap((each) => {
        const next = this.side.take(state, each);
        return next < 0 ? [] : [{ state: next, rows: [...rows, this.row(own, each)], seen: this.side.taken.seen }];
      }),
    );
  }

  /** Members after a step that nobody sees: together where possible, else the first side alone. */
  beside(members: readonly Member[], { t }: Choice, own: number): readonly Member[] {
    const together = members.flatMap(({ state, rows }) => {
      const next = this.side.take(state, t[other(this.runs)]);
      return next < 0 || !this.side.taken.silent
        ? []
        : [{ state: next, rows: [...rows, this.row(own, t[other(this.runs)])] }];
    });
    const alone = members.map(({ state, rows }) => ({ state, rows: [...rows, this.row(own, -1)] }));
    const first = new Map<number, Member>();
    for (const member of [...together, ...alone]) if (!first.has(member.state)) first.set(member.state, member);
    return [...first.values()];
  }

  shownBy(state: number): number {
    return this.side.shownBy(state);
  }
}

/** `path`: choices of the side that runs; after the last one nothing that the other side can do shows the same. */
export function follow(parts: ProductParts, runs: SideIndex, path: readonly number[]): Followed {
  const follower = new Follower(parts, runs);
  const side = parts.sides[runs];
  let members: readonly Member[] = [{ state: 0, rows: [] }];
  let state = 0;
  for (const [i, c] of path.entries()) {
    const choice = parts.choices[c] as Choice;
    const own = choice.t[runs];
    state = side.take(state, own);
    const { seen, silent } = side.taken;
    const shown = side.shownBy(state);
    if (i === path.length - 1) return lastRow(follower, members, choice, own, silent ? -1 : seen);
    const closed = follower.closed(members);
    const after = silent
      ? follower.closed(follower.beside(members, choice, own))
      : follower.closed(follower.answers(closed, choice, own).filter((answer) => answer.seen === seen));
    members = after.filter((member) => follower.shownBy(member.state) === shown);
  }
  throw new Error('LR921 a difference without a step');
}

/** `seen`: what the other side cannot show; -1 for a silent step, after which a look shows what differs. */
function lastRow(follower: Follower, members: readonly Member[], choice: Choice, own: number, seen: number): Followed {
  if (seen < 0) {
    const [next] = follower.beside(members, choice, own);
    if (next === undefined) throw new Error('LR921 a difference after nothing');
    return { rows: next.rows, answer: { seen, shown: follower.shownBy(next.state) } };
  }
  const answers = follower.answers(follower.closed(members), choice, own);
  const nearest = answers.find((answer) => answer.seen === seen) ?? answers[0];
  if (nearest !== undefined)
    return { rows: nearest.rows, answer: { seen: nearest.seen, shown: follower.shownBy(nearest.state) } };
  const [first] = members;
  if (first === undefined) throw new Error('LR921 a difference after nothing');
  return { rows: [...first.rows, follower.row(own, -1)], answer: { seen: -1, shown: -1 } };
}
