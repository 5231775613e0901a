/**
 * Retracing: a path of transition numbers, run again from the initial state with watching on. It is the proof of a
 * counterexample, and the source of everything a report says about it.
 */
import type { Description } from '../modelling/model.ts';
import type { Happening } from '../modelling/world.ts';
import type { Machine } from '../world/machine.ts';
import type { BoundItem } from '../world/runner.ts';

export interface StepReport {
  /** Counted from 1. */
  readonly number: number;
  /** Transition of the machine. */
  readonly transition: number;
  readonly actor: string;
  /** Operation of the vocabulary, or the name of a deferred work. */
  readonly op: string;
  /** Arguments as the scenario wrote them; undefined for deferred work and for a continued command. */
  readonly args: Readonly<Record<string, unknown>> | undefined;
  /** Name that the step gives to what it makes. */
  readonly as: string | undefined;
  /** Name of the atomic step, at grain `lock`. */
  readonly stepName: string;
  /** `ok`, an errno, `…` (the command goes on), or `` for deferred work. */
  readonly result: string;
  readonly values: Readonly<Record<string, unknown>> | undefined;
  readonly happenings: readonly Happening[];
  readonly before: Description;
  readonly after: Description;
}

export interface Retraced {
  readonly initial: Description;
  readonly steps: readonly StepReport[];
  /** The property or law that is broken at the end, and why; undefined if the path breaks nothing. */
  readonly broken: { readonly label: string; readonly why: string } | undefined;
}

/** Runs the path again. `label` is what is expected to be broken at its end. */
export function retrace(
  machine: Machine,
  path: readonly number[],
  label: string,
  describe: (k: never) => Description,
): Retraced {
  return machine.withoutStoring(() => {
    const { cells, k } = machine.parts;
    cells.load(machine.initial, 0);
    const initial = describe(k as never);
    const steps: StepReport[] = [];
    let report = 0;
    for (const transition of path) {
      const before = describe(k as never);
      const { report: found, step } = retraceStep(machine, transition);
      report = found;
      steps.push({ ...step, number: steps.length + 1, transition, before, after: describe(k as never) });
      cells.commit();
    }
    const said = machine.reports[report - 1]?.find((found) => found.label === label);
    const broken = said === undefined ? brokenState(machine, label) : { label, why: said.why };
    return { initial, steps, broken };
  });
}

function brokenState(machine: Machine, label: string): Retraced['broken'] {
  const index = machine.parts.properties.findIndex(({ input }) => input.label === label);
  if (index < 0 || machine.parts.properties[index]?.kind === 'step') return undefined;
  const why = machine.evaluate(index);
  return why === true ? undefined : { label, why };
}

/** What a report needs of one step, except its number and the descriptions around it. */
type BareStep = Omit<StepReport, 'number' | 'transition' | 'before' | 'after'>;

/** Runs one transition on the state in the cells, watched. A report of -1 says that it is not enabled. */
export function retraceStep(machine: Machine, transition: number): { report: number; step: BareStep } {
  const { watcher, running } = machine.parts;
  const happenings: Happening[] = [];
  const item = itemOf(machine, transition);
  watcher.watch = (happening) => void happenings.push(happening);
  const report = machine.naturally(transition);
  watcher.watch = undefined;
  const work = machine.transitions[transition]?.kind === 'work';
  const started = item !== undefined && item.uses.command.stepNames[0] === running.stepName;
  const ended = machine.idle(transition);
  return {
    report,
    step: {
      actor: running.actor,
      op: running.op,
      args: started || (ended && machine.parts.grain !== 'lock') ? item?.input.args : undefined,
      as: item?.input.as,
      stepName: running.stepName,
      result: work ? '' : (running.errno ?? (ended ? 'ok' : '…')),
      values: running.values,
      happenings,
    },
  };
}

function itemOf(machine: Machine, transition: number): BoundItem | undefined {
  const { item, actor } = machine.transitions[transition] ?? {};
  return item ?? machine.parts.runners.find(({ parts }) => parts.name === actor)?.current();
}
