/** `lastref init scenario|proposal|trace NAME`: writes a file that runs as it is, and never over another. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Context } from './context.ts';
import { inputError } from './errors.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { TEMPLATES } from './templates.ts';

export const KINDS = ['scenario', 'proposal', 'trace'] as const;
export type Kind = (typeof KINDS)[number];

/** Names become file names and names of semantics. */
const NAME = /^[a-z0-9][a-z0-9._-]*$/i;

export function init(kind: Kind, name: string, { dir }: { readonly dir: string }, { io }: Context): ExitCode {
  const { ending, text, next } = TEMPLATES[kind];
  const bare = name.endsWith(ending) ? name.slice(0, -ending.length) : name;
  if (!NAME.test(bare))
    throw inputError(
      'LR001',
      `"${name}" is no name for a file`,
      'letters, digits, dots and dashes; a folder is given with --dir',
    );
  const file = join(dir, bare + ending);
  const path = resolve(io.cwd, file);
  mkdirSync(resolve(io.cwd, dir), { recursive: true });
  try {
    writeFileSync(path, text(bare), { flag: 'wx' });
  } catch (error) {
    if ((error as { readonly code?: string }).code !== 'EEXIST') throw error;
    throw inputError('LR004', 'exists already; nothing was written', 'choose another name, or --dir', { file: path });
  }
  io.stdout.write(`wrote ${file}\nnext: ${next(file)}\n`);
  return EXIT.expected;
}
