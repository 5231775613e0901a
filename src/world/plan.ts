/** The plan of a world: every use of a command, the objects that exist, and the names of descriptors. */
import type { Instance, InstanceRef, Population, Use } from '../modelling/model.ts';
import { type ActorInput, InputError, type WorldInput } from './input.ts';
import { type ItemUses, usesOf } from './uses.ts';
import { type ObjectInstances, ObjectName } from './views.ts';

export interface ActorPlan {
  readonly input: ActorInput;
  readonly script: readonly ItemUses[];
  readonly menu: readonly ItemUses[];
  readonly interrupts: readonly ItemUses[];
}

export interface Plan {
  readonly setup: readonly ItemUses[];
  readonly actors: readonly ActorPlan[];
  readonly uses: readonly Use[];
  readonly population: Population;
  readonly handles: ReadonlyMap<string, number>;
}

/** Throws InputError for operations and objects that do not exist. */
export function plan(input: WorldInput): Plan {
  let serial = 0;
  const { model } = input;
  const setup = input.setup.map((item) => usesOf(model, item, item.actor, 1, serial++));
  const actors = input.actors.map(
    (actor): ActorPlan => ({
      input: actor,
      script: actor.script.map((item) => usesOf(model, item, actor.name, 1, serial++)),
      menu: (actor.menu?.items ?? []).map((item) => usesOf(model, item, actor.name, actor.menu?.times, serial++)),
      interrupts: Object.values(model.commands)
        .filter((command) => model.interruptOps.includes(command.op) && actor.name !== ENVIRONMENT)
        .map((command) => usesOf(model, { op: command.op, args: {} }, actor.name, 1, serial++)),
    }),
  );
  const all = [...setup, ...actors.flatMap(({ script, menu, interrupts }) => [...script, ...menu, ...interrupts])];
  const uses = all.flatMap(({ repetitions }) => repetitions);
  const handles = new Map<string, number>();
  for (const use of uses) for (const name of handleNames(use)) if (!handles.has(name)) handles.set(name, handles.size);
  const names = input.actors.map(({ name }) => name).filter((name) => name !== ENVIRONMENT);
  const refuse = (message: string, hint?: string): never => {
    throw new InputError('LR210', message, input.where, hint);
  };
  const population = model.populate(
    { objects: input.objects, actors: names, uses, limits: input.limits, handles, grain: input.grain },
    refuse,
  );
  return { setup, actors, uses, population, handles };
}

/** The actor that is no process: events made by nobody who holds anything. */
export const ENVIRONMENT = '-';

/** Names of descriptors that a use brings into being, in its own or in another process' table. */
function handleNames(use: Use): string[] {
  const names = use.command.yieldsHandle && use.as !== undefined ? [use.as] : [];
  for (const argument of use.command.handleArguments) {
    const name = use.args[argument];
    if (typeof name === 'string') names.push(name);
  }
  return names;
}

function refs(value: unknown, kinds: ReadonlyMap<string, ReadonlyMap<string, number>>): unknown {
  if (Array.isArray(value)) return value.map((item) => refs(item, kinds));
  if (typeof value !== 'object' || value === null || !('$ref' in value)) return value;
  const [kind, name] = (value as InstanceRef).$ref;
  const index = kinds.get(kind)?.get(name);
  if (index === undefined)
    throw new InputError('LR202', `there is no ${kind} "${name}"`, undefined, 'declare it under objects');
  return new ObjectName(kind, index);
}

/** Names and constants of every object, with references resolved to indices. */
export function instancesOf(population: Population): Record<string, ObjectInstances> {
  const kinds = new Map<string, Map<string, number>>();
  for (const [kind, list] of Object.entries(population.instances))
    kinds.set(kind, new Map(list.map(({ name }, index) => [name, index])));
  const constants = ({ constants }: Instance): Record<string, unknown> =>
    Object.fromEntries(Object.entries(constants ?? {}).map(([name, value]) => [name, refs(value, kinds)]));
  return Object.fromEntries(
    Object.entries(population.instances).map(([kind, list]) => [
      kind,
      { names: list.map(({ name }) => name), constants: list.map(constants) },
    ]),
  );
}
