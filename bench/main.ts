/** `npm run bench`: how fast the engine is, alone and beside its peers. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { contest, contestants, runOurs, verified } from './contest.ts';
import { runLastref } from './lastref-engine.ts';
import { EngineError } from './measure.ts';
import { HELP, type Options, parseOptions, UsageError } from './options.ts';
import { medianRun } from './run.ts';
import { CHECKED_SIZES, countsOf } from './sizes.ts';
import { suite } from './suite.ts';
import { table } from './table.ts';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const EXIT = { done: 0, failed: 1, usage: 2 } as const;

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const note = (text: string): void => void process.stderr.write(`${text}\n`);
const count = (n: number): string => n.toLocaleString('en');

/** States and transitions of every size that is quick, against the known ones. */
function checkCounts(options: Options): void {
  for (const size of CHECKED_SIZES) {
    const run = verified(runOurs(options, size, ROOT));
    const { states, transitions } = run;
    print(
      options.json
        ? JSON.stringify(run)
        : `${options.model}(${size}): ${count(states)} states, ${count(transitions)} transitions, as known`,
    );
  }
}

function runContest(options: Options): void {
  const { json, rounds, size } = options;
  mkdirSync(options.places.build, { recursive: true });
  const all = contestants(options, ROOT, note);
  const runs = contest(all, rounds, (run, round) => {
    if (json) print(JSON.stringify({ ...run, round }));
    else note(`round ${round}: ${run.engine} ${(run.transitionsPerSecond / 1e6).toFixed(3)} M transitions/s`);
  });
  const medians = [...runs.values()].map(medianRun);
  if (json) {
    for (const run of medians) print(JSON.stringify({ ...run, medianOf: rounds }));
    return;
  }
  const { states, transitions } = countsOf(size);
  print(
    `${options.model}(${size}): ${count(states)} states, ${count(transitions)} transitions; medians of ${rounds} interleaved rounds\n`,
  );
  print(table(medians));
}

function runSuite({ json, rounds, scenario }: Options): void {
  const medians = suite(ROOT, scenario, rounds, (run, round) => {
    if (json) print(JSON.stringify({ ...run, round }));
  });
  for (const run of medians)
    print(
      json
        ? JSON.stringify({ ...run, medianOf: rounds })
        : `${run.scenario}: ${run.seconds.toFixed(2)} s from start to exit (median of ${rounds}); ${run.runs} runs, ${count(run.states)} states, ${count(run.transitions)} transitions`,
    );
}

function run(options: Options): void {
  if (options.help) print(HELP);
  else if (options.model === 'suite') runSuite(options);
  else if (options.check) checkCounts(options);
  else if (options.here) print(JSON.stringify(runLastref(options.model, options.size)));
  else runContest(options);
}

export function main(argv: readonly string[]): number {
  try {
    run(parseOptions(argv, ROOT));
    return EXIT.done;
  } catch (error) {
    if (error instanceof UsageError) {
      note(`bench: ${error.message}; npm run bench -- --help lists what there is`);
      return EXIT.usage;
    }
    if (!(error instanceof EngineError)) throw error;
    note(`bench: ${error.message}`);
    return EXIT.failed;
  }
}
