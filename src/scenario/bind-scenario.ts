/** A scenario bound to a machine. */
import type { ModelDefinition } from '../modelling/model.ts';
import { bind } from '../world/bind.ts';
import type { Grain } from '../world/input.ts';
import type { Instrument } from '../world/instrument.ts';
import type { Machine } from '../world/machine.ts';
import { didYouMean } from '../world/suggest.ts';
import { failure, Problems, problemAt, type Result } from './problem.ts';
import type { Scenario } from './scenario.ts';
import { type ScenarioWorld, toWorld } from './to-world.ts';

export interface BoundScenario extends ScenarioWorld {
  readonly machine: Machine;
}

/** Binds; setup has run. Problems: LR109, and whatever writing the scenario out and binding it find. */
export function bindScenario(
  scenario: Scenario,
  model: ModelDefinition,
  semantics: string,
  grain: Grain,
  instrument?: Instrument,
): Result<BoundScenario> {
  const rules = Object.hasOwn(model.semantics, semantics) ? model.semantics[semantics] : undefined;
  if (rules === undefined) {
    const hint = didYouMean(semantics, Object.keys(model.semantics));
    return failure([problemAt('LR109', `there are no semantics "${semantics}"`, { file: scenario.file }, hint)]);
  }
  const world = toWorld(scenario, model, rules, grain);
  if (!world.ok) return world;
  const problems = new Problems(scenario.file);
  const machine = problems.attempt(() => bind({ ...world.value.input, instrument }), scenario.where.objects);
  return machine === undefined ? failure(problems.list) : problems.result({ ...world.value, machine });
}
