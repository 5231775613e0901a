/** Binding arguments: from the words of a scenario to views, numbers and handle indices, with errors that say where. */
import type { ArgShape, ArgSpec, ArgSpecs } from '../modelling/command.ts';
import type { AnyView, AnyViews } from './any-view.ts';
import { InputError, type Position } from './input.ts';
import { didYouMean } from './suggest.ts';

export interface ArgContext {
  readonly views: AnyViews;
  readonly handles: ReadonlyMap<string, number>;
  readonly actors: readonly string[];
  readonly flags: Readonly<Record<string, number>>;
  readonly where: Position | undefined;
}

function refuse(context: ArgContext, code: string, message: string, hint?: string): never {
  throw new InputError(code, message, context.where, hint);
}

const shown = (raw: unknown): string => JSON.stringify(raw) ?? String(raw);

function named(kinds: readonly string[], raw: unknown, what: string, context: ArgContext): AnyView {
  const known = kinds.flatMap((kind) => context.views[kind] ?? []);
  const view = typeof raw === 'string' ? known.find(({ name }) => name === raw) : undefined;
  if (view !== undefined) return view;
  const hint =
    typeof raw === 'string'
      ? didYouMean(
          raw,
          known.map(({ name }) => name),
        )
      : undefined;
  return refuse(
    context,
    'LR202',
    `${what}: there is no ${kinds.join(' or ')} ${shown(raw)}`,
    hint ?? `declare it under "objects", and name it in some step`,
  );
}

function handle(raw: unknown, what: string, context: ArgContext): unknown {
  if (raw === null) return null;
  if (typeof raw === 'number') return { number: raw };
  const index = typeof raw === 'string' ? context.handles.get(raw) : undefined;
  if (index !== undefined) return { handle: index };
  const hint = typeof raw === 'string' ? didYouMean(raw, context.handles.keys()) : undefined;
  return refuse(
    context,
    'LR203',
    `${what}: no step yields a descriptor named ${shown(raw)}`,
    hint ?? 'a name is given by "as" of an earlier step',
  );
}

function flagBits(raw: unknown, what: string, context: ArgContext): number {
  if (!Array.isArray(raw)) return refuse(context, 'LR204', `${what}: flags are a list, such as [BPF_F_ALLOW_MULTI]`);
  let bits = 0;
  for (const item of raw) {
    const value =
      typeof item === 'number'
        ? item
        : Object.hasOwn(context.flags, String(item))
          ? context.flags[String(item)]
          : undefined;
    if (value === undefined)
      refuse(
        context,
        'LR204',
        `${what}: unknown flag ${shown(item)}`,
        didYouMean(String(item), Object.keys(context.flags)),
      );
    else bits |= value;
  }
  return bits;
}

function word(spec: Extract<ArgShape, { shape: 'word' }>, raw: unknown, what: string, context: ArgContext): unknown {
  if (spec.orInteger === true && typeof raw === 'number') return raw;
  if (typeof raw !== 'string') return refuse(context, 'LR205', `${what}: expected a word, got ${shown(raw)}`);
  if (spec.words !== undefined && !spec.words.includes(raw))
    return refuse(context, 'LR205', `${what}: unknown word "${raw}"`, didYouMean(raw, spec.words));
  return raw;
}

function target(kind: string, raw: unknown, what: string, context: ArgContext): unknown {
  if (typeof raw === 'number') return { number: raw };
  if (typeof raw === 'object' && raw !== null && 'handle' in raw)
    return handle((raw as { handle: unknown }).handle, what, context);
  return named([kind], raw, what, context);
}

function bindOne(spec: ArgShape, raw: unknown, what: string, context: ArgContext): unknown {
  const expect = (words: string, fits: boolean): unknown =>
    fits ? raw : refuse(context, 'LR205', `${what}: expected ${words}, got ${shown(raw)}`);
  switch (spec.shape) {
    case 'handle':
      return handle(raw, what, context);
    case 'object':
      return named([spec.kind, ...(spec.or ?? [])], raw, what, context);
    case 'target':
      return target(spec.kind, raw, what, context);
    case 'flags':
      return flagBits(raw, what, context);
    case 'word':
      return word(spec, raw, what, context);
    case 'integer':
      return expect('an integer', Number.isInteger(raw));
    case 'boolean':
      return expect('true or false', typeof raw === 'boolean');
    case 'actor': {
      const index = context.actors.indexOf(raw as string);
      return index >= 0
        ? index
        : refuse(context, 'LR206', `${what}: there is no actor ${shown(raw)}`, didYouMean(String(raw), context.actors));
    }
    case 'record':
      return bindArgs(spec.parts, recordOf(spec, raw), `${what}.`, context);
    case 'named':
      return bindNamed(spec.of, raw, what, context);
    case 'list':
      return Array.isArray(raw)
        ? raw.map((item, i) => bindOne(spec.of, item, `${what}[${i}]`, context))
        : refuse(context, 'LR205', `${what}: expected a list, got ${shown(raw)}`);
    case 'json':
      return raw;
  }
}

/** The parts of a record; a value that has none is the part that needs no name. */
function recordOf({ bare }: { readonly bare?: string }, raw: unknown): Readonly<Record<string, unknown>> {
  const named = typeof raw === 'object' && raw !== null;
  return (named || bare === undefined ? raw : { [bare]: raw }) as Readonly<Record<string, unknown>>;
}

function bindNamed(of: ArgShape, raw: unknown, what: string, context: ArgContext): Readonly<Record<string, unknown>> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    return refuse(context, 'LR205', `${what}: expected named values, got ${shown(raw)}`);
  return Object.fromEntries(
    Object.entries(raw).map(([name, value]) => [name, bindOne(of, value, `${what}.${name}`, context)]),
  );
}

function absent(spec: ArgSpec): unknown {
  return spec.shape === 'flags' || spec.shape === 'integer' ? 0 : spec.shape === 'boolean' ? false : null;
}

/** Binds every argument of a command or property. Unknown and missing names are refused. */
export function bindArgs(
  specs: ArgSpecs,
  raw: Readonly<Record<string, unknown>>,
  prefix: string,
  context: ArgContext,
): Readonly<Record<string, unknown>> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    refuse(context, 'LR205', `${prefix.slice(0, -1)}: expected named parts, got ${shown(raw)}`);
  const names = Object.keys(specs);
  for (const name of Object.keys(raw))
    if (!names.includes(name))
      refuse(
        context,
        'LR207',
        `unknown argument "${prefix}${name}"`,
        didYouMean(name, names) ?? `it takes ${names.length === 0 ? 'no arguments' : names.join(', ')}`,
      );
  const bound: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(specs)) {
    const value = raw[name];
    if (value === undefined || (value === null && spec.optional === true && spec.shape !== 'handle')) {
      if (spec.optional !== true) refuse(context, 'LR208', `missing argument "${prefix}${name}"`);
      bound[name] = absent(spec);
    } else bound[name] = bindOne(spec, value, `${prefix}${name}`, context);
  }
  return bound;
}
