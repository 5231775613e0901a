/** Many traces on one kernel: verdicts, and the table that sums them up. */
import type { ModelDefinition } from '../modelling/model.ts';
import type { Semantics } from '../modelling/semantics.ts';
import type { TraceFile } from '../trace/format.ts';
import type { TraceSource } from '../trace/parse.ts';
import { generatedTrace, sourceOfTrace } from './generate.ts';
import type { ConformKernel } from './line.ts';
import { conformTrace } from './run-trace.ts';
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
}

export const noTotals = (): Totals => ({ traces: 0, steps: 0, agree: 0, differ: 0, notRunnable: 0, several: 0 });

export function count(totals: Totals, verdict: TraceVerdict): void {
  totals.traces++;
  totals.steps += verdict.steps;
  if (verdict.kind === 'agree') {
    totals.agree++;
    totals.several += verdict.several;
  } else if (verdict.kind === 'differ') totals.differ++;
  else totals.notRunnable++;
}

export interface Rules {
  readonly model: ModelDefinition;
  readonly semantics: Semantics;
}

/** Runs trace files one after the other, each also against what it expects itself. */
export async function conformSources(
  kernel: ConformKernel,
  sources: readonly TraceSource[],
  rules: Rules,
  each: (conformed: Conformed) => void,
): Promise<Totals> {
  const totals = noTotals();
  for (const source of sources) {
    const verdict = await conformTrace(kernel, source, { ...rules, expectations: true });
    count(totals, verdict);
    each({ source, verdict });
  }
  return totals;
}

export interface Generation {
  /** How many steps at least. */
  readonly steps: number;
  readonly seed: string;
  readonly length: number;
  /** Traces that are shrunk and shown; the others are only counted. */
  readonly shown: number;
}

/** Runs generated traces, shared among several agents: one waits for its kernel while the model follows another. */
export async function conformGenerated(
  kernels: readonly ConformKernel[],
  { steps, seed, length, shown }: Generation,
  rules: Rules,
  found: (shrunk: Shrunk) => void,
  undecided: (trace: string, why: string) => void = () => undefined,
): Promise<Totals> {
  const totals = noTotals();
  let next = 0;
  let reported = 0;
  const work = async (kernel: ConformKernel): Promise<void> => {
    while (totals.steps < steps) {
      const trace = generatedTrace(seed, next++, length);
      const verdict = await conformTrace(kernel, sourceOfTrace(trace), rules);
      count(totals, verdict);
      if (verdict.kind === 'not-runnable') undecided(trace.id, verdict.why);
      if (verdict.kind !== 'differ' || reported >= shown) continue;
      reported++;
      found(await shrink(trace, verdict.parting, (candidate) => attempt(kernel, candidate, rules)));
    }
  };
  await Promise.all(kernels.map(work));
  return totals;
}

async function attempt(kernel: ConformKernel, trace: TraceFile, rules: Rules): Promise<Parting | undefined> {
  const verdict = await conformTrace(kernel, sourceOfTrace(trace), rules);
  return verdict.kind === 'differ' ? verdict.parting : undefined;
}
