/** Fewer steps that still show the same difference: steps are left out, large parts first. */
import type { TraceFile, TraceStep } from '../trace/format.ts';
import type { Parting } from './verdict.ts';

/** Runs a candidate; the difference it shows, if any. */
export type Try = (trace: TraceFile) => Promise<Parting | undefined>;

/** Candidates that are run at most: a difference may come and go. */
const TRIES_MAX = 400;

export interface Shrunk {
  readonly trace: TraceFile;
  readonly parting: Parting;
}

/** Same kind of difference in the same operation, and not merely the consequence of what was left out. */
const alike = (a: TraceFile, p: Parting, b: TraceFile, q: Parting): boolean =>
  p.about === q.about && a.steps[p.index]?.op === b.steps[q.index]?.op;

/** Nothing after the parting matters. */
const cut = ({ trace, parting }: Shrunk): TraceFile => ({ ...trace, steps: trace.steps.slice(0, parting.index + 1) });

export async function shrink(trace: TraceFile, parting: Parting, attempt: Try): Promise<Shrunk> {
  let best: Shrunk = { trace, parting };
  let tries = 0;
  const adopt = async (steps: readonly TraceStep[]): Promise<boolean> => {
    if (steps.length === 0 || ++tries > TRIES_MAX) return false;
    const candidate = { ...trace, steps };
    const found = await attempt(candidate);
    if (found === undefined || !alike(best.trace, best.parting, candidate, found)) return false;
    best = { trace: candidate, parting: found };
    return true;
  };
  await adopt(cut(best).steps);
  for (let size = Math.ceil(best.trace.steps.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < best.trace.steps.length; ) {
      const steps = best.trace.steps.filter((_, index) => index < at || index >= at + size);
      if (!(await adopt(steps))) at += size;
    }
  }
  return best;
}
