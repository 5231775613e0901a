/**
 * The product in lockstep: both sides take the same choice. What one side alone can do unseen (deferred work of its own,
 * a step inside a command that the other does not have) it does alone.
 *
 * Where this finds nothing, no observer can tell the sides apart. What it finds is a difference where every choice
 * decides everything (grain `command`); elsewhere it may be one of timing only, and `exact.ts` decides.
 */
import type { Choice } from './choices.ts';
import { type Finding, type ProductParts, type Row, Search } from './search.ts';

/** Which sides move in a step. */
const MOVED_A = 1;
const MOVED_B = 2;
const PAIR = 2 ** 26;

export class Lockstep extends Search {
  private readonly pairs = new Map<number, number>();
  private readonly a: number[] = [];
  private readonly b: number[] = [];
  private readonly parents: number[] = [];
  /** Choice and moved sides in one number. */
  private readonly steps: number[] = [];

  constructor(parts: ProductParts) {
    super(parts);
    this.add(0, 0, 0, 0);
  }

  protected expand(node: number): Finding[] {
    const found: Finding[] = [];
    const { choices } = this.parts;
    for (let c = 0; c < choices.length; c++) found.push(...this.step(node, c, (choices[c] as Choice).t));
    return found;
  }

  private step(node: number, c: number, t: Row): Finding[] {
    const [sideA, sideB] = this.parts.sides;
    const nextA = sideA.take(this.a[node] as number, t[0]);
    const takenA = sideA.taken;
    const nextB = sideB.take(this.b[node] as number, t[1]);
    const takenB = sideB.taken;
    if (nextA < 0 && nextB < 0) return [];
    const bound = (nextA < 0 ? undefined : takenA.bound) ?? (nextB < 0 ? undefined : takenB.bound);
    if (bound !== undefined) {
      this.bounds.add(bound);
      return [];
    }
    const aloneA = nextB < 0 && takenA.silent;
    const aloneB = nextA < 0 && takenB.silent;
    const moved = (aloneB ? 0 : MOVED_A) | (aloneA ? 0 : MOVED_B);
    const a = aloneB ? (this.a[node] as number) : nextA;
    const b = aloneA ? (this.b[node] as number) : nextB;
    const seenA = nextA < 0 ? -1 : takenA.seen;
    const seenB = nextB < 0 ? -1 : takenB.seen;
    const rows = (): readonly Row[] => [...this.rowsTo(node), this.row(c, moved)];
    const make = () => ({ rows, only: undefined });
    if (!aloneA && !aloneB && seenA !== seenB)
      return this.difference([this.observation(seenA), this.observation(seenB)], [0, 0], make);
    const shownA = sideA.shownBy(a);
    const shownB = sideB.shownBy(b);
    const seen = this.observation(Math.max(seenA, seenB));
    if (shownA !== shownB) return this.difference([seen, seen], [shownA, shownB], make);
    // Both broke the same law at the same place: nothing is known of what follows.
    if (nextA >= 0 && takenA.fatal) return [];
    this.add(a, b, node, c * 4 + moved);
    return [];
  }

  private add(a: number, b: number, parent: number, step: number): void {
    const key = a * PAIR + b;
    if (this.pairs.has(key)) return;
    this.pairs.set(key, this.nodes);
    this.a.push(a);
    this.b.push(b);
    this.parents.push(parent);
    this.steps.push(step);
    this.nodes++;
  }

  private row(c: number, moved: number): Row {
    const { t } = this.parts.choices[c] as Choice;
    return [(moved & MOVED_A) === 0 ? -1 : t[0], (moved & MOVED_B) === 0 ? -1 : t[1]];
  }

  private rowsTo(node: number): Row[] {
    const rows: Row[] = [];
    for (let n = node; n !== 0; n = this.parents[n] as number) {
      const step = this.steps[n] as number;
      rows.push(this.row(Math.floor(step / 4), step % 4));
    }
    return rows.reverse();
  }
}
