/** Why a TypeScript file of the user cannot be loaded: one message with its place. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InputError } from '../world/input.ts';
import { didYouMean } from '../world/suggest.ts';
import { inputError } from './errors.ts';

interface Place {
  readonly line: number;
  readonly column: number;
}

/** Names that exist, by what a message calls them. */
export type KnownNames = (what: string) => Iterable<string>;

/** What esbuild says in `file:line:column: ERROR: text`. */
function compileError(message: string): (Place & { readonly file: string; readonly text: string }) | undefined {
  const found = /^(.+?):(\d+):(\d+): ERROR: (.*)$/m.exec(message);
  if (found === null) return undefined;
  const [, file = '', line, column, text = ''] = found;
  // esbuild counts columns from 0.
  return { file, line: Number(line), column: Number(column) + 1, text };
}

/** The topmost line of the stack that lies in the file. */
export function placeOfError(error: Pick<Error, 'stack'>, file: string): Place | undefined {
  for (const frame of (error.stack ?? '').split('\n')) {
    const found = /(?:\(|at )(file:\/\/[^\s)]+?|\/[^\s)]+?)(?:\?[^\s):]*)?:(\d+):(\d+)\)?$/.exec(frame);
    if (found === null) continue;
    const [, path = '', line, column] = found;
    const absolute = path.startsWith('file:') ? fileURLToPath(path) : path;
    if (absolute === file) return { line: Number(line), column: Number(column) };
  }
  return undefined;
}

/** Where a word stands in the file, from a line on: for errors that name what they could not find, but not where. */
export function placeOfWord(word: string, file: string, fromLine = 1): Place | undefined {
  const whole = new RegExp(`(?<![\\w-])${word.replace(/[^\w\s]/g, '\\$&')}(?![\\w-])`);
  const lines = readFileSync(file, 'utf8').split('\n');
  for (const [i, line] of lines.entries()) {
    const at = i + 1 < fromLine ? -1 : line.search(whole);
    if (at >= 0) return { line: i + 1, column: at + 1 };
  }
  return undefined;
}

function importError(error: Error, file: string): InputError | undefined {
  const ours = /Package subpath '\.\/([^']+)' is not defined/.exec(error.message)?.[1];
  const missing =
    ours === undefined ? /Cannot find (?:module|package) '([^']+)'/.exec(error.message)?.[1] : `lastref/${ours}`;
  if (missing !== undefined) {
    const name = missing.split('/').at(-1) ?? '';
    const hint = 'imports of lastref are "lastref/modelling" and "lastref/models"; relative imports end in .ts';
    return inputError('LR241', `cannot find the module "${missing}"`, hint, { file, ...placeOfWord(name, file) });
  }
  const name = /does not provide an export named '([^']+)'/.exec(error.message)?.[1];
  if (name === undefined) return undefined;
  const hint = 'what "lastref/models" and "lastref/modelling" export stands in their index.ts';
  return inputError('LR241', `an import finds no export "${name}"`, hint, { file, ...placeOfWord(name, file) });
}

/** Topics of `lastref list`, where they are not the plural. */
const TOPIC_OF: Readonly<Record<string, string>> = {
  semantics: 'semantics',
  step: 'commands',
  'kind of object': 'objects',
  phase: 'objects',
  event: 'objects',
  'deferred work': 'works',
};

/** The hint for a name that does not exist. */
export function nearest(name: string, known: Iterable<string>, what: string): string {
  const topic = TOPIC_OF[what] ?? `${what}s`;
  const file = what === 'semantics' ? '; the path of a file ends in .ts' : '';
  return didYouMean(name, known) ?? `\`lastref list ${topic}\` shows the names${file}`;
}

/** An error of `proposal()`, which quotes the name that does not exist. */
function unknownName(error: Error, file: string, place: Place | undefined, known: KnownNames): InputError | undefined {
  const found = /there is no ([a-z ]+) "([^"]+)"(?:; known: (.*))?/.exec(error.message);
  if (found === null) return undefined;
  const [, what = '', name = '', listed = ''] = found;
  const message = `there is no ${what} "${name}"`;
  const hint = nearest(name, [...known(what), ...listed.split(', ')], what);
  return inputError('LR244', message, hint, { file, ...(placeOfWord(name, file, place?.line) ?? place) });
}

export function loadError(error: unknown, file: string, known: KnownNames): InputError {
  if (!(error instanceof Error))
    return inputError('LR242', `throws ${JSON.stringify(error)} while it is loaded`, undefined, { file });
  const compile = compileError(error.message);
  if (compile !== undefined) {
    const where = {
      file: compile.file.startsWith('/') ? compile.file : file,
      line: compile.line,
      column: compile.column,
    };
    return inputError('LR241', `does not compile: ${compile.text}`, undefined, where);
  }
  const place = placeOfError(error, file);
  const named = unknownName(error, file, place, known) ?? importError(error, file);
  if (named !== undefined) return named;
  const kind = error.name === 'Error' ? '' : `${error.name}: `;
  return inputError('LR242', `throws while it is loaded: ${kind}${error.message}`, undefined, { file, ...place });
}

/** What code of the file throws during a run; `what` is `rule "NAME"` or the like. Errnos, blocked steps and broken laws are no errors, and stay what they are. */
export function ruleError(error: unknown, what: string, file: string): unknown {
  if (!(error instanceof Error) || error instanceof InputError) return error;
  const kind = error.name === 'Error' ? '' : `${error.name}: `;
  const hint = 'a rule has to decide in every state that the run reaches';
  return inputError('LR245', `the ${what} throws: ${kind}${error.message}`, hint, {
    file,
    ...(placeOfError(error, file) ?? placeOfWord(what.split('"')[1] ?? what, file)),
  });
}
