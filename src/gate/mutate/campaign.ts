/** What becomes of a mutant: it is run where it may matter, until a run shows a difference. */
import type { ModelDefinition } from '../../modelling/model.ts';
import type { Mutant } from './mutant.ts';
import { instrumentOf } from './mutator.ts';
import { type Difference, differenceOf, observe, tells } from './observe.ts';
import type { Recorded } from './recording.ts';

/**
 * - `killed`: some run shows a difference
 * - `survived`: none does
 * - `uncovered`: no run comes to a place where there could be a difference
 * - `bounded`: no run shows a difference, and one could not be finished
 */
export type Fate = 'killed' | 'survived' | 'uncovered' | 'bounded';

export interface Trial {
  readonly mutant: Mutant;
  readonly fate: Fate;
  /** The run that shows the difference, or that was not finished. */
  readonly by: { readonly run: Recorded; readonly difference: Difference } | undefined;
  /** Runs that were made. */
  readonly runs: readonly Recorded[];
}

/** States of a mutant's run before it is given up, as a multiple of the original's. */
const STATES_FACTOR = 4;
const STATES_LEAST = 20_000;
const SECONDS_MOST = 20;

const cheapestFirst = (one: Recorded, other: Recorded): number => one.before.states - other.before.states;

/** Runs the mutant where it may matter, the smallest run first, until one tells it from the original. */
export function tryMutant(mutant: Mutant, recorded: readonly Recorded[], model: ModelDefinition): Trial {
  const where = recorded.filter(({ matter }) => matter.has(mutant)).sort(cheapestFirst);
  const runs: Recorded[] = [];
  let unfinished: Trial['by'];
  for (const run of where) {
    runs.push(run);
    const { job, kind, before } = run;
    const maxStates = Math.max(STATES_LEAST, STATES_FACTOR * before.states);
    const after = observe(job, model, instrumentOf(mutant, kind), { maxStates, maxSeconds: SECONDS_MOST });
    const difference = differenceOf(before, after);
    if (tells(difference)) return { mutant, fate: 'killed', by: { run, difference }, runs };
    if (difference.bounds.length > 0) unfinished ??= { run, difference };
  }
  if (unfinished !== undefined) return { mutant, fate: 'bounded', by: unfinished, runs };
  return { mutant, fate: where.length === 0 ? 'uncovered' : 'survived', by: undefined, runs };
}
