#!/usr/bin/env node
/**
 * The command. It finds the fastest loader that is right for this call, runs `main` of src/cli/main.ts, and turns what
 * comes back into an exit code. Everything here is plain JavaScript, because it runs before anything can read
 * TypeScript.
 */
import process from 'node:process';

/** Exit codes of README.md that must be known before the sources can be loaded. */
const CANNOT_RUN_HERE = 4;
const INTERNAL_ERROR = 70;

/** The floor of package.json's `engines`; npm only warns about it. */
const FLOOR = [20, 19];

function nodeIsTooOld() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [floorMajor = 0, floorMinor = 0] = FLOOR;
  return major < floorMajor || (major === floorMajor && minor < floorMinor);
}

/** @param {unknown} error */
function isMissingPackage(error) {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === 'ERR_MODULE_NOT_FOUND' &&
    /package '/.test(error.message)
  );
}

/**
 * `lastref list | head` closes our output early. That is no error of ours, and no reason for a stack trace.
 * @param {Error & { code?: string }} error
 */
function onOutputError(error) {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}

/** @returns {Promise<number>} */
async function run() {
  if (nodeIsTooOld()) {
    process.stderr.write(`lastref: needs Node ${FLOOR.join('.')} or newer; this is ${process.versions.node}\n`);
    return CANNOT_RUN_HERE;
  }
  try {
    const { load, namesSourceFile } = await import('./load.js');
    const argv = process.argv.slice(2);
    const cli = await load('src/cli/main.ts', { fromSources: namesSourceFile(argv) });
    return await cli.main(argv);
  } catch (error) {
    if (isMissingPackage(error)) {
      process.stderr.write(
        `lastref: a package is missing; run \`npm ci\` first (${/** @type {Error} */ (error).message})\n`,
      );
      return CANNOT_RUN_HERE;
    }
    process.stderr.write(`lastref: internal error\n${error instanceof Error ? error.stack : String(error)}\n`);
    return INTERNAL_ERROR;
  }
}

process.stdout.on('error', onOutputError);
process.exitCode = await run();
