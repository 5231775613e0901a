/** How errors are shown: `file:line:column: LR203 message`, and a hint below. */
import { relative } from 'node:path';
import { clean } from '../report/width.ts';
import { InputError, type Position } from '../world/input.ts';
import type { Io } from './io.ts';

/** What can be shown as an error of the input. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly where?: Position | undefined;
  readonly hint?: string | undefined;
}

export const inputError = (code: string, message: string, hint?: string, where?: Position): InputError =>
  new InputError(code, message, where, hint);

/** Paths inside the working directory are shown relative to it: editors and people jump there. */
export function shownPath(file: string, cwd: string): string {
  const path = relative(cwd, file);
  return file.startsWith('/') && !path.startsWith('..') ? path : file;
}

function place(where: Position | undefined, cwd: string): string {
  if (where === undefined) return 'lastref';
  const line = where.line === undefined ? '' : `:${where.line}`;
  const column = where.line === undefined || where.column === undefined ? '' : `:${where.column}`;
  return clean(shownPath(where.file, cwd)) + line + column;
}

export function problemText({ code, message, where, hint }: Problem, cwd: string): string {
  const lines = message.split('\n').map(clean);
  return `${place(where, cwd)}: ${code} ${lines.join('\n  ')}\n${hint === undefined ? '' : `  hint: ${clean(hint)}\n`}`;
}

export function showProblem(problem: Problem, { stderr, cwd }: Io): void {
  stderr.write(problemText(problem, cwd));
}

interface SystemError extends Error {
  readonly code: string;
  readonly path?: string;
}

const SYSTEM_MESSAGES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EISDIR: 'this is a folder',
  ENOTDIR: 'a part of the path is no folder',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left',
};

/** A file that the user named and the system refuses is an error of the input; any other exception is ours. */
export function asProblem(error: unknown): Problem | undefined {
  if (error instanceof InputError) return error;
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined;
  const { code, path, message } = error as SystemError;
  const said = SYSTEM_MESSAGES[code];
  return said === undefined
    ? undefined
    : {
        code: 'LR003',
        message: said,
        where: path === undefined ? undefined : { file: path },
        hint: path === undefined ? message : undefined,
      };
}
