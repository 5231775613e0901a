/** What both forms of `lastref replay` take. */
import type { ModelDefinition } from '../modelling/model.ts';
import type { Semantics } from '../modelling/semantics.ts';
import type { Context } from './context.ts';
import { inputError } from './errors.ts';
import { chooseSemantics } from './load-semantics.ts';
import type { OutputOptions, RunOptions } from './options.ts';

export interface ReplayCommandOptions extends Pick<RunOptions, 'semantics' | 'grain'>, OutputOptions {
  readonly scenario?: string;
  readonly choices?: readonly number[];
  readonly live?: boolean;
}

function oneOf<T>(values: readonly T[] | undefined, option: string): T | undefined {
  if (values !== undefined && values.length > 1)
    throw inputError('LR001', `replay takes one ${option}`, 'run it once for each');
  return values?.[0];
}

export interface ChosenForReplay {
  readonly model: ModelDefinition;
  readonly semantics: Semantics;
  readonly semanticsAs: string | undefined;
  readonly grain: NonNullable<RunOptions['grain']>[number] | undefined;
}

/** The one semantics and the one grain that a replay runs under. */
export async function chosenForReplay(
  options: ReplayCommandOptions,
  { io, model: load }: Context,
): Promise<ChosenForReplay> {
  const word = oneOf(options.semantics, 'semantics');
  const grain = oneOf(options.grain, 'grain');
  const { model, chosen } = await chooseSemantics(word === undefined ? undefined : [word], await load(), io.cwd);
  const [first] = chosen ?? [];
  const name = first?.name ?? model.defaultSemantics;
  return { model, semantics: model.semantics[name] as Semantics, semanticsAs: first?.as, grain };
}
