/** Writes one bundle of the sources. Only loaded when there is none for the sources as they are now. */
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** Bundles of other states of the sources are kept this long: another process may be about to import one. */
const KEEP_MS = 24 * 60 * 60 * 1000;

/**
 * A module must see its own address in `import.meta.url`, as it does when tsx runs it: data files are found relative to
 * it.
 * @param {string} root
 * @returns {import('esbuild').Plugin}
 */
function keepAddresses(root) {
  return {
    name: 'keep-addresses',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        // Nothing returned: esbuild reads the file itself. Packages are external, so every path is below the root.
        if (!text.includes('import.meta.url') || relative(root, path).startsWith('..')) return undefined;
        return { contents: text.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)), loader: 'ts' };
      });
    },
  };
}

/**
 * @param {object} job
 * @param {string} job.root
 * @param {string} job.entry
 * @param {string} job.bundle where the bundle is to be
 * @param {() => boolean} job.unchanged whether the sources are still those that the bundle's name stands for
 * @returns {Promise<boolean>} false when there is no bundle now, and the caller has to run the sources in another way
 */
export async function writeBundle({ root, entry, bundle, unchanged }) {
  const folder = dirname(bundle);
  // Written aside and renamed: a process that starts at the same time sees a whole bundle or none.
  const draft = `${bundle}.${process.pid}.tmp`;
  try {
    await mkdir(folder, { recursive: true });
    await build({
      absWorkingDir: root,
      bundle: true,
      entryPoints: [join(root, entry)],
      format: 'esm',
      logLevel: 'error',
      outfile: draft,
      packages: 'external',
      platform: 'node',
      plugins: [keepAddresses(root)],
      sourcemap: 'inline',
      sourcesContent: false,
      target: 'node20.19',
    });
    if (!unchanged()) return false;
    await rename(draft, bundle);
    await removeOldBundles(folder);
    return true;
  } catch (error) {
    if (isUnwritable(error)) return false;
    throw error;
  }
}

/** @param {unknown} error */
function isUnwritable(error) {
  return (
    error instanceof Error && /EACCES|EROFS|EPERM|ENOSPC|permission denied|read-only file system/i.test(error.message)
  );
}

/** @param {string} folder */
async function removeOldBundles(folder) {
  for (const file of await readdir(folder)) {
    const path = join(folder, file);
    // Somebody else may be clearing up as well.
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > KEEP_MS) await rm(path, { force: true });
  }
}
