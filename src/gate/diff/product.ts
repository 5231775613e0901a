/** The product of two machines that were bound from the same scenario: in lockstep as long as that suffices. */
import type { Budget } from '../../explore/budget.ts';
import type { ModelDefinition } from '../../modelling/model.ts';
import type { Machine } from '../../world/machine.ts';
import { choicesOf } from './choices.ts';
import { Exact } from './exact.ts';
import { Lockstep } from './lockstep.ts';
import { commonLook } from './look.ts';
import type { Finding, ProductParts, Search } from './search.ts';
import { type Look, newShared, Side } from './side.ts';

export class Product {
  readonly look: Look;
  readonly machines: readonly [a: Machine, b: Machine];
  private readonly parts: ProductParts;
  /** One choice may lead to several states, or something happens unseen: a difference in lockstep proves nothing yet. */
  private readonly loose: boolean;
  private search: Search;
  private spent = 0;

  constructor(machines: readonly [a: Machine, b: Machine], model: ModelDefinition, budget: Budget) {
    this.machines = machines;
    this.look = commonLook(model, machines);
    const shared = newShared();
    const [a, b] = machines.map((machine) => new Side(machine, shared, this.look)) as [Side, Side];
    this.parts = { sides: [a, b], choices: choicesOf(a.machine, b.machine), shared, budget };
    this.loose = a.machine.parts.grain !== 'command' || a.machine.transitions.some(({ kind }) => kind === 'fault');
    this.search = new Lockstep(this.parts);
  }

  /** The first states of both sides look the same. */
  get beginsAlike(): boolean {
    const [a, b] = this.parts.sides;
    return a.shownBy(0) === b.shownBy(0);
  }

  get done(): boolean {
    return this.search.done;
  }

  get depth(): number {
    return this.search.depth;
  }

  get states(): number {
    return this.search.nodes;
  }

  get seconds(): number {
    return this.spent + this.search.seconds;
  }

  get bounds(): readonly string[] {
    return [...this.search.bounds];
  }

  /** Looks at all schedules that are one step longer. */
  advance(): readonly Finding[] {
    const level = this.search.depth;
    const found = this.search.advance();
    if (found.length === 0 || !this.loose || this.search instanceof Exact) return found;
    // A schedule that one side can show and the other cannot is at least as long as one that differs in lockstep.
    this.spent += this.search.seconds;
    this.search = new Exact(this.parts);
    const later: Finding[] = [];
    while (this.search.depth <= level && !this.search.done) later.push(...this.search.advance());
    return later;
  }
}
