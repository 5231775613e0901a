/** `npm run bench`: the benchmark through the same loader as the command, so that what is timed is what users run. */
import process from 'node:process';
import { load } from '../bin/load.js';

const bench = await load('bench/main.ts');
process.exitCode = await bench.main(process.argv.slice(2));
