/** Semantics by name, or from a TypeScript file of the user. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ModelDefinition } from '../modelling/model.ts';
import { layersOf, type Semantics, type StepChange } from '../modelling/semantics.ts';
import { unknownNames } from '../modelling/under.ts';
import { inputError } from './errors.ts';
import { type KnownNames, loadError, nearest, placeOfWord, ruleError } from './load-error.ts';

export const SCRIPT = /\.[cm]?[jt]s$/;

/** What a word of the command line names. */
export interface Chosen {
  /** Key in the semantics of the model. */
  readonly name: string;
  /** How the command line names it, where that is the path of a file. */
  readonly as: string | undefined;
  readonly base: string | undefined;
}

export interface Choice {
  /** The model with the semantics of the user's files added. */
  readonly model: ModelDefinition;
  /** Undefined: the command line names none. */
  readonly chosen: readonly Chosen[] | undefined;
}

/** Features that a rule may ask for: those that the model describes, and those that any semantics has. */
export function featuresOf(model: ModelDefinition): ReadonlySet<string> {
  const used = Object.values(model.semantics).flatMap(({ features }) => [...features]);
  return new Set([...Object.keys(model.features ?? {}), ...used]);
}

function knownNames(model: ModelDefinition): KnownNames {
  return (what) => {
    if (what === 'feature') return featuresOf(model);
    if (what === 'semantics') return Object.keys(model.semantics);
    return what === 'rule' ? Object.keys(model.rules) : [];
  };
}

/** Finds each of the semantics by name, or loads its file. Throws InputError. */
export async function chooseSemantics(
  words: readonly string[] | undefined,
  model: ModelDefinition,
  cwd: string,
): Promise<Choice> {
  if (words === undefined) return { model, chosen: undefined };
  const semantics: Record<string, Semantics> = { ...model.semantics };
  const chosen: Chosen[] = [];
  for (const word of words) {
    const known = Object.hasOwn(semantics, word) ? semantics[word] : undefined;
    if (known !== undefined) chosen.push({ name: word, as: undefined, base: known.ground?.name });
    else if (SCRIPT.test(word)) {
      const own = await fromFile(resolve(cwd, word), model);
      if (Object.hasOwn(semantics, own.name))
        throw inputError('LR243', `the name "${own.name}" is taken`, 'give the proposal a name of its own', {
          file: word,
          ...placeOfWord(own.name, resolve(cwd, word)),
        });
      semantics[own.name] = own;
      chosen.push({ name: own.name, as: word, base: own.ground?.name });
    } else
      throw inputError('LR109', `there is no semantics "${word}"`, nearest(word, Object.keys(semantics), 'semantics'));
  }
  return { model: { ...model, semantics }, chosen };
}

async function fromFile(file: string, model: ModelDefinition): Promise<Semantics> {
  if (!existsSync(file))
    throw inputError('LR241', 'there is no such file', '`lastref init proposal NAME` writes one to start from', {
      file,
    });
  let module: { readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
  } catch (error) {
    throw loadError(error, file, knownNames(model));
  }
  return usable(module.default, file, model);
}

/** The default export, if it is a semantics whose names all exist. */
function usable(exported: unknown, file: string, model: ModelDefinition): Semantics {
  const hint = 'write `export default proposal({ ... })`; `lastref init proposal NAME` writes one that runs';
  if (exported === undefined) throw inputError('LR243', 'has no default export', hint, { file });
  if (!isSemantics(exported))
    throw inputError('LR243', 'the default export is no semantics', hint, {
      file,
      ...placeOfWord('export default', file),
    });
  const refuse = (what: string, name: string, known: Iterable<string>): never => {
    throw inputError('LR244', `there is no ${what} "${name}"`, nearest(name, known, what), {
      file,
      ...placeOfWord(name, file),
    });
  };
  const features = featuresOf(model);
  for (const name of exported.features) if (!features.has(name)) refuse('feature', name, features);
  const unknown = layersOf(exported).flatMap(({ changes }) => unknownNames(model, changes))[0];
  if (unknown !== undefined) refuse(unknown.what, unknown.name, unknown.known);
  return blaming(exported, file, new Set(Object.values(model.semantics)));
}

/** The semantics with its code wrapped: what that throws while a run calls it is a fault of the file, not of lastref. */
function blaming(semantics: Semantics, file: string, builtIn: ReadonlySet<Semantics>): Semantics {
  if (builtIn.has(semantics)) return semantics;
  const { ground, changes } = semantics;
  const code = <T>(what: string, value: T): T => {
    if (typeof value !== 'function')
      throw inputError('LR243', `the ${what} is no function`, undefined, { file, ...placeOfWord(nameIn(what), file) });
    const call = (...args: unknown[]): unknown => {
      try {
        return (value as (...given: unknown[]) => unknown)(...args);
      } catch (error) {
        throw ruleError(error, what, file);
      }
    };
    return call as T;
  };
  const each = <T>(record: object | undefined, wrap: (name: string, value: T) => T): Record<string, T> =>
    Object.fromEntries(Object.entries(record ?? {}).map(([name, value]) => [name, wrap(name, value as T)]));
  const step = (name: string, value: StepChange): StepChange =>
    typeof value === 'object' && value !== null ? each(value, step as never) : code(`step "${name}"`, value);
  const wrapped = {
    ...changes,
    rules: each(changes.rules, (name, rule) => code(`rule "${name}"`, rule)),
    steps: each(changes.steps, (_op, steps: Readonly<Record<string, StepChange>>) => each(steps, step)),
    works: each(changes.works, (work, parts: object) =>
      each(parts, (_part, run) => code(`deferred work "${work}"`, run)),
    ),
  };
  return {
    ...semantics,
    changes: wrapped,
    ...(ground === undefined ? {} : { ground: blaming(ground, file, builtIn) }),
  };
}

const nameIn = (what: string): string => what.split('"')[1] ?? what;

function isSemantics(value: unknown): value is Semantics {
  if (typeof value !== 'object' || value === null) return false;
  const { name, says, features, changes } = value as Partial<Semantics>;
  return (
    typeof name === 'string' &&
    typeof says === 'string' &&
    features instanceof Set &&
    typeof changes === 'object' &&
    changes !== null
  );
}
