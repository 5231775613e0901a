/** What the two searches of the product have in common. */
import { type Budget, bounded } from '../../explore/budget.ts';
import type { Choice, SideIndex } from './choices.ts';
import { type Contrast, contrast, contrastOfStates, type Observation, signatureOf } from './observation.ts';
import type { Shared, Side } from './side.ts';

/** One row of a schedule: the transition that each side takes, or -1 where it stays. */
export type Row = readonly [a: number, b: number];

export interface Finding {
  readonly signature: string;
  readonly op: string;
  readonly contrast: Contrast;
  /** Steps of the schedule, the differing one included. */
  readonly steps: number;
  /** The schedule; in its last row each side takes, or tries, what differs. */
  readonly rows: () => readonly Row[];
  /** The side whose last answer the other cannot give, in whichever order its own deferred work runs; both if undefined. */
  readonly only: SideIndex | undefined;
}

export interface ProductParts {
  readonly sides: readonly [a: Side, b: Side];
  readonly choices: readonly Choice[];
  readonly shared: Shared;
  readonly budget: Budget;
}

/** A breadth-first search, one level at a time. */
export abstract class Search {
  readonly bounds = new Set<string>();
  /** Steps of the schedules that the next level extends. */
  depth = 0;
  nodes = 0;
  seconds = 0;
  protected readonly parts: ProductParts;
  private readonly known = new Set<string>();
  private stopped = false;
  /** First node of the present level; nodes are numbered in the order in which they are found. */
  private start = 0;

  constructor(parts: ProductParts) {
    this.parts = parts;
  }

  /** Nothing is left to look at, or a bound was hit. */
  get done(): boolean {
    return this.stopped || this.nodes === this.start;
  }

  /** Extends every schedule of the present length by one step. Returns differences that are essentially new. */
  advance(): readonly Finding[] {
    const started = performance.now();
    const before = this.seconds;
    const found: Finding[] = [];
    if (this.depth >= this.parts.budget.maxDepth) this.stop(`--max-depth ${this.parts.budget.maxDepth}`);
    const end = this.nodes;
    for (let node = this.start; node < end && !this.stopped; node++) {
      if (node % 512 === 0 || this.nodes >= this.parts.budget.maxStates) {
        this.seconds = before + (performance.now() - started) / 1000;
        const [a, b] = this.parts.sides;
        const bound = bounded(this.parts.budget, this.nodes, a.bytes + b.bytes, this.seconds);
        if (bound !== undefined) this.stop(bound);
      }
      if (!this.stopped) found.push(...this.expand(node));
    }
    this.depth++;
    this.start = end;
    this.levelDone();
    this.seconds = before + (performance.now() - started) / 1000;
    return found;
  }

  protected abstract expand(node: number): Finding[];

  /** Called when a level has been extended. */
  protected levelDone(): void {}

  private stop(bound: string): void {
    this.bounds.add(bound);
    this.stopped = true;
  }

  /** The observation with this number; -1 is that of a choice that is not enabled. */
  protected observation(seen: number): Observation | undefined {
    return seen < 0 ? undefined : this.parts.shared.observations.at(seen);
  }

  /** The difference between two answers, or two states, if one of its kind was not found before. */
  protected difference(
    [a, b]: readonly [a: Observation | undefined, b: Observation | undefined],
    shown: readonly [a: number, b: number],
    make: () => Pick<Finding, 'rows' | 'only'>,
  ): Finding[] {
    const { shown: states } = this.parts.shared;
    const found = contrast(a, b) ?? contrastOfStates(states.at(shown[0]), states.at(shown[1]));
    if (found === undefined) return [];
    const op = (a ?? b)?.op ?? '';
    const signature = signatureOf(op, found);
    if (this.known.has(signature)) return [];
    this.known.add(signature);
    return [{ signature, op, contrast: found, steps: this.depth + 1, ...make() }];
  }
}
