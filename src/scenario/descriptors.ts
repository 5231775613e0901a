/** Descriptors: who needs one of a declared object from the start, and who uses a name before it exists. */
import type { AnyCommand } from '../modelling/command.ts';
import type { ModelDefinition } from '../modelling/model.ts';
import type { WorldInput } from '../world/input.ts';
import { ENVIRONMENT } from '../world/plan.ts';
import { type Args, handlesUsed, handlesYielded } from './arguments.ts';
import { type Item, type ItemActor, itemsOf } from './items.ts';
import type { Problems } from './problem.ts';

type SetupInput = WorldInput['setup'][number];

/** `as` names a process: fork(2) and its like. */
const makesActor = ({ names, asArgument, args }: AnyCommand, model: ModelDefinition): boolean =>
  names === model.actorKind || (asArgument !== undefined && args[asArgument]?.shape === 'actor');

/** Whose descriptors a process starts with: children have those of whoever makes them. */
function parents(actors: readonly ItemActor[], model: ModelDefinition): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const actor of actors)
    for (const { command, input } of itemsOf(actor))
      if (makesActor(command, model) && input.as !== undefined && !found.has(input.as)) found.set(input.as, actor.name);
  return found;
}

function originOf(name: string, parentOf: ReadonlyMap<string, string>): string {
  const seen = new Set<string>();
  let origin = name;
  for (let parent = parentOf.get(origin); parent !== undefined && !seen.has(parent); parent = parentOf.get(origin)) {
    seen.add(parent);
    origin = parent;
  }
  return origin;
}

/** Names that an actor uses as descriptors and does not bring into being itself. */
function needs(actor: ItemActor, demands: (op: string, args: Args) => readonly string[]): ReadonlySet<string> {
  const items = itemsOf(actor);
  const own = new Set(items.flatMap(({ command, input }) => handlesYielded(command, input.args, input.as)));
  const used = items.flatMap(({ command, input }) => [
    ...handlesUsed(command, input.args),
    ...demands(command.op, input.args),
  ]);
  return new Set(used.filter((name) => !own.has(name)));
}

/**
 * Steps before setup that give every actor a descriptor of its own of each declared object that it names; the first one
 * brings the object into being. Objects that some step makes under their own name are left to that step.
 */
export function provision(actors: readonly ItemActor[], objects: Args, model: ModelDefinition): readonly SetupInput[] {
  const { shorthand } = model;
  if (shorthand === undefined) return [];
  const made = new Set(
    actors.flatMap(itemsOf).flatMap(({ command, input }) => (command.names === undefined ? [] : (input.as ?? []))),
  );
  const parentOf = parents(actors, model);
  const holders = new Map<string, ItemActor[]>();
  const provided = shorthand.provided(objects).filter((name) => !made.has(name));
  const demands = (op: string, args: Args): readonly string[] => shorthand.demands?.(op, args, objects) ?? [];
  const hold = (name: string, actor: ItemActor): void => {
    const known = holders.get(name) ?? [];
    if (known.includes(actor)) return;
    holders.set(name, [...known, actor]);
    // Whoever brings it into being must have what that takes.
    if (known.length > 0 || !provided.includes(name)) return;
    const { op, args } = shorthand.provide(name, true, objects);
    for (const other of demands(op, args)) hold(other, actor);
  };
  for (const actor of actors) {
    const origin = actors.find(({ name }) => name === originOf(actor.name, parentOf)) ?? actor;
    if (origin.name === ENVIRONMENT) continue;
    for (const name of needs(actor, demands)) hold(name, origin);
  }
  return provided.flatMap((name) =>
    (holders.get(name) ?? []).map(
      (actor, i): SetupInput => ({
        ...shorthand.provide(name, i === 0, objects),
        actor: actor.name,
        where: actor.where,
        provided: true,
      }),
    ),
  );
}

/**
 * LR119: two actors, or two items of a menu, make an object of one name. Steps of one script may: the second one may be
 * there for the case that the first one failed.
 */
export function checkMade(actors: readonly ItemActor[], problems: Problems): void {
  const makers = new Map<string, string>();
  for (const actor of actors) {
    const own = new Map<string, string>();
    const claim = ({ command, input }: Item, script: boolean): void => {
      if (command.names === undefined || input.as === undefined) return;
      const object = `${command.names} "${input.as}"`;
      const maker = makers.get(object) ?? (script ? undefined : own.get(object));
      own.set(object, actor.name);
      if (maker !== undefined)
        problems.add(
          'LR119',
          `${actor.name} makes the ${object}, and ${maker} does too`,
          input.where ?? actor.where,
          'give each its own name',
        );
    };
    for (const item of actor.script) claim(item, true);
    for (const item of actor.menu?.items ?? []) claim(item, false);
    for (const [object, maker] of own) makers.set(object, maker);
  }
}

/**
 * LR118: a step of a script names a descriptor that only a later step of the same script yields. Names that anybody else
 * might hand over are let pass: at run time they fail as the kernel fails them.
 */
export function checkOrder(actors: readonly ItemActor[], provided: readonly SetupInput[], problems: Problems): void {
  const yielded = (items: readonly Item[]): string[] =>
    items.flatMap(({ command, input }) => handlesYielded(command, input.args, input.as));
  const given = new Set(provided.map(({ as }) => as));
  for (const actor of actors) {
    const elsewhere = new Set([
      ...given,
      ...yielded(actors.filter((other) => other !== actor).flatMap(itemsOf)),
      ...yielded(actor.menu?.items ?? []),
    ]);
    const { script } = actor;
    script.forEach(({ command, input }, i) => {
      const earlier = new Set(yielded(script.slice(0, i)));
      const later = new Set(yielded(script.slice(i)));
      for (const name of handlesUsed(command, input.args))
        if (!elsewhere.has(name) && !earlier.has(name) && later.has(name))
          problems.add(
            'LR118',
            `${input.op} uses "${name}" before a step of ${actor.name} yields it`,
            input.where ?? actor.where,
          );
    });
  }
}
