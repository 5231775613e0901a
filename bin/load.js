/**
 * Loads one entry point of the TypeScript sources, without a build step and never from stale output.
 *
 * Two ways, chosen per call:
 * - `dist/`: esbuild bundles the entry into one file whose name carries a hash of everything that went in. A hash that is
 *   already there is imported at once. docs/decisions/003-loading.md has what was measured.
 * - tsx: every file as it is. Needed when the user names a TypeScript file of their own (a proposal), which must share our
 *   modules rather than meet a second copy of them; and used when `dist/` cannot be written.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** @typedef {{ main(argv: readonly string[]): number | Promise<number> }} Entry */

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Sources that any entry may import; its own folder comes on top. */
const SOURCE_FOLDERS = ['src', 'models'];

/** Folders of generated files, which are no sources: outputs of benchmarks change with every run. */
const NO_SOURCES = ['node_modules', 'build', 'results'];

/** Besides the sources, what decides how a bundle looks: the recipe, and which packages are installed. */
const RECIPE_FILES = ['bin/load.js', 'bin/bundle.js', 'tsconfig.json', 'package.json', 'package-lock.json'];

/**
 * True when a word of the command line names a script file, alone (`./idea.ts`), in a list (`linux-6.18,./idea.ts`) or
 * after `=`.
 * @param {readonly string[]} argv
 */
export function namesSourceFile(argv) {
  return argv.some((word) => /\.[cm]?[jt]s(?:,|$)/.test(word));
}

/**
 * @param {string} entry path of a module below the repository root that exports `main`
 * @param {{ fromSources?: boolean }} [options]
 * @returns {Promise<Entry>}
 */
export async function load(entry, { fromSources = false } = {}) {
  const bundle = fromSources || process.env['LASTREF_LOADER'] === 'tsx' ? undefined : await freshBundle(entry);
  if (bundle !== undefined) {
    // So that a stack trace names lines of the sources. No cost to speak of was measured.
    process.setSourceMapsEnabled(true);
    return import(pathToFileURL(bundle).href);
  }
  const { register } = await import('./register.js');
  register();
  return import(pathToFileURL(join(ROOT, entry)).href);
}

/** @param {string} entry @returns {Promise<string | undefined>} */
async function freshBundle(entry) {
  const name = entry.replace(/\.ts$/, '').replaceAll('/', '-');
  const hash = hashOfSources(entry);
  const bundle = join(ROOT, 'dist', `${name}-${hash}.js`);
  if (existsSync(bundle)) return bundle;
  const { writeBundle } = await import('./bundle.js');
  // Asked again after the build: a file saved in between must not end up under the name of the old contents.
  const unchanged = () => hashOfSources(entry) === hash;
  return (await writeBundle({ root: ROOT, entry, bundle, unchanged })) ? bundle : undefined;
}

/**
 * Contents and not time stamps: git and editors restore old ones. 300 kB in 100 files take 3 ms. The root is hashed as
 * well, because a bundle holds absolute paths (see bundle.js) and must not be used after the checkout has moved.
 * @param {string} entry
 */
function hashOfSources(entry) {
  const hash = createHash('sha256').update(ROOT);
  const folders = new Set([...SOURCE_FOLDERS, dirname(entry)]);
  for (const file of [...RECIPE_FILES, ...[...folders].flatMap(sourcesBelow)]) {
    const path = join(ROOT, file);
    if (existsSync(path)) hash.update(`\0${file}\0`).update(readFileSync(path));
  }
  return hash.digest('hex').slice(0, 20);
}

/** @param {string} folder @returns {string[]} */
function sourcesBelow(folder) {
  if (!existsSync(join(ROOT, folder))) return [];
  const entries = readdirSync(join(ROOT, folder), { withFileTypes: true });
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return NO_SOURCES.includes(entry.name) ? [] : sourcesBelow(path);
      return /\.(?:[cm]?[jt]s|json)$/.test(entry.name) ? [path] : [];
    });
}
