/**
 * Type checking of a proposal. The loader only strips types, so a misspelt field of the state would be `undefined` in a
 * run, and a rule that nobody has would be there for nothing. Whoever gives a verdict asks the compiler first.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type ts from 'typescript';
import type { InputError } from '../world/input.ts';
import { inputError, showProblem } from './errors.ts';
import type { Io } from './io.ts';

/** Errors that are shown of one file: after the first few, others follow from them. */
const SHOWN_MAX = 20;

const sourceOf = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** As strict as this repository where that tells right from wrong, and not where it is a matter of taste. */
function optionsFor(compiler: typeof ts): ts.CompilerOptions {
  return {
    target: compiler.ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts'],
    // The loader takes every file for an ES module, whatever the package.json beside it says.
    module: compiler.ModuleKind.ESNext,
    moduleResolution: compiler.ModuleResolutionKind.Bundler,
    moduleDetection: compiler.ModuleDetectionKind.Force,
    strict: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    allowJs: true,
    checkJs: true,
    skipLibCheck: true,
    types: [],
    // Whatever the folder of the file knows, these are the types of the lastref that runs.
    paths: {
      'lastref/models': [sourceOf('models/index.ts')],
      'lastref/modelling': [sourceOf('src/modelling/index.ts')],
    },
  };
}

function problemOf(compiler: typeof ts, diagnostic: ts.Diagnostic, file: string): InputError {
  const text = compiler.flattenDiagnosticMessageText(diagnostic.messageText, '\n');
  const { file: source, start = 0 } = diagnostic;
  const at = source?.getLineAndCharacterOfPosition(start);
  const where =
    at === undefined ? { file } : { file: source?.fileName ?? file, line: at.line + 1, column: at.character + 1 };
  return inputError('LR247', `does not type-check: ${text} (TS${diagnostic.code})`, undefined, where);
}

/**
 * Errors of types and syntax in the file, and in those of the user's own that it imports; empty if there are none. Takes
 * a second or two, most of it to load the compiler.
 */
async function typeErrors(file: string): Promise<readonly InputError[]> {
  const compiler = (await import('typescript')).default;
  const program = compiler.createProgram([file], optionsFor(compiler));
  const ours = sourceOf('');
  const isTheirs = ({ fileName, isDeclarationFile }: ts.SourceFile): boolean =>
    fileName === file || (!isDeclarationFile && !fileName.startsWith(ours) && !fileName.includes('/node_modules/'));
  const diagnostics = program
    .getSourceFiles()
    .filter(isTheirs)
    .flatMap((source) => [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]);
  return [...program.getOptionsDiagnostics(), ...diagnostics]
    .filter(({ category }) => category === compiler.DiagnosticCategory.Error)
    .slice(0, SHOWN_MAX)
    .map((diagnostic) => problemOf(compiler, diagnostic, file));
}

/** All errors of a user's file are shown; the last is thrown, which gives the exit code. Built-in semantics have none. */
export async function demandTypes(words: Iterable<string | undefined>, io: Io): Promise<void> {
  for (const word of words) {
    const file = word === undefined ? undefined : resolve(io.cwd, word);
    // A file that is not there is refused by the loader, which says how to write one.
    if (file === undefined || !existsSync(file)) continue;
    const errors = await typeErrors(file);
    for (const error of errors.slice(0, -1)) showProblem(error, io);
    const last = errors.at(-1);
    if (last !== undefined) throw last;
  }
}
