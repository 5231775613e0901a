/** Arguments before binding: which of them hold names, and what one value without a name stands for. */
import type { AnyCommand, ArgShape, ArgSpecs } from '../modelling/command.ts';
import { InputError, type Position } from '../world/input.ts';
import { didYouMean } from '../world/suggest.ts';
import type { Problems } from './problem.ts';
import { shownValue } from './shape-issues.ts';

export type Args = Readonly<Record<string, unknown>>;

export const isRecord = (value: unknown): value is Args =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Name of the argument that a lone value stands for, if there is no doubt. */
export function loneArgument(specs: ArgSpecs): string | undefined {
  const names = Object.keys(specs);
  const needed = names.filter((name) => specs[name]?.optional !== true);
  return needed.length === 1 ? needed[0] : names.length === 1 ? names[0] : undefined;
}

/** Arguments by name: `kill: alice` is `kill: { target: alice }`. Throws InputError LR205 where that is not clear. */
export function namedArguments(what: string, specs: ArgSpecs, raw: unknown, where: Position): Args {
  if (raw === null || raw === undefined) return {};
  if (isRecord(raw)) return raw;
  const lone = loneArgument(specs);
  if (lone !== undefined) return { [lone]: raw };
  const names = Object.keys(specs);
  const hint = names.length === 0 ? 'it takes no arguments' : `it takes ${names.join(', ')}`;
  throw new InputError('LR205', `${what}: expected named arguments, got ${shownValue(raw)}`, where, hint);
}

/** LR207 for every argument that is not known, at its own position. */
export function checkNames(
  what: string,
  specs: ArgSpecs,
  args: Args,
  at: (name: string) => Position,
  problems: Problems,
): void {
  const names = Object.keys(specs);
  for (const name of Object.keys(args)) {
    if (Object.hasOwn(specs, name)) continue;
    const hint =
      didYouMean(name, names) ?? (names.length === 0 ? 'it takes no arguments' : `it takes ${names.join(', ')}`);
    problems.add('LR207', `${what} has no argument "${name}"`, at(name), hint);
  }
}

/** A place in arguments that holds a name. */
export type NameUse = { readonly shape: 'handle' } | { readonly shape: 'object'; readonly kind: string };

type MapName = (name: string, use: NameUse) => string;

function mapShape(shape: ArgShape, value: unknown, map: MapName): unknown {
  switch (shape.shape) {
    case 'handle':
      return typeof value === 'string' ? map(value, { shape: 'handle' }) : value;
    case 'object':
      return typeof value === 'string' ? map(value, { shape: 'object', kind: shape.kind }) : value;
    case 'target':
      if (isRecord(value) && typeof value['handle'] === 'string')
        return { ...value, handle: map(value['handle'], { shape: 'handle' }) };
      return typeof value === 'string' ? map(value, { shape: 'object', kind: shape.kind }) : value;
    case 'record':
      return isRecord(value) ? mapNames(shape.parts, value, map) : value;
    case 'named':
      return isRecord(value)
        ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, mapShape(shape.of, one, map)]))
        : value;
    case 'list':
      return Array.isArray(value) ? value.map((item) => mapShape(shape.of, item, map)) : value;
    default:
      return value;
  }
}

/** The arguments with every name of a descriptor or an object replaced. */
export function mapNames(specs: ArgSpecs, args: Args, map: MapName): Args {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => {
      const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
      return [name, spec === undefined ? value : mapShape(spec, value, map)];
    }),
  );
}

/** Names of descriptors of the acting process that the arguments use; those that an argument gives are not used. */
export function handlesUsed(command: AnyCommand, args: Args): readonly string[] {
  const names: string[] = [];
  const used = Object.fromEntries(Object.entries(args).filter(([name]) => !command.handleArguments.includes(name)));
  mapNames(command.args, used, (name, { shape }) => {
    if (shape === 'handle') names.push(name);
    return name;
  });
  return names;
}

/** Names of descriptors that a use of the command brings into being, in whosever table. */
export function handlesYielded(command: AnyCommand, args: Args, as: string | undefined): readonly string[] {
  const others = command.handleArguments.map((name) => args[name]).filter((name) => typeof name === 'string');
  return command.yieldsHandle && as !== undefined ? [as, ...others] : others;
}
