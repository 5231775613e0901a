/** The thread in which a gate runs a file of the user; bin/load.js is for the thread that the user started. */
import { workerData } from 'node:worker_threads';
import { register } from './register.js';

register();
const { work } = await import('../src/cli/collect-worker.ts');
await work(workerData);
