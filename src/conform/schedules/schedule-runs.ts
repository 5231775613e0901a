/** Scenarios on a kernel: their schedules are executed and compared, one trace after the other. */
import type { Scenario } from '../../scenario/scenario.ts';
import type { TraceSource } from '../../trace/parse.ts';
import type { ConformKernel } from '../protocol/line.ts';
import { conformTrace } from '../run-trace.ts';
import { share } from '../share.ts';
import { type Conformed, count, noTotals, type Rules, type Totals } from '../traces.ts';
import { type ScheduleOptions, schedulesOf } from './schedules.ts';

export interface ScheduleRun {
  readonly totals: Totals;
  /** Scenarios of which every schedule was run. */
  readonly whole: number;
  /** Scenarios of which a sample was run. */
  readonly sampled: number;
  /** Scenarios of which none can be run, by reason; they count as not runnable. */
  readonly obstacles: Readonly<Record<string, readonly string[]>>;
  /** What no schedule shows, by reason. */
  readonly left: Readonly<Record<string, readonly string[]>>;
}

type Named = Record<string, string[]>;

function note(into: Named, why: string, name: string): void {
  const names = into[why] ?? [];
  names.push(name);
  into[why] = names;
}

/** Runs schedules of every scenario. Throws KernelGone if a kernel or its agent is lost. */
export async function conformScenarios(
  kernels: readonly ConformKernel[],
  scenarios: readonly Scenario[],
  { model, semantics }: Rules,
  options: ScheduleOptions,
  each: (conformed: Conformed) => void,
): Promise<ScheduleRun> {
  const totals = noTotals();
  const obstacles: Named = {};
  const left: Named = {};
  let whole = 0;
  let sampled = 0;
  function* traces(): Generator<TraceSource> {
    for (const scenario of scenarios) {
      const schedules = schedulesOf(scenario, model, semantics.name, options);
      if (!schedules.ok) {
        totals.notRunnable++;
        for (const { code, message } of schedules.problems.slice(0, 1))
          note(obstacles, `${code} ${message}`, scenario.name);
        continue;
      }
      for (const why of schedules.value.left) note(left, why, scenario.name);
      if (schedules.value.all) whole++;
      else sampled++;
      yield* schedules.value.traces;
    }
  }
  await share(
    kernels,
    traces(),
    // What the model says is computed again while the kernel runs: with all that may be pending, and not at one grain.
    (kernel, source) => conformTrace(kernel, source, { model, semantics }),
    (source, verdict) => {
      count(totals, verdict);
      each({ source, verdict });
    },
  );
  return { totals, whole, sampled, obstacles, left };
}
