/** Many traces on one kernel: verdicts, and the table that sums them up. */
import type { ModelDefinition } from '../modelling/model.ts';
import type { Semantics } from '../modelling/semantics.ts';
import type { TraceFile } from '../trace/format.ts';
import type { TraceSource } from '../trace/parse.ts';
import { type Family, generatedTrace, sourceOfTrace } from './generate/generate.ts';
import type { ConformKernel } from './protocol/line.ts';
import { conformTrace } from './run-trace.ts';
import { share } from './share.ts';
import { type Shrunk, shrink } from './shrink.ts';
import type { Parting, TraceVerdict } from './verdict.ts';

export interface Conformed {
  readonly source: TraceSource;
  readonly verdict: TraceVerdict;
}

export interface Totals {
  traces: number;
  steps: number;
  agree: number;
  differ: number;
  notRunnable: number;
  /** Steps in which the model allows several results and the kernel showed one of them. */
  several: number;
  /** Traces that agree, and whose own expectations, of another kernel, are not met. */
  otherwise: number;
}

export const noTotals = (): Totals => ({
  traces: 0,
  steps: 0,
  agree: 0,
  differ: 0,
  notRunnable: 0,
  several: 0,
  otherwise: 0,
});

export function count(totals: Totals, verdict: TraceVerdict): void {
  totals.traces++;
  totals.steps += verdict.steps;
  if (verdict.kind === 'agree') {
    totals.agree++;
    totals.several += verdict.several;
    if (verdict.missed !== undefined) totals.otherwise++;
  } else if (verdict.kind === 'differ') totals.differ++;
  else totals.notRunnable++;
}

export interface Rules {
  readonly model: ModelDefinition;
  readonly semantics: Semantics;
}

/** Does the name that a file has for a kernel mean this release? `6.18.44` means any build of it. */
const isRelease = (written: string, release: string): boolean =>
  written === release || (release.startsWith(written) && /^[^\d.]/.test(release.slice(written.length)));

/** What a file expects is a fact about the kernel it was recorded on; a file without a record speaks of any kernel. */
export function expectationsOf({ kernel, liveKernel }: TraceFile, release: string): 'binding' | 'information' {
  const recorded = kernel ?? liveKernel;
  return recorded === undefined || isRelease(recorded, release) ? 'binding' : 'information';
}

/** Runs trace files, each also against what it expects itself. */
export async function conformSources(
  kernels: readonly ConformKernel[],
  sources: readonly TraceSource[],
  rules: Rules,
  each: (conformed: Conformed) => void,
): Promise<Totals> {
  const totals = noTotals();
  await share(
    kernels,
    sources,
    (kernel, source) =>
      conformTrace(kernel, source, { ...rules, expectations: expectationsOf(source.trace, kernel.release) }),
    (source, verdict) => {
      count(totals, verdict);
      each({ source, verdict });
    },
  );
  return totals;
}

export interface Generation {
  /** How many steps at least. */
  readonly steps: number;
  readonly seed: string;
  readonly length: number;
  /** Whose traces are generated, in turn. */
  readonly families?: readonly Family[] | undefined;
  /** Traces that are shrunk and shown; the others are only counted. */
  readonly shown: number;
}

/** Runs generated traces. */
export async function conformGenerated(
  kernels: readonly ConformKernel[],
  { steps, seed, length, families, shown }: Generation,
  rules: Rules,
  found: (shrunk: Shrunk) => void,
  undecided: (trace: string, why: string) => void = () => undefined,
): Promise<Totals> {
  const totals = noTotals();
  const shrunk: Shrunk[] = [];
  let differing = 0;
  await share(
    kernels,
    generatedTraces({ seed, steps, length, families }),
    async (kernel, trace) => {
      const verdict = await conformTrace(kernel, sourceOfTrace(trace), rules);
      if (verdict.kind === 'differ' && differing++ < shown)
        shrunk.push(await shrink(trace, verdict.parting, (candidate) => attempt(kernel, candidate, rules)));
      return verdict;
    },
    (trace, verdict) => {
      count(totals, verdict);
      if (verdict.kind === 'not-runnable') undecided(trace.id, verdict.why);
    },
  );
  shrunk.forEach(found);
  return totals;
}

/** Traces with so many steps in all, or a few more: which ones depends on nothing but the seed. */
function* generatedTraces({ seed, steps, length, families }: Omit<Generation, 'shown'>): Generator<TraceFile> {
  for (let number = 0, sum = 0; sum < steps; number++) {
    const trace = generatedTrace(seed, number, length, families);
    sum += trace.steps.length;
    yield trace;
  }
}

async function attempt(kernel: ConformKernel, trace: TraceFile, rules: Rules): Promise<Parting | undefined> {
  const verdict = await conformTrace(kernel, sourceOfTrace(trace), rules);
  return verdict.kind === 'differ' ? verdict.parting : undefined;
}
