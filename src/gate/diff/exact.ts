/**
 * The exact search: one side runs, the other is followed as the set of all states that have shown the same so far
 * (follower.ts). The schedule of the first side that leaves this set empty is one that it can show and the other cannot.
 * Both sides run.
 */
import { actorsOf, type Choice, type SideIndex } from './choices.ts';
import { Follower, type Members, withAnswer } from './follower.ts';
import { Interner } from './interner.ts';
import type { Observation } from './observation.ts';
import { type Finding, type ProductParts, type Row, Search } from './search.ts';
import type { Taken } from './side.ts';

const OWNS = 2 ** 24;

/** A state of the side that runs; per actor the answer of a command that has its result and has not returned, or -1. */
interface Own {
  readonly state: number;
  readonly answers: readonly number[];
}

/** The answers after a step, and the one that a command returns with in it; -1 for none. */
function answersAfter(
  answers: readonly number[],
  actor: number,
  taken: Taken,
): { left: readonly number[]; now: number } {
  if (actor < 0 || (taken.answer < 0 && !taken.returns)) return { left: answers, now: -1 };
  const answer = taken.answer >= 0 ? taken.answer : (answers[actor] ?? -1);
  const left = [...answers];
  left[actor] = taken.returns ? -1 : answer;
  return { left, now: taken.returns ? answer : -1 };
}

export class Exact extends Search {
  private readonly followers: readonly [ofA: Follower, ofB: Follower];
  private readonly sets = new Interner<Members>();
  private readonly closures = new Map<number, Members>();
  private readonly numbers = new Map<number, number>();
  private readonly runs: SideIndex[] = [];
  /** Number of the state of the side that runs, with what its commands will return. */
  private readonly own: number[] = [];
  private readonly owns = new Interner<Own>();
  private readonly following: number[] = [];
  private readonly parents: number[] = [];
  private readonly steps: number[] = [];

  constructor(parts: ProductParts) {
    super(parts);
    this.followers = [new Follower(parts, 0, false), new Follower(parts, 1, false)];
    for (const runs of [0, 1] as const) this.add(runs, this.first, this.followers[runs].first(), -1, -1);
  }

  private get first(): Own {
    const [a, b] = this.parts.sides;
    return { state: 0, answers: actorsOf(a.machine, b.machine).map(() => -1) };
  }

  protected override levelDone(): void {
    for (const { bounds } of this.followers) for (const bound of bounds) this.bounds.add(bound);
  }

  protected expand(node: number): Finding[] {
    const found: Finding[] = [];
    const { choices } = this.parts;
    for (let c = 0; c < choices.length; c++) found.push(...this.step(node, c, choices[c] as Choice));
    return found;
  }

  private step(node: number, c: number, choice: Choice): Finding[] {
    const runs = this.runs[node] as SideIndex;
    const side = this.parts.sides[runs];
    const own = this.owns.at(this.own[node] as number);
    const next = side.take(own.state, choice.t[runs]);
    if (next < 0) return [];
    const { taken } = side;
    if (taken.bound !== undefined) {
      this.bounds.add(taken.bound);
      return [];
    }
    const follower = this.followers[runs];
    const { left, now } = answersAfter(own.answers, choice.actor, taken);
    const after = follower.after(this.closure(node), choice, c, choice.t[runs], taken, now);
    if (after === 'bound') return [];
    if (!('members' in after)) return this.found(node, c);
    const looked = follower.looked(after.members, side.shownBy(next));
    if (looked.size === 0) return this.found(node, c);
    if (!taken.fatal) this.add(runs, { state: next, answers: left }, looked, node, c);
    return [];
  }

  /** What is followed at a node, closed. */
  private closure(node: number): Members {
    const set = this.following[node] as number;
    const known = this.closures.get(set);
    if (known !== undefined) return known;
    const closed = this.followers[this.runs[node] as SideIndex].closed(this.sets.at(set));
    this.closures.set(set, closed);
    return closed;
  }

  private found(node: number, c: number): Finding[] {
    const runs = this.runs[node] as SideIndex;
    const path = [...this.pathTo(node), c];
    const { rows, seen, shown } = this.followAgain(runs, path);
    const pair = <T>([own, others]: readonly [T, T]): readonly [T, T] => (runs === 0 ? [own, others] : [others, own]);
    return this.difference(pair(seen), pair(shown), () => ({ rows: () => rows, only: runs }));
  }

  /** The same schedule once more, with the rows of both sides, and with what the other side shows at its end. */
  private followAgain(
    runs: SideIndex,
    path: readonly number[],
  ): {
    readonly rows: readonly Row[];
    readonly seen: readonly [Observation | undefined, Observation | undefined];
    readonly shown: readonly [number, number];
  } {
    const follower = new Follower(this.parts, runs, true);
    const side = this.parts.sides[runs];
    let members = follower.first();
    let { state, answers } = this.first;
    for (const c of path) {
      const choice = this.parts.choices[c] as Choice;
      state = side.take(state, choice.t[runs]);
      const { taken } = side;
      const { left, now } = answersAfter(answers, choice.actor, taken);
      answers = left;
      const own = withAnswer(this.parts.shared, taken, now);
      const shown = side.shownBy(state);
      const after = follower.after(follower.closed(members), choice, c, choice.t[runs], taken, now);
      if (after === 'bound') break;
      if (!('members' in after)) return { rows: after.rows, seen: [own, after.instead], shown: [shown, shown] };
      members = follower.looked(after.members, shown);
      const [nearest] = after.members;
      if (members.size === 0 && nearest !== undefined)
        return { rows: nearest[1], seen: [own, own], shown: [shown, follower.shownBy(nearest[0])] };
    }
    throw new Error('LR921 a difference of two semantics is not there when it is followed again');
  }

  private add(runs: SideIndex, own: Own, follows: Members, parent: number, step: number): void {
    const members = [...follows.keys()].sort((x, y) => x - y);
    const set = this.sets.number(`${runs} ${members.join()}`, () => follows);
    const state = this.owns.number(`${own.state} ${own.answers.join()}`, () => own);
    const key = (set * OWNS + state) * 2 + runs;
    if (this.numbers.has(key)) return;
    this.numbers.set(key, this.nodes);
    this.runs.push(runs);
    this.own.push(state);
    this.following.push(set);
    this.parents.push(parent);
    this.steps.push(step);
    this.nodes++;
  }

  /** Choices that lead to the node. */
  private pathTo(node: number): number[] {
    const path: number[] = [];
    for (let n = node; (this.parents[n] as number) >= 0; n = this.parents[n] as number)
      path.push(this.steps[n] as number);
    return path.reverse();
  }
}
