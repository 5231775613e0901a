/**
 * Schedules of a scenario at grain `command`, as traces: all of them if there are few, else a seeded sample. A schedule
 * goes on until nobody can take a step; its beginnings are schedules too, and every step of it is looked at.
 */
import seedrandom from 'seedrandom';
import type { ModelDefinition } from '../../modelling/model.ts';
import { failure, problemAt, type Result, success } from '../../scenario/problem.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { NOBODY } from '../../trace/check.ts';
import type { TraceStep } from '../../trace/format.ts';
import type { TraceSource } from '../../trace/parse.ts';
import { answered } from './answered.ts';
import { DEATH, type ScenarioTracer, scenarioTracer } from './scenario-trace.ts';

export interface ScheduleOptions {
  /** All schedules, if there are at most so many. */
  readonly most: number;
  /** How many otherwise. */
  readonly sample: number;
  readonly seed: string;
}

export const SCHEDULES: ScheduleOptions = { most: 200, sample: 50, seed: '1' };

export interface Schedules {
  readonly traces: readonly TraceSource[];
  /** Every schedule is among the traces. */
  readonly all: boolean;
  /** What of the scenario no trace shows, and why. */
  readonly left: readonly string[];
}

/** Steps of one schedule; a menu without a limit would go on for ever. */
const STEPS_MAX = 60;

interface Branch {
  readonly t: number;
  readonly step: TraceStep;
  readonly state: Int32Array;
}

class Scheduler {
  private readonly tracer: ScenarioTracer;
  cut = false;

  constructor(tracer: ScenarioTracer) {
    this.tracer = tracer;
  }

  get initial(): Int32Array {
    return this.tracer.machine.initial.slice();
  }

  /** What can come next. */
  branches(state: Int32Array): readonly Branch[] {
    const { machine } = this.tracer;
    const { cells } = machine.parts;
    return machine.withoutStoring(() => {
      cells.load(state, 0);
      const { dying } = this.tracer;
      const candidates = dying === undefined ? machine.transitions.map((_, t) => t) : [dying];
      return candidates.flatMap((t) => {
        cells.load(state, 0);
        const step = this.tracer.take(t);
        return step === undefined ? [] : [{ t, step, state: cells.now.slice(0, machine.words) }];
      });
    });
  }

  /** Every schedule; undefined if there are more than `most`. */
  all(most: number): readonly (readonly TraceStep[])[] | undefined {
    const found: (readonly TraceStep[])[] = [];
    const path: TraceStep[] = [];
    const visit = (state: Int32Array): boolean => {
      const next = path.length < STEPS_MAX ? this.branches(state) : this.stop();
      if (next.length === 0) {
        found.push([...path]);
        return found.length <= most;
      }
      return next.every(({ step, state: after }) => {
        path.push(step);
        const goesOn = visit(after);
        path.pop();
        return goesOn;
      });
    };
    return visit(this.initial) ? found : undefined;
  }

  private stop(): readonly Branch[] {
    this.cut = true;
    return [];
  }

  /** One schedule by chance. */
  one(random: () => number): readonly TraceStep[] {
    const path: TraceStep[] = [];
    let state = this.initial;
    for (;;) {
      const next = path.length < STEPS_MAX ? this.branches(state) : this.stop();
      const branch = next[Math.floor(random() * next.length)];
      if (branch === undefined) return path;
      path.push(branch.step);
      state = branch.state;
    }
  }
}

/** What the scenario has beyond grain `command`. */
function leftOut({ grain, faults }: Scenario, cut: boolean): readonly string[] {
  return [
    ...(grain === 'lock'
      ? ['steps inside commands: nobody can order them from outside (grain lock); see --stress']
      : []),
    ...(faults.allocation > 0 ? ['allocations that fail: no kernel fails them on request'] : []),
    ...(cut ? [`steps after the first ${STEPS_MAX}: a menu has no limit`] : []),
  ];
}

