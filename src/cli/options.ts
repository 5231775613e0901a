/** Options, the same for every verb that has them. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { GRAINS, type Grain } from '../world/input.ts';
import { didYouMean } from '../world/suggest.ts';

export const FORMATS = ['text', 'json', 'junit'] as const;
export type Format = (typeof FORMATS)[number];

/** Those of a gate; `waivers` writes entries to fill in. */
export const GATE_FORMATS = ['text', 'markdown', 'json', 'junit', 'sarif', 'ktap', 'github', 'waivers'] as const;
export type GateFormat = (typeof GATE_FORMATS)[number];

export const STRATEGIES = ['bfs', 'dfs', 'random'] as const;
export type StrategyName = (typeof STRATEGIES)[number];

/** What a run takes from the command line; what is absent is left to the scenario, then to the defaults. */
export interface RunOptions {
  readonly semantics?: readonly string[];
  readonly grain?: readonly Grain[];
  readonly strategy?: StrategyName;
  readonly seed?: string;
  readonly maxStates?: number;
  readonly maxSeconds?: number;
  readonly maxDepth?: number;
}

export interface OutputOptions<F extends string = Format> {
  readonly format: F;
  readonly out?: string;
}

export interface SelectionOptions {
  readonly claim?: readonly string[];
  readonly family?: readonly string[];
}

function refuse(word: string, what: string, known: readonly string[]): never {
  throw new InvalidArgumentError(
    `There is no ${what} "${word}"; ${didYouMean(word, known) ?? `there are ${known.join(', ')}`}`,
  );
}

function oneOf<W extends string>(what: string, known: readonly W[]): (word: string) => W {
  return (word) => known.find((each) => each === word) ?? refuse(word, what, known);
}

/** `a,b` and repeated options add up. */
const list = (word: string, before: readonly string[] | undefined): readonly string[] => {
  const words = word.split(',').filter((each) => each !== '');
  if (words.length === 0) throw new InvalidArgumentError('A name is missing.');
  return [...(before ?? []), ...words];
};

function listOf<W extends string>(
  what: string,
  known: readonly W[],
): (word: string, before: readonly W[] | undefined) => readonly W[] {
  const one = oneOf(what, known);
  return (word, before) => [...(before ?? []), ...list(word, undefined).map(one)];
}

/** Names with commas; a verb that knows them refuses others. */
export const names = list;

/** From 0 to 100. */
export function percentage(word: string): number {
  const value = word.trim() === '' ? Number.NaN : Number(word.replace(/ *%$/, ''));
  if (!(value >= 0 && value <= 100)) throw new InvalidArgumentError('A number from 0 to 100 is needed.');
  return value;
}

export function positive(whole: boolean): (word: string) => number {
  return (word) => {
    const value = word.trim() === '' ? Number.NaN : Number(word.replaceAll('_', ''));
    if (!Number.isFinite(value) || value <= 0 || (whole && !Number.isInteger(value)))
      throw new InvalidArgumentError(`A positive ${whole ? 'whole ' : ''}number is needed.`);
    return value;
  };
}

export const wholeNumber = positive(true);

export function withSemantics(command: Command): Command {
  return command.addOption(
    new Option(
      '--semantics <names>',
      'kernels, proposals or historic bugs by name, or TypeScript files; several with commas',
    ).argParser(list),
  );
}

export function withGrain(command: Command): Command {
  return command.addOption(
    new Option('--grain <grains>', 'how finely commands are cut into steps: command, work, lock').argParser(
      listOf('grain', GRAINS),
    ),
  );
}

export const withRules = (command: Command): Command => withGrain(withSemantics(command));

export function withSearch(command: Command): Command {
  return withBounds(
    command
      .addOption(
        new Option('--strategy <name>', 'bfs (shortest traces), dfs, or random walks').argParser(
          oneOf('strategy', STRATEGIES),
        ),
      )
      .addOption(new Option('--seed <text>', 'seed of random walks; the same seed gives the same run')),
  );
}

export function withBounds(command: Command): Command {
  return command
    .addOption(new Option('--max-states <n>', 'bound on stored states').argParser(positive(true)))
    .addOption(new Option('--max-seconds <s>', 'bound on the time of one search').argParser(positive(false)))
    .addOption(new Option('--max-depth <n>', 'bound on steps from the start').argParser(positive(true)));
}

export function withOutput<F extends string>(command: Command, formats: readonly F[]): Command {
  const first = formats[0] as F;
  return command
    .addOption(
      new Option('--format <format>', `of what is printed: ${formats.join(', ')}`)
        .argParser(oneOf('format', formats))
        .default(first),
    )
    .addOption(new Option('--out <file>', 'write there instead of to standard output'));
}

export function withSelection(command: Command): Command {
  return command
    .addOption(new Option('--claim <ids>', 'only scenarios that stand for one of these claims (C18)').argParser(list))
    .addOption(new Option('--family <names>', 'only scenarios of these families').argParser(list));
}

/** `3,1,4`: choices of a counterexample. */
export function choices(word: string): readonly number[] {
  if (word === '') return [];
  const numbers = word.split(',').map((each) => (/^\d+$/.test(each) ? Number(each) : Number.NaN));
  if (numbers.some(Number.isNaN))
    throw new InvalidArgumentError('Choices are whole numbers with commas, as a counterexample prints them.');
  return numbers;
}

/** `live,6.1`: names that replace the default, and add up where the option is repeated. */
export function kernelNames(word: string, before: readonly string[]): readonly string[] {
  return [...(before === DEFAULT_KERNELS ? [] : before), ...list(word, undefined)];
}
export const DEFAULT_KERNELS: readonly string[] = ['live'];
