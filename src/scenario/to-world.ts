/** From a scenario to a world that can be bound: shorthand written out, descriptors provided, copies and roles resolved. */
import type { ModelDefinition } from '../modelling/model.ts';
import type { Semantics } from '../modelling/semantics.ts';
import { type ActorInput, type Grain, InputError, type ItemInput, type WorldInput } from '../world/input.ts';
import { ENVIRONMENT } from '../world/plan.ts';
import type { Args } from './arguments.ts';
import { CheckResolver, type ResolvedCheck, resultsAsked } from './checks.ts';
import { checkMade, checkOrder, provision } from './descriptors.ts';
import { checkResults, type Item, type ItemActor, ItemReader, setupItems } from './items.ts';
import { Problems, type Result } from './problem.ts';
import type { Scenario } from './scenario.ts';

export interface ScenarioWorld {
  readonly input: WorldInput;
  readonly checks: readonly ResolvedCheck[];
  /** First steps of `input.setup` that the scenario does not say: they give actors the descriptors that they name. */
  readonly provided: number;
}

type SetupInput = ItemInput & { readonly actor: string };

const inputOf = ({ input }: Item): ItemInput => input;

function traceObjects(scenario: Scenario, model: ModelDefinition): Args {
  const refuse = (message: string, hint?: string): never => {
    throw new InputError('LR210', message, scenario.where.objects, hint);
  };
  return model.shorthand?.objects(scenario.objects, refuse) ?? scenario.objects;
}

/** Actors that only take part in setup, with the setup steps as their script. */
function setupActors(
  setup: readonly { actor: string; item: Item }[],
  actors: readonly ItemActor[],
  scenario: Scenario,
): readonly ItemActor[] {
  const names = new Set(
    setup
      .map(({ actor }) => actor)
      .filter((name) => name !== ENVIRONMENT && !actors.some((actor) => actor.name === name)),
  );
  return [...names].map((name) => {
    const script = setup.filter(({ actor }) => actor === name).map(({ item }) => item);
    return { name, script, menu: undefined, where: script[0]?.input.where ?? scenario.where.objects };
  });
}

/** The end of actors that are there for setup only, unless setup ended them already. */
function departures(actors: readonly ItemActor[], model: ModelDefinition): readonly SetupInput[] {
  const { shorthand } = model;
  if (shorthand === undefined) return [];
  return actors
    .filter(({ script }) => !script.some(({ input }) => input.op === shorthand.leave))
    .map(({ name, where }) => ({ actor: name, op: shorthand.leave, args: {}, where }));
}

function actorInput({ name, script, menu, where }: ItemActor): ActorInput {
  return {
    name,
    script: script.map(inputOf),
    menu: menu && { items: menu.items.map(inputOf), times: menu.times },
    where,
  };
}

/** Setup steps of an actor count as the beginning of its script where names are concerned. */
function withSetup(actor: ItemActor, setup: readonly { actor: string; item: Item }[]): ItemActor {
  const before = setup.filter((step) => step.actor === actor.name).map(({ item }) => item);
  return { ...actor, script: [...before, ...actor.script] };
}

/** The world of a scenario under one semantics at one grain. Never throws for what the scenario says. */
export function toWorld(
  scenario: Scenario,
  model: ModelDefinition,
  semantics: Semantics,
  grain: Grain,
): Result<ScenarioWorld> {
  const problems = new Problems(scenario.file);
  const objects = problems.attempt(() => traceObjects(scenario, model)) ?? {};
  if (problems.list.length > 0) return problems.result(undefined as never);
  const reader = new ItemReader(model, objects, resultsAsked(scenario), problems);
  const actors = scenario.actors.flatMap((actor) => reader.actors(actor));
  const setup = setupItems(scenario, reader, problems);
  const results = checkResults(actors, problems);
  const passing = setupActors(setup, actors, scenario);
  const everybody = [...passing, ...actors.map((actor) => withSetup(actor, setup))];
  const provided = provision(everybody, objects, model);
  checkMade(everybody, problems);
  checkOrder(everybody, provided, problems);
  const checks = new CheckResolver(scenario, model, results, problems).resolve();
  const input: WorldInput = {
    model,
    semantics,
    grain,
    objects,
    limits: scenario.limits,
    faults: scenario.faults,
    setup: [
      ...provided,
      ...setup.map(({ actor, item }): SetupInput => ({ ...item.input, actor })),
      ...departures(passing, model),
    ],
    actors: [...actors.map(actorInput), ...passing.map(({ name, where }): ActorInput => ({ name, script: [], where }))],
    properties: checks.flatMap((check) => ('input' in check ? [check.input] : [])),
    where: scenario.where.objects,
  };
  return problems.result({ input, checks, provided: provided.length });
}
