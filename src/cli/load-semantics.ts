/** Semantics by name, or from a TypeScript file of the user. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ModelDefinition } from '../modelling/model.ts';
import type { Semantics } from '../modelling/semantics.ts';
import { didYouMean } from '../world/suggest.ts';
import { inputError } from './errors.ts';

const SCRIPT = /\.[cm]?[jt]s$/;

export const isSemanticsFile = (word: string): boolean => SCRIPT.test(word);

/** Names that appear anywhere: a feature may be known only to a later kernel. */
export function featuresOf(model: ModelDefinition): ReadonlySet<string> {
  const used = Object.values(model.semantics).flatMap(({ features }) => [...features]);
  return new Set([...Object.keys(model.features ?? {}), ...used]);
}

/** The semantics that a word of the command line names. Throws InputError. */
export async function loadSemantics(word: string, model: ModelDefinition, cwd: string): Promise<Semantics> {
  if (isSemanticsFile(word)) return fromFile(resolve(cwd, word), model);
  const known = Object.hasOwn(model.semantics, word) ? model.semantics[word] : undefined;
  if (known !== undefined) return known;
  const hint =
    didYouMean(word, Object.keys(model.semantics)) ??
    '`lastref list semantics` shows them; a path of a file ends in .ts';
  throw inputError('LR109', `there is no semantics "${word}"`, hint);
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
    throw loadError(error, file, model);
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
    throw inputError('LR244', `there is no ${what} "${name}"`, didYouMean(name, known), {
      file,
      ...placeOfWord(name, file),
    });
  };
  const features = featuresOf(model);
  for (const feature of exported.features) if (!features.has(feature)) refuse('feature', feature, features);
  for (const rule of Object.keys(exported.rules))
    if (!Object.hasOwn(model.rules, rule)) refuse('rule', rule, Object.keys(model.rules));
  if (exported.base !== undefined && !Object.hasOwn(model.semantics, exported.base))
    refuse('base semantics', exported.base, Object.keys(model.semantics));
  return exported;
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
