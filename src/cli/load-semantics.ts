/** Semantics by name, or from a TypeScript file of the user. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ModelDefinition } from '../modelling/model.ts';
import type { Semantics } from '../modelling/semantics.ts';
import { inputError } from './errors.ts';
import { type KnownNames, loadError, nearest, placeOfWord, ruleError } from './load-error.ts';

const SCRIPT = /\.[cm]?[jt]s$/;

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
    return Object.keys(what === 'rule' ? model.rules : model.semantics);
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
    if (known !== undefined) chosen.push({ name: word, as: undefined, base: known.base });
    else if (SCRIPT.test(word)) {
      const own = await fromFile(resolve(cwd, word), model);
      if (Object.hasOwn(semantics, own.name))
        throw inputError('LR243', `the name "${own.name}" is taken`, 'give the proposal a name of its own', {
          file: word,
          ...placeOfWord(own.name, resolve(cwd, word)),
        });
      semantics[own.name] = own;
      chosen.push({ name: own.name, as: word, base: own.base });
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
  const demand = (what: 'feature' | 'rule', names: Iterable<string>, known: ReadonlySet<string>): void => {
    for (const name of names)
      if (!known.has(name))
        throw inputError('LR244', `there is no ${what} "${name}"`, nearest(name, known, what), {
          file,
          ...placeOfWord(name, file),
        });
  };
  demand('feature', exported.features, featuresOf(model));
  demand('rule', Object.keys(exported.rules), new Set(Object.keys(model.rules)));
  return { ...exported, rules: blamingRules(exported.rules, file) };
}

/** The rules of the file; what they throw while a run calls them is a fault of the file, not of lastref. */
function blamingRules(rules: object, file: string): object {
  const blaming = Object.entries(rules).map(([name, rule]: [string, unknown]) => {
    if (typeof rule !== 'function')
      throw inputError('LR243', `the rule "${name}" is no function`, undefined, { file, ...placeOfWord(name, file) });
    const call = (...args: unknown[]): unknown => {
      try {
        return (rule as (...given: unknown[]) => unknown)(...args);
      } catch (error) {
        throw ruleError(error, name, file);
      }
    };
    return [name, call] as const;
  });
  return Object.fromEntries(blaming);
}

function isSemantics(value: unknown): value is Semantics {
  if (typeof value !== 'object' || value === null) return false;
  const { name, says, features, rules } = value as Partial<Semantics>;
  return (
    typeof name === 'string' &&
    typeof says === 'string' &&
    features instanceof Set &&
    typeof rules === 'object' &&
    rules !== null
  );
}
