/** Our engine and its peers on LinkLife: interleaved rounds, each run in a process of its own, counts compared. */
import { join } from 'node:path';
import process from 'node:process';
import { EngineError, lastJson, measure } from './measure.ts';
import type { Options } from './options.ts';
import { PEERS, type Places, runPeer } from './peers.ts';
import type { Run } from './run.ts';
import { countsOf, SMALLEST } from './sizes.ts';

export const OURS = 'lastref';

/** An engine that takes part, and the size it can do. */
export interface Contestant {
  readonly engine: string;
  readonly size: string;
  readonly run: () => Run;
}

/** A run in a fresh process, which starts as the command does. */
export function runOurs({ model }: Options, size: string, root: string): Run {
  const args = [join(root, 'scripts/bench.mjs'), '--here', '--model', model, '--size', size];
  const { output } = measure(process.execPath, args);
  return lastJson(output) as unknown as Run;
}

/** The run, if its counts are right. */
export function verified(run: Run): Run {
  const { states, transitions } = countsOf(run.size);
  if (run.states !== states || run.transitions !== transitions)
    throw new EngineError(
      `${run.engine} finds ${run.states} states and ${run.transitions} transitions of LinkLife(${run.size}), not ${states} and ${transitions}`,
    );
  return run;
}

/** The size that a peer does instead of one that would take it hours. */
function sizeFor(engine: string, size: string): string {
  const largest = PEERS[engine]?.largest;
  return largest !== undefined && countsOf(size).states > countsOf(largest).states ? largest : size;
}

function peerContestant(engine: string, size: string, places: Places): Contestant {
  const idle = verified(runPeer(engine, SMALLEST, places, null)).peakRssBytes;
  return { engine, size, run: () => verified(runPeer(engine, size, places, idle)) };
}

/** Who takes part. What keeps a peer away, or makes it run another size, is told. */
export function contestants(options: Options, root: string, tell: (text: string) => void): Contestant[] {
  const { peers, size, places } = options;
  const all: Contestant[] = [{ engine: OURS, size, run: () => verified(runOurs(options, size, root)) }];
  for (const engine of peers) {
    const missing = PEERS[engine]?.missing(places);
    if (missing !== undefined) {
      tell(`${engine}: left out: ${missing}`);
      continue;
    }
    const own = sizeFor(engine, size);
    if (own !== size) tell(`${engine}: skips ${size}, which would take it hours; it runs ${own} for its rate`);
    all.push(peerContestant(engine, own, places));
  }
  return all;
}

/** Round after round, every engine once. */
export function contest(
  all: readonly Contestant[],
  rounds: number,
  onRun: (run: Run, round: number) => void,
): Map<string, Run[]> {
  const runs = new Map<string, Run[]>(all.map(({ engine }) => [engine, []]));
  for (let round = 1; round <= rounds; round++)
    for (const { engine, run } of all) {
      const result = run();
      runs.get(engine)?.push(result);
      onRun(result, round);
    }
  return runs;
}
