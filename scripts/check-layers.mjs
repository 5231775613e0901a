/**
 * Runs dependency-cruiser with the rules of .dependency-cruiser.mjs.
 *
 * Why not its own command: with a TypeScript that it does not support it sees no .ts file, finds no violation and exits
 * 0. So this counts what it saw, against what lies in the folders.
 */
import { existsSync, readdirSync } from 'node:fs';
import process from 'node:process';
import { cruise } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const FOLDERS = ['src', 'models', 'bench', 'test', 'bin', 'scripts'].filter((folder) => existsSync(folder));

/** The repository never gets smaller than this; a figure far below means that the folders themselves were not found. */
const AT_LEAST = 40;

const options = await extractDepcruiseOptions('./.dependency-cruiser.mjs');
const { output } = await cruise(FOLDERS, options, undefined, { tsConfig: extractTSConfig('tsconfig.json') });
if (typeof output === 'string') throw new Error('dependency-cruiser answered with text instead of data');

const { violations, ruleSetUsed } = output.summary;
const comments = new Map((ruleSetUsed?.forbidden ?? []).map(({ name, comment }) => [name, comment]));
for (const name of new Set(violations.map(({ rule }) => rule.name))) {
  process.stderr.write(`${name}: ${comments.get(name) ?? ''}\n`);
  for (const { from, to, cycle } of violations.filter(({ rule }) => rule.name === name)) {
    const path = cycle === undefined ? [to] : cycle.map((step) => step.name);
    process.stderr.write(`    ${[from, ...path].filter((file, i, all) => file !== all[i - 1]).join(' → ')}\n`);
  }
}

const seen = output.modules.filter(({ source }) => FOLDERS.some((folder) => source.startsWith(`${folder}/`)));
const present = FOLDERS.flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' })).filter((file) =>
  /\.(?:ts|js|mjs)$/.test(file),
);
const sawEnough = seen.length >= AT_LEAST && seen.length >= 0.9 * present.length;
if (!sawEnough) {
  process.stderr.write(
    `saw ${seen.length} of ${present.length} files (at least ${AT_LEAST} expected): nothing was checked; is TypeScript supported?\n`,
  );
}
process.stdout.write(`layers: ${seen.length} files, ${violations.length} violations\n`);
process.exitCode = violations.length === 0 && sawEnough ? 0 : 1;
