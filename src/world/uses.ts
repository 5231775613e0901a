/**
 * Uses: every place in a scenario where a command stands, with the objects that each repetition of it makes.
 *
 * Objects are set aside per use and not taken from a pool, so that two interleavings that lead to the same situation
 * lead to the same state.
 */
import type { AnyCommand } from '../modelling/command.ts';
import type { ModelDefinition, Use } from '../modelling/model.ts';
import { InputError, type ItemInput } from './input.ts';
import { didYouMean } from './suggest.ts';

/** How often one item of an unlimited menu can make objects before they run out; then the run reports a bound. */
const MENU_REPEATS = 2;

export interface ItemUses {
  readonly item: ItemInput;
  readonly command: AnyCommand;
  readonly actor: string;
  /** One per repetition; scripts have one. */
  readonly repetitions: readonly Use[];
}

export function commandOf(model: ModelDefinition, item: ItemInput): AnyCommand {
  const command = model.commands[item.op];
  if (command === undefined || !Object.hasOwn(model.commands, item.op))
    throw new InputError(
      'LR201',
      `unknown operation "${item.op}"`,
      item.where,
      didYouMean(item.op, Object.keys(model.commands)),
    );
  return command;
}

/** Expands one item; `serial` numbers items so that made objects get distinct names. */
export function usesOf(
  model: ModelDefinition,
  item: ItemInput,
  actor: string,
  times: number | undefined,
  serial: number,
): ItemUses {
  const command = commandOf(model, item);
  const makesObjects = command.makes.length > 0;
  const repeats = times ?? (makesObjects ? MENU_REPEATS : 1);
  const repetitions = Array.from({ length: repeats }, (_, r): Use => {
    const suffix = r === 0 ? '' : `#${r + 1}`;
    const as = item.as === undefined ? undefined : item.as + suffix;
    const made: Record<string, string> = {};
    for (const kind of command.makes)
      made[kind] = kind === command.names && as !== undefined ? as : `${item.op}.${serial}${suffix}`;
    return { command, args: item.args, actor, as, made };
  });
  return { item, command, actor, repetitions };
}