/** Throws nothing: problems are those of binding, and LR422 where no schedule can run on a kernel. */
export function schedulesOf(
  scenario: Scenario,
  model: ModelDefinition,
  semantics: string,
  { most, sample, seed }: ScheduleOptions = SCHEDULES,
): Result<Schedules> {
  const tracer = scenarioTracer(scenario, model, semantics);
  if (!tracer.ok) return tracer;
  const { obstacle } = tracer.value;
  if (obstacle !== undefined) return failure([problemAt('LR422', obstacle, scenario.where.objects)]);
  const scheduler = new Scheduler(tracer.value);
  const all = scheduler.all(most);
  const random = seedrandom(`${seed} ${scenario.name}`);
  const distinct = new Map<string, readonly TraceStep[]>();
  for (let i = 0; all === undefined && i < sample; i++) {
    const path = scheduler.one(random);
    distinct.set(JSON.stringify(path), path);
  }
  const paths = all ?? [...distinct.values()];
  // When exactly a process dies that was killed is the kernel's choice: any moment is right.
  const traces = paths.map((steps, i) =>
    tracer.value.trace(
      `${scenario.name}-${i + 1}`,
      steps.filter((step) => step !== DEATH),
    ),
  );
  return success({ traces, all: all !== undefined, left: leftOut(scenario, scheduler.cut) });
}

/** Steps that only look. */
const READS = /^(?:fire|query|list_ids|map_lookup|.*_info|.*_query|.*_get_fd_by_id)$/;

/** Steps that leave work to the kernel. */
const DEFERS = /^(?:rmdir|exit|kill|unlink|rename|umount_bpffs|netdev_delete|netns_delete)$/;
/** In what was removed already, the last close leaves work as well. */
const REMOVES = /^(?:rmdir|umount_bpffs|netns_delete)$/;
/**
 * A map that is looked up while it goes is not only kept for a moment: the last close of a prog_array takes a reference for
 * a work item, and one that is pending already never puts it (prog_array_map_clear; seen on 6.18.44).
 */
const MAP_BY_ID = 'map_get_fd_by_id';
const PAUSE: TraceStep = { actor: NOBODY, op: 'sleep', args: { ms: 50 }, expect: {} };

/**
 * At grain `command` deferred work is done at once; a kernel takes its time. What is seen may lag, and what changes
 * something waits until the kernel is that far.
 */
export function patiently(steps: readonly TraceStep[]): readonly TraceStep[] {
  return steps.flatMap((step, i) => {
    if (READS.test(step.op)) {
      const patient = { ...step, expect: { ...step.expect, eventually: true } };
      return step.op === MAP_BY_ID && step.expect['errno'] === 'ENOENT' ? [PAUSE, patient] : [patient];
    }
    const next = steps[i + 1]?.op;
    const defers =
      DEFERS.test(step.op) || (step.op === 'close' && steps.slice(0, i).some(({ op }) => REMOVES.test(op)));
    const waits = defers && next !== undefined && next !== PAUSE.op && !READS.test(next);
    return waits ? [step, PAUSE] : [step];
  });
}

const FAULT = 'lets an allocation fail, and no kernel fails one on request';

/** In a cgroup whose other places are taken, a query shows more than the scenario says: the model says what. */
function filled(source: TraceSource, scenario: Scenario, model: ModelDefinition, name: string): Result<TraceSource> {
  const semantics = model.semantics[name];
  if (scenario.limits['entries'] === undefined || semantics === undefined) return success(source);
  const told = answered(source, model, semantics);
  return typeof told === 'string' ? failure([problemAt('LR422', told, scenario.where.objects)]) : success(told);
}

/** The trace of one path of choices, as a counterexample at grain `command` prints them. */
export function traceOfChoices(
  scenario: Scenario,
  model: ModelDefinition,
  semantics: string,
  choices: readonly number[],
): Result<TraceSource> {
  const tracer = scenarioTracer(scenario, model, semantics);
  if (!tracer.ok) return tracer;
  const { machine } = tracer.value;
  const { obstacle } = tracer.value;
  if (obstacle !== undefined) return failure([problemAt('LR422', obstacle, scenario.where.objects)]);
  const { cells } = machine.parts;
  return machine.withoutStoring(() => {
    const steps: TraceStep[] = [];
    cells.load(machine.initial, 0);
    for (const [i, t] of choices.entries()) {
      if (machine.transitions[t]?.kind === 'fault')
        return failure([problemAt('LR422', `choice ${i + 1} of ${choices.length} ${FAULT}`, scenario.where.objects)]);
      const step = tracer.value.take(t);
      if (step === undefined)
        return failure([
          problemAt(
            'LR122',
            `choice ${i + 1} of ${choices.length}: transition ${t} is not enabled there`,
            scenario.where.objects,
          ),
        ]);
      steps.push(step);
      cells.commit();
    }
    return filled(tracer.value.trace(scenario.name, patiently(steps)), scenario, model, semantics);
  });
}
