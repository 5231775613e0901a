/** What every verb is handed. */
import { resolve } from 'node:path';
import type { ModelDefinition } from '../modelling/model.ts';
import { writeWhole } from '../report/write.ts';
import type { Io } from './io.ts';
import type { OutputOptions } from './options.ts';

export interface Context {
  readonly io: Io;
  /** Loaded when a verb asks for it: help and usage errors need no model. */
  readonly model: () => Promise<ModelDefinition>;
}

/** Prints a result, or writes it to the file of `--out`. */
export function emit(text: string, { out }: Pick<OutputOptions<string>, 'out'>, { stdout, stderr, cwd }: Io): void {
  if (out === undefined) {
    stdout.write(text);
    return;
  }
  writeWhole(resolve(cwd, out), text);
  stderr.write(`lastref: wrote ${out}\n`);
}

export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
