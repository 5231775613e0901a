/** What is wrong with the input, as a value: expected failures are no exceptions. */
import { InputError, type Position } from '../world/input.ts';

export interface Problem {
  /** Stable; src/scenario/problem-codes.ts says what each stands for. */
  readonly code: string;
  /** One sentence, lower case, naming what the user wrote. */
  readonly message: string;
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1, in UTF-16 units. */
  readonly column: number;
  /** What would be right, where it can be said. */
  readonly hint: string | undefined;
}

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export const success = <T>(value: T): Result<T> => ({ ok: true, value });
export const failure = (problems: readonly Problem[]): Result<never> => ({ ok: false, problems });

export function problemAt(code: string, message: string, where: Position, hint?: string): Problem {
  return { code, message, file: where.file, line: where.line ?? 1, column: where.column ?? 1, hint };
}

/** Collects problems, so that one run shows all of them. */
export class Problems {
  readonly list: Problem[] = [];
  private readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  add(code: string, message: string, where: Position, hint?: string): void {
    this.list.push(problemAt(code, message, where, hint));
  }

  /** Runs what may throw InputError; undefined if it did. Every other exception is a mistake of ours and passes through. */
  attempt<T>(run: () => T, where?: Position): T | undefined {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.add(error.code, error.message, error.where ?? where ?? { file: this.file }, error.hint);
      return undefined;
    }
  }

  /** The value, or the problems if there are any. */
  result<T>(value: T): Result<T> {
    return this.list.length === 0 ? success(value) : failure(this.list);
  }
}

/** `file:line:column: message (hint) [code]`, as compilers print it. */
export function problemText({ code, message, file, line, column, hint }: Problem): string {
  return `${file}:${line}:${column}: ${message}${hint === undefined ? '' : ` (${hint})`} [${code}]`;
}
