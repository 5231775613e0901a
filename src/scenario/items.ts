/** Items: the steps of a scenario with the model's meaning, and actors with their copies written out. */
import type { AnyCommand } from '../modelling/command.ts';
import type { ModelDefinition } from '../modelling/model.ts';
import type { ItemInput, Position } from '../world/input.ts';
import { commandOf } from '../world/uses.ts';
import { type Args, checkNames, mapNames, namedArguments } from './arguments.ts';
import { STEP_EXTRAS } from './format.ts';
import type { Problems } from './problem.ts';
import type { Scenario, ScenarioActor } from './scenario.ts';
import { shownValue } from './shape-issues.ts';
import type { Step } from './steps.ts';

/** An item whose command is known. */
export interface Item {
  readonly command: AnyCommand;
  readonly input: ItemInput & { readonly args: Args };
}

export interface ItemActor {
  readonly name: string;
  readonly script: readonly Item[];
  readonly menu: { readonly items: readonly Item[]; readonly times: number | undefined } | undefined;
  readonly where: Position;
}

export const itemsOf = ({ script, menu }: ItemActor): readonly Item[] => [...script, ...(menu?.items ?? [])];

/** `as` names a descriptor, an object or a process that the command makes, and not its result. */
const namesSomething = ({ yieldsHandle, names, asArgument }: AnyCommand): boolean =>
  yieldsHandle || names !== undefined || asArgument !== undefined;

export class ItemReader {
  private readonly model: ModelDefinition;
  private readonly objects: Args;
  private readonly problems: Problems;
  /** Results that checks speak of, as `actor.name`. */
  private readonly asked: ReadonlySet<string>;

  constructor(model: ModelDefinition, objects: Args, asked: ReadonlySet<string>, problems: Problems) {
    this.model = model;
    this.objects = objects;
    this.asked = asked;
    this.problems = problems;
  }

  /** The item of a step; undefined if a problem was reported. */
  item(step: Step, actor: string): Item | undefined {
    const { op, where } = step;
    const command = this.problems.attempt(() => commandOf(this.model, { op, args: {}, where }));
    if (command === undefined) return undefined;
    const given = this.problems.attempt(() => namedArguments(op, command.args, step.args, where));
    if (given === undefined) return undefined;
    const inside = Object.fromEntries(
      Object.entries(given).filter(([name]) => Object.hasOwn(command.args, name) || !isExtra(name)),
    );
    const extra = (name: (typeof STEP_EXTRAS)[number]): string | undefined =>
      this.name(name, step.beside[name] ?? (Object.hasOwn(command.args, name) ? undefined : given[name]), step);
    const args = this.model.shorthand?.args(op, inside, this.objects) ?? inside;
    checkNames(op, command.args, args, step.argumentAt, this.problems);
    const as = extra('as');
    const wanted = as !== undefined && (!namesSomething(command) || this.asked.has(`${actor}.${as}`)) ? as : undefined;
    return {
      command,
      input: { op, args, as: namesSomething(command) ? as : undefined, result: extra('result') ?? wanted, where },
    };
  }

  private name(extra: string, value: unknown, step: Step): string | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string' && value !== '') return value;
    this.problems.add('LR205', `${extra}: expected a name, got ${shownValue(value)}`, step.argumentAt(extra));
    return undefined;
  }

  /** The actor, or its copies. */
  actors({ name, script, menu, count, where }: ScenarioActor): readonly ItemActor[] {
    const names = count === undefined ? [name] : Array.from({ length: count }, (_, i) => `${name}.${i + 1}`);
    return names.map((own, i) => {
      const read = (steps: readonly Step[]): Item[] => steps.flatMap((step) => this.item(step, own) ?? []);
      const actor: ItemActor = {
        name: own,
        script: read(script),
        menu: menu && { items: read(menu.items), times: menu.times },
        where,
      };
      return count === undefined ? actor : renamed(actor, `.${i + 1}`);
    });
  }
}

const isExtra = (name: string): boolean => (STEP_EXTRAS as readonly string[]).includes(name);

/** Copies make objects of their own. Descriptors of a process need no other name: every process has its own table. */
function renamed(actor: ItemActor, suffix: string): ItemActor {
  const made = new Map<string, string>();
  for (const { command, input } of itemsOf(actor))
    if (command.names !== undefined && input.as !== undefined) made.set(input.as, command.names);
  const rename = (item: Item): Item => {
    const { command, input } = item;
    const args = mapNames(command.args, input.args, (name, use) =>
      made.has(name) && (use.shape === 'handle' || use.kind === made.get(name)) ? name + suffix : name,
    );
    const as = input.as !== undefined && made.has(input.as) ? input.as + suffix : input.as;
    return { command, input: { ...input, args, as } };
  };
  const { script, menu } = actor;
  return { ...actor, script: script.map(rename), menu: menu && { ...menu, items: menu.items.map(rename) } };
}

/** LR113: two steps of one actor remember under one name. */
export function checkResults(actors: readonly ItemActor[], problems: Problems): readonly string[] {
  const known = new Set<string>();
  for (const actor of actors)
    for (const { input } of itemsOf(actor)) {
      if (input.result === undefined) continue;
      const name = `${actor.name}.${input.result}`;
      if (known.has(name))
        problems.add(
          'LR113',
          `two steps of ${actor.name} remember their result as "${input.result}"`,
          input.where ?? actor.where,
        );
      known.add(name);
    }
  return [...known];
}

/** Setup, as items with their actors. LR117 where a step wants its result remembered. */
export function setupItems(
  scenario: Scenario,
  reader: ItemReader,
  problems: Problems,
): readonly { readonly actor: string; readonly item: Item }[] {
  return scenario.setup.flatMap(({ actor, step }) => {
    const item = reader.item(step, actor);
    if (item === undefined) return [];
    if (item.input.result !== undefined) problems.add('LR117', 'a setup step has no result to remember', step.where);
    return [{ actor, item }];
  });
}
