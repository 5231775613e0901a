/** The files of the repository, found by walking it: a fresh machine has Node and npm, and may have no git. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What .gitignore names, and git's own folder. */
const NOT_OURS = ['.git', 'node_modules', 'dist', 'coverage', 'reports/run', 'bench/build', 'bench/results'];

export interface RepositoryFile {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** Every file whose path matches, in alphabetical order. */
export function filesMatching(pattern: RegExp): readonly RepositoryFile[] {
  return walk('')
    .filter((path) => pattern.test(path))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

function walk(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (NOT_OURS.includes(path) || entry.name === 'node_modules') return [];
    if (entry.isDirectory()) return walk(path);
    return entry.isFile() ? [path] : [];
  });
}
