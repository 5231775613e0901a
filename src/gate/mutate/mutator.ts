/** The instruments that do what a mutant does. */
import type { Instrument, WorldAccess } from '../../world/instrument.ts';
import { ErrnoSignal } from '../../world/signals.ts';
import type { Mutant } from './mutant.ts';
import type { RunKind } from './recorder.ts';
import { type AnyAct, type Early, isLocked, Scopes } from './scopes.ts';

class Mutator extends Scopes {
  protected readonly mutant: Mutant;
  protected world: WorldAccess | undefined;
  private readonly kind: RunKind;

  constructor(mutant: Mutant, kind: RunKind) {
    super();
    this.mutant = mutant;
    this.kind = kind;
  }

  attach(world: WorldAccess): void {
    this.world = world;
  }

  protected override at(site: string, act: AnyAct, nth: number): unknown {
    const { operator, variant } = this.mutant;
    if (!operator.on.includes(act.primitive) || (operator.site?.(act) ?? site) !== this.mutant.site)
      return act.run(...act.args);
    return this.mutated(act, nth, variant);
  }

  protected mutated(act: AnyAct, nth: number, variant: string): unknown {
    const rehearse = <T>(run: () => T): T => this.world?.rehearse(run) as T;
    const where = { ...this.kind, nth, locked: isLocked(this.outermost ?? ''), rehearse };
    return this.mutant.operator.act(act, where, variant);
  }
}

/** `step link_update / replace [cgroup_mutex]` as its command and its step. */
function stepOf(scope: string): { readonly op: string; readonly step: string } | undefined {
  const [, op, step] = /^step (\S+) \/ (.+)$/.exec(scope) ?? [];
  return op === undefined || step === undefined ? undefined : { op, step };
}

/**
 * What is done too early is found by a rehearsal: before a locked step begins, the step is run and taken back. A check
 * that fails then ends the command, and puts that it made are made; under the lock both are left out.
 */
class EarlyMutator extends Mutator {
  protected override readonly early: readonly Early[];
  private rehearsing = false;
  /** Puts that the rehearsal made. */
  private puts: AnyAct[] = [];
  private failed: ErrnoSignal | undefined;

  constructor(mutant: Mutant, kind: RunKind) {
    super(mutant, kind);
    this.early = [...mutant.within].flatMap((scope) => {
      const found = stepOf(scope);
      if (found === undefined || !isLocked(found.step)) return [];
      return [{ ...found, name: `before: ${found.step}`, run: (step: () => unknown) => this.before(step) }];
    });
  }

  private before(step: () => unknown): void {
    this.puts = [];
    this.failed = undefined;
    this.rehearsing = true;
    try {
      this.world?.rehearse(step);
    } catch {
      // Whatever else ends the step ends it under the lock as well.
      this.puts = [];
    } finally {
      this.rehearsing = false;
    }
    if (this.failed !== undefined) throw this.failed;
    for (const put of this.puts) put.run(...put.args);
  }

  protected override mutated(act: AnyAct): unknown {
    if (!this.rehearsing) return undefined;
    if (act.primitive === 'put') {
      this.puts.push(act);
      return act.run(...act.args);
    }
    try {
      return act.run(...act.args);
    } catch (signal) {
      if (signal instanceof ErrnoSignal) this.failed = signal;
      throw signal;
    }
  }
}

export const instrumentOf = (mutant: Mutant, kind: RunKind): Instrument =>
  mutant.operator.early === true ? new EarlyMutator(mutant, kind) : new Mutator(mutant, kind);
