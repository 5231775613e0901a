/**
 * Proofs: a schedule that the search found, run again on both machines from their first states, without anything that was
 * stored. Nothing is reported that does not differ at its last step again, or that differs before.
 */
import type { Description } from '../../modelling/model.ts';
import { retraceStep, type StepReport } from '../../trace/retrace.ts';
import type { Machine } from '../../world/machine.ts';
import { other, type SideIndex } from './choices.ts';
import { contrast, contrastOfStates, isSilent, type Observation, observationOf, type Shown } from './observation.ts';
import type { Finding, Row } from './search.ts';
import type { Look } from './side.ts';

/** A property or law that a side breaks on the way, and at which row of the schedule, counted from 1; 0: at first. */
export interface Broken {
  readonly label: string;
  readonly row: number;
}

/** What one side does along a schedule. */
export interface Run {
  readonly initial: Description;
  /** One per row; undefined where the side stays, or where the choice is not enabled. */
  readonly steps: readonly (StepReport | undefined)[];
  readonly broken: readonly Broken[];
  /** Transitions that it takes, as `--choices` has them. */
  readonly choices: readonly number[];
}

interface Watched extends Run {
  readonly observations: readonly (Observation | undefined)[];
  readonly shown: readonly Shown[];
}

type Describe = (k: never) => Description;

/** Labels of the properties and laws that the last step or the present state breaks. */
function brokenNow(machine: Machine, report: number): string[] {
  const byStep = (machine.reports[report - 1] ?? []).flatMap(({ kind, label }) => (kind === 'bound' ? [] : label));
  const final = machine.isFinal();
  const byState = machine.stateProperties
    .filter(({ onlyFinal, index }) => (final || !onlyFinal) && machine.evaluate(index) !== true)
    .map(({ label }) => label);
  return [...byStep, ...byState];
}

function runAlong(machine: Machine, transitions: readonly number[], look: Look, describe: Describe): Watched {
  const { cells, k } = machine.parts;
  const seeNow = (): Shown => look?.(k as never) ?? {};
  return machine.withoutStoring(() => {
    cells.load(machine.initial, 0);
    const initial = describe(k as never);
    const broken = new Map(brokenNow(machine, 0).map((label) => [label, 0]));
    const steps: (StepReport | undefined)[] = [];
    const observations: (Observation | undefined)[] = [];
    const shown: Shown[] = [];
    const choices: number[] = [];
    for (const [i, t] of transitions.entries()) {
      const before = describe(k as never);
      const taken = t < 0 ? undefined : retraceStep(machine, t);
      if (taken === undefined || taken.report < 0) {
        cells.revert();
        steps.push(undefined);
        observations.push(undefined);
      } else {
        const { report, step } = taken;
        observations.push(observationOf(machine, t, report, step.happenings));
        steps.push({ ...step, number: i + 1, transition: t, before, after: describe(k as never) });
        for (const label of brokenNow(machine, report)) if (!broken.has(label)) broken.set(label, i + 1);
        choices.push(t);
        cells.commit();
      }
      shown.push(seeNow());
    }
    return {
      initial,
      steps,
      observations,
      shown,
      choices,
      broken: [...broken].map(([label, row]) => ({ label, row })),
    };
  });
}

const text = (value: unknown): string => JSON.stringify(value);

/** Up to the last row both sides show the same. */
function agreeBefore(
  runs: readonly [a: Watched, b: Watched],
  rows: readonly Row[],
  only: SideIndex | undefined,
): boolean {
  const [a, b] = runs;
  const last = rows.length - 1;
  const stepsAgree = rows.slice(0, last).every((_, i) => {
    const [ofA, ofB] = [a.observations[i], b.observations[i]];
    if (ofA !== undefined && ofB !== undefined) return text(ofA) === text(ofB) || (isSilent(ofA) && isSilent(ofB));
    const alone = ofA ?? ofB;
    return alone === undefined || isSilent(alone);
  });
  if (only === undefined)
    return stepsAgree && rows.slice(0, last).every((_, i) => text(a.shown[i]) === text(b.shown[i]));
  // The follower may move between two steps of the side that runs: at some moment of each gap they look alike.
  let agreed = true;
  for (let i = 0; i < last; i++) {
    const moves = (rows[i] as Row)[only] >= 0;
    if (moves && !agreed) return false;
    const alike = text(runs[only].shown[i]) === text(runs[other(only)].shown[i]);
    agreed = alike || (!moves && agreed);
  }
  return stepsAgree;
}

/** Runs the schedule on both sides. Throws (an internal error) where it does not show what was found. */
export function prove(
  machines: readonly [a: Machine, b: Machine],
  finding: Pick<Finding, 'contrast' | 'only' | 'signature'>,
  rows: readonly Row[],
  look: Look,
  describe: Describe,
): readonly [a: Run, b: Run] {
  const along = (side: SideIndex): Watched =>
    runAlong(
      machines[side],
      rows.map((row) => row[side]),
      look,
      describe,
    );
  const runs = [along(0), along(1)] as const;
  const last = rows.length - 1;
  const [a, b] = [runs[0].observations[last], runs[1].observations[last]];
  const alone = (rows[last] as Row).some((t) => t < 0) && isSilent((a ?? b) as Observation);
  const again =
    (alone ? undefined : contrast(a, b)) ??
    contrastOfStates(runs[0].shown[last] as Shown, runs[1].shown[last] as Shown);
  if (text(again) !== text(finding.contrast) || !agreeBefore(runs, rows, finding.only))
    throw new Error(`LR921 the difference "${finding.signature}" is not there when its schedule is run again`);
  return runs;
}
