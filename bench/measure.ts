/** Runs one engine in a process of its own, and takes what it used. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import process from 'node:process';

/** GNU time tells processor time and peak memory of any program; without it, only what the program says is known. */
const GNU_TIME = '/usr/bin/time';
const FORMAT = '@@ %e %U %S %M';
const TIMEOUT_MS = 30 * 60 * 1000;

export interface Measured {
  readonly output: string;
  readonly seconds: number;
  readonly cpuSeconds: number | null;
  readonly peakRssBytes: number | null;
}

/** A program that could not do what it should; the message says which and why. */
export class EngineError extends Error {}

export interface MeasureOptions {
  readonly cwd?: string;
  /** Exit codes that are no failure. */
  readonly accept?: readonly number[];
}

export function measure(command: string, args: readonly string[], options: MeasureOptions = {}): Measured {
  const { cwd, accept = [0] } = options;
  const timed = existsSync(GNU_TIME);
  const [file, all] = timed ? [GNU_TIME, ['-f', FORMAT, command, ...args]] : [command, [...args]];
  const started = performance.now();
  const { status, stdout, stderr, error } = spawnSync(file, all, {
    ...(cwd === undefined ? {} : { cwd }),
    encoding: 'utf8',
    env: process.env,
    maxBuffer: 1 << 28,
    timeout: TIMEOUT_MS,
  });
  const elapsed = (performance.now() - started) / 1000;
  if (error !== undefined) throw new EngineError(`${command}: ${error.message}`);
  if (status === null || !accept.includes(status))
    throw new EngineError(`${command} ${args.join(' ')}: exit ${status}: ${stderr.trim().slice(-400)}`);
  const usage = /@@ ([\d.]+) ([\d.]+) ([\d.]+) (\d+)/.exec(stderr);
  if (usage === null) return { output: stdout, seconds: elapsed, cpuSeconds: null, peakRssBytes: null };
  const [, seconds, user, system, kib] = usage.map(Number) as [number, number, number, number, number];
  return { output: stdout, seconds, cpuSeconds: user + system, peakRssBytes: kib * 1024 };
}

/** The last line of the output that is a JSON object, as the peers print it. */
export function lastJson(output: string): Readonly<Record<string, unknown>> {
  const line = output
    .trim()
    .split('\n')
    .filter((text) => text.startsWith('{'))
    .at(-1);
  if (line === undefined) throw new EngineError(`no JSON in the output: ${output.trim().slice(-200)}`);
  return JSON.parse(line) as Readonly<Record<string, unknown>>;
}

/** True if the shell finds the program. */
export const installed = (program: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;
