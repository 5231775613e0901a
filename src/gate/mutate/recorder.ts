/** The instrument that changes nothing and notes which mutants there are, and to which the present run makes a difference. */
import type { WorldAccess } from '../../world/instrument.ts';
import { type Mutant, mutantOf, nameOf } from './mutant.ts';
import type { Operator, Where } from './operator.ts';
import { OPERATORS } from './operators/index.ts';
import { type AnyAct, isLocked, Scopes } from './scopes.ts';

/** What the run allows. */
export interface RunKind {
  readonly interleaved: boolean;
  readonly faults: boolean;
}

/** The mutants that were met so far, over several runs. */
export class Sites {
  readonly mutants = new Map<string, Mutant>();
  /** Every rule, step, cleanup and work that ran. */
  readonly entered = new Set<string>();
  /** Rules that can fail today. */
  readonly fallible = new Set<string>();

  mutant(operator: Operator, site: string, variant: string): Mutant {
    const name = nameOf(operator, site, variant);
    const known = this.mutants.get(name);
    if (known !== undefined) return known;
    const mutant = mutantOf(operator, site, variant);
    this.mutants.set(name, mutant);
    return mutant;
  }
}

const byPrimitive = new Map<string, Operator[]>();
for (const operator of OPERATORS)
  for (const primitive of operator.on) {
    const own = byPrimitive.get(primitive) ?? [];
    own.push(operator);
    byPrimitive.set(primitive, own);
  }

export class Recorder extends Scopes {
  /** Mutants whose site this run comes to. */
  readonly met = new Set<Mutant>();
  /** Mutants that may behave differently in this run. */
  readonly matter = new Set<Mutant>();
  private readonly sites: Sites;
  private readonly kind: RunKind;
  private world: WorldAccess | undefined;

  constructor(sites: Sites, kind: RunKind) {
    super();
    this.sites = sites;
    this.kind = kind;
  }

  attach(world: WorldAccess): void {
    this.world = world;
  }

  /** Looks without leaving a trace: the run must ask what it asks without the recorder. */
  private noteAll(afterwards: boolean, site: string, act: AnyAct, where: Where, result: unknown): void {
    for (const operator of byPrimitive.get(act.primitive) ?? [])
      if ((operator.afterwards === true) === afterwards)
        this.world?.peek(() => this.note(operator, site, act, where, result));
  }

  protected override at(site: string, act: AnyAct, nth: number): unknown {
    const where: Where = { ...this.kind, nth, locked: isLocked(this.outermost ?? ''), rehearse: (run) => run() };
    this.noteAll(false, site, act, where, undefined);
    if (act.primitive === 'check' || act.primitive === 'allocate') this.noteFallible();
    const result = act.run(...act.args);
    if (act.primitive === 'rule' || act.primitive === 'step' || act.primitive === 'cleanup' || act.primitive === 'work')
      this.sites.entered.add(act.on);
    this.noteAll(true, site, act, where, result);
    return result;
  }

  private note(operator: Operator, at: string, act: AnyAct, where: Where, result: unknown): void {
    const site = operator.site?.(act) ?? at;
    for (const variant of operator.variants?.(act, where, result) ?? ['']) {
      const mutant = this.sites.mutant(operator, site, variant);
      if (this.outermost !== undefined) mutant.within.add(this.outermost);
      this.met.add(mutant);
      if (!this.matter.has(mutant) && operator.matters(act, where, variant, result)) this.matter.add(mutant);
    }
  }

  private noteFallible(): void {
    for (const scope of this.running()) this.sites.fallible.add(scope);
  }
}
