/**
 * The exact search: one side runs, the other is followed as the set of all states that have shown the same so far. What
 * nobody sees (deferred work, steps inside a command) the second side may do in any order, at any time. The schedule of the
 * first side that leaves this set empty is one that it can show and the other cannot. Both sides run.
 */
import { type Choice, other, type SideIndex } from './choices.ts';
import { follow } from './follow.ts';
import { type Finding, type ProductParts, type Row, Search } from './search.ts';
import { StateSets } from './sets.ts';

const STATES = 2 ** 24;

export class Exact extends Search {
  private readonly sets: readonly [a: StateSets, b: StateSets];
  private readonly numbers = new Map<number, number>();
  private readonly runs: SideIndex[] = [];
  private readonly states: number[] = [];
  private readonly following: number[] = [];
  private readonly parents: number[] = [];
  private readonly steps: number[] = [];
  private start = 0;

  constructor(parts: ProductParts) {
    super(parts);
    const [a, b] = parts.sides;
    this.sets = [new StateSets(a), new StateSets(b)];
    this.add(0, 0, [0], -1, -1);
    this.add(1, 0, [0], -1, -1);
  }

  protected get waiting(): number {
    return this.nodes - this.start;
  }

  protected levelStart(): number {
    return this.start;
  }

  protected levelEnd(): number {
    return this.nodes;
  }

  protected levelDone(end: number): void {
    this.start = end;
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
    const next = side.take(this.states[node] as number, choice.t[runs]);
    if (next < 0) return [];
    const { seen, silent, fatal, bound } = side.taken;
    if (bound !== undefined) {
      this.bounds.add(bound);
      return [];
    }
    const closed = this.sets[other(runs)].closure(this.following[node] as number);
    const same = silent ? closed : this.answering(closed, other(runs), choice, seen);
    if (same === undefined) return [];
    const follower = this.parts.sides[other(runs)];
    const shown = side.shownBy(next);
    const looked = same.filter((state) => follower.shownBy(state) === shown);
    if (looked.length === 0) return this.found(node, c, seen, silent, shown);
    if (!fatal) this.add(runs, next, looked, node, c);
    return [];
  }

  /** States after a step that shows the same, closed; undefined where a bound hides what would be shown. */
  private answering(
    closed: readonly number[],
    index: SideIndex,
    choice: Choice,
    seen: number,
  ): readonly number[] | undefined {
    const side = this.parts.sides[index];
    const after: number[] = [];
    for (const state of closed)
      for (const t of choice.alike[index]) {
        const next = side.take(state, t);
        if (next < 0) continue;
        if (side.taken.bound !== undefined) {
          this.bounds.add(side.taken.bound);
          return undefined;
        }
        if (side.taken.seen === seen) after.push(next);
      }
    return this.sets[index].closed(after);
  }

  private found(node: number, c: number, seen: number, silent: boolean, shown: number): Finding[] {
    const runs = this.runs[node] as SideIndex;
    const path = [...this.pathTo(node), c];
    const followed = follow(this.parts, runs, path);
    const { answer } = followed;
    const ordered = (own: number, others: number): readonly [number, number] =>
      runs === 0 ? [own, others] : [others, own];
    const rows = (): readonly Row[] => followed.rows;
    return this.difference(
      // A silent step shows nothing of its own: what differs is what a look shows after it.
      silent ? [seen, seen] : ordered(seen, answer.seen),
      ordered(shown, answer.shown),
      () => ({ rows, only: runs }),
    );
  }

  private add(runs: SideIndex, state: number, follows: readonly number[], parent: number, step: number): void {
    const set = this.sets[other(runs)].number(follows);
    const key = (set * STATES + state) * 2 + runs;
    if (this.numbers.has(key)) return;
    this.numbers.set(key, this.nodes);
    this.runs.push(runs);
    this.states.push(state);
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
