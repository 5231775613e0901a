/** Small scenarios over the tiny model under two semantics, and a comparison that enumerates every schedule. */
import { DEFAULT_BUDGET } from '../../../../src/explore/budget.ts';
import { compare } from '../../../../src/gate/diff/compare.ts';
import { observationOf } from '../../../../src/gate/diff/observation.ts';
import type { Comparison } from '../../../../src/gate/diff/result.ts';
import type { ModelDefinition, Semantics } from '../../../../src/modelling/index.ts';
import { bindScenario } from '../../../../src/scenario/bind-scenario.ts';
import { loadScenario } from '../../../../src/scenario/load.ts';
import type { Scenario } from '../../../../src/scenario/scenario.ts';
import type { Grain } from '../../../../src/world/input.ts';
import type { Machine } from '../../../../src/world/machine.ts';
import { tiny } from '../../../support/tiny-model.ts';
import { value, written } from '../../../support/tiny-scenario.ts';

interface TinyLook {
  readonly all: {
    readonly cgroup: readonly { readonly name: string; readonly links: number }[];
    readonly link: readonly { readonly name: string; readonly phase: string }[];
  };
}

/** Links of each cgroup, and which links still take memory. */
const look = ({ all }: TinyLook) => ({
  links: Object.fromEntries(all.cgroup.map(({ name, links }) => [name, links])),
  memory: Object.fromEntries(all.link.map(({ name, phase }) => [name, phase !== 'none' && phase !== 'FREED'])),
});

/** The tiny model with something to look at, and with further semantics. */
export const seen = (...more: readonly Semantics[]): ModelDefinition => ({
  ...tiny,
  shows: look as unknown as NonNullable<ModelDefinition['shows']>,
  semantics: { ...tiny.semantics, ...Object.fromEntries(more.map((semantics) => [semantics.name, semantics])) },
});

export const scenarioOf = (actors: string, more = ''): Scenario =>
  value(loadScenario(written(actors, '  - few-links: { on: web, most: 1 }', more), 'tiny.yaml', seen()));

export interface Settings {
  readonly grain?: Grain;
  readonly all?: boolean;
  readonly model?: ModelDefinition;
  readonly maxStates?: number;
}

export function compared(
  scenarios: readonly Scenario[],
  a: string,
  b: string,
  { grain = 'command', all = false, model = seen(), maxStates = DEFAULT_BUDGET.maxStates }: Settings = {},
): Comparison {
  const side = (name: string) => ({ semantics: model.semantics[name] as Semantics, as: name });
  return value(compare(scenarios, model, [side(a), side(b)], { grain, all, budget: { ...DEFAULT_BUDGET, maxStates } }));
}

/** What one transition shows and leads to, by natural code alone; undefined where it is not enabled. */
interface Step {
  readonly event: string;
  readonly silent: boolean;
  readonly state: Int32Array;
}

class Plain {
  readonly machine: Machine;
  constructor(machine: Machine) {
    this.machine = machine;
  }

  take(state: Int32Array, t: number): Step | undefined {
    const { machine } = this;
    return machine.withoutStoring(() => {
      machine.parts.cells.load(state, 0);
      const idle = machine.idle(t);
      const report = machine.naturally(t);
      if (report < 0) return undefined;
      const event = observationOf(machine, t, report, [], idle);
      const silent = machine.transitions[t]?.kind === 'work';
      return { event: JSON.stringify(event), silent, state: machine.parts.cells.now.slice(0, machine.words) };
    });
  }

  shown(state: Int32Array): string {
    const { machine } = this;
    return machine.withoutStoring(() => {
      machine.parts.cells.load(state, 0);
      return JSON.stringify(look(machine.parts.k as unknown as TinyLook));
    });
  }

  /** The state and everything that work makes of it. */
  closed(state: Int32Array): Int32Array[] {
    const more = this.machine.transitions.flatMap((_, t) => {
      const step = this.take(state, t);
      return step?.silent ? this.closed(step.state) : [];
    });
    return [state, ...more];
  }
}

/** Can `b` show what `a` shows along its path? Tries every run. */
function follows(a: Plain, b: Plain, path: readonly number[], from: Int32Array, state: Int32Array): boolean {
  const [t, ...rest] = path;
  if (t === undefined) return true;
  const own = a.take(from, t) as Step;
  const shown = a.shown(own.state);
  const reached = b.closed(state).flatMap((each) => {
    if (own.silent) return [each];
    const step = b.take(each, t);
    return step?.event === own.event ? b.closed(step.state) : [];
  });
  return reached.some((each) => b.shown(each) === shown && follows(a, b, rest, own.state, each));
}

/** Length of the shortest schedule that one side can show and the other cannot; 0 if there is none of up to `most` steps. */
export function shortestByForce(
  scenario: Scenario,
  names: readonly [string, string],
  grain: Grain,
  settings: Settings,
): number {
  const model = settings.model ?? seen();
  const [a, b] = names.map((name) => new Plain(value(bindScenario(scenario, model, name, grain)).machine)) as [
    Plain,
    Plain,
  ];
  let best = 0;
  const search = (one: Plain, two: Plain, state: Int32Array, path: readonly number[]): void => {
    if (best > 0 && path.length >= best) return;
    for (const t of one.machine.transitions.keys()) {
      const step = one.take(state, t);
      if (step === undefined) continue;
      const next = [...path, t];
      if (follows(one, two, next, one.machine.initial, two.machine.initial)) search(one, two, step.state, next);
      else if (best === 0 || next.length < best) best = next.length;
    }
  };
  search(a, b, a.machine.initial, []);
  search(b, a, b.machine.initial, []);
  return best;
}
