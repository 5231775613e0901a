/**
 * Proofs: a schedule that the search found, run again on both machines from their first states, without anything that was
 * stored. Nothing is reported that does not differ at its last step again, or that differs before.
 */
import type { Description } from '../../modelling/model.ts';
import { retraceStep, type StepReport } from '../../trace/retrace.ts';
import type { Machine } from '../../world/machine.ts';
import { other, type SideIndex } from './choices.ts';
import { withoutAnswer } from './follower.ts';
import {
  type Answer,
  besidesAnswer,
  type Contrast,
  contrast,
  contrastOfStates,
  isSilent,
  type Observation,
  observationOf,
  type Shown,
} from './observation.ts';
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
      const wasIdle = t < 0 || machine.idle(t);
      const taken = t < 0 ? undefined : retraceStep(machine, t);
      if (taken === undefined || taken.report < 0) {
        cells.revert();
        steps.push(undefined);
        observations.push(undefined);
      } else {
        const { report, step } = taken;
        observations.push(observationOf(machine, t, report, step.happenings, wasIdle));
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

type Runs = readonly [a: Watched, b: Watched];

/** In lockstep both sides show the same in every row before the last, unless one does alone what nobody sees. */
function agreeInLockstep([a, b]: Runs, rows: readonly Row[]): boolean {
  return rows.slice(0, -1).every((_, i) => {
    const [ofA, ofB] = [a.observations[i], b.observations[i]];
    const alone = ofA ?? ofB;
    const same =
      ofA === undefined || ofB === undefined ? alone === undefined || isSilent(alone) : text(ofA) === text(ofB);
    return same && text(a.shown[i]) === text(b.shown[i]);
  });
}

/** What an actor's commands returned before a row. */
function answersOf({ steps, observations }: Watched, actor: string | undefined, before: number): readonly string[] {
  const returned: string[] = [];
  let answer = '';
  observations.slice(0, before).forEach((each, i) => {
    if (each === undefined || steps[i]?.actor !== actor) return;
    const { op, errno, values } = each;
    if (each.ends) answer = text({ op, errno, values });
    if (each.returns) returned.push(answer);
  });
  return returned;
}

/** What is seen besides answers before a row, in order. */
const besidesOf = ({ observations }: Watched, before: number): readonly string[] =>
  observations.slice(0, before).flatMap((each) => {
    const seen = each && besidesAnswer(each);
    return seen === undefined ? [] : [text(seen)];
  });

const startsWith = (all: readonly string[], first: readonly string[]): boolean =>
  first.every((each, i) => all[i] === each);

/** Where one side follows, its calls return the same until the last step of the other, and in each gap both look alike. */
function agreeWhileFollowed(runs: Runs, rows: readonly Row[], only: SideIndex, end: number): boolean {
  const [own, others] = [runs[only], runs[other(only)]];
  const actors = new Set(own.steps.map((step) => step?.actor));
  const returned = [...actors].every((actor) =>
    startsWith(answersOf(others, actor, rows.length), answersOf(own, actor, end)),
  );
  if (!returned || !startsWith(besidesOf(others, rows.length), besidesOf(own, end))) return false;
  let alike = true;
  for (let i = 0; i < end; i++) {
    const moves = (rows[i] as Row)[only] >= 0;
    if (moves && !alike) return false;
    alike = text(own.shown[i]) === text(others.shown[i]) || (!moves && alike);
  }
  return alike;
}

const returning = (shown: Observation, answer: string): Observation => ({
  ...shown,
  ...(JSON.parse(answer) as Answer),
  ends: true,
  returns: true,
});

/** What the side that runs shows in its last step, with what a command returns that returns in it. */
function lastOf(run: Watched, end: number): Observation | undefined {
  const own = run.observations[end];
  const answer = answersOf(run, run.steps[end]?.actor, end + 1).at(-1);
  return own?.returns && answer !== undefined ? returning(own, answer) : own;
}

/** What the side that follows shows instead of the last step of the other. */
function insteadOf(
  own: Observation,
  runs: Runs,
  only: SideIndex,
  end: number,
  kind: Contrast['kind'],
): Observation | undefined {
  const others = runs[other(only)];
  if (kind === 'enabled') return undefined;
  if (kind === 'law' || kind === 'records') {
    const { records = [], laws = [] } = others.observations[end] ?? {};
    return { ...own, records, laws };
  }
  const actor = runs[only].steps[end]?.actor;
  const rank = answersOf(runs[only], actor, end).length;
  const answer = answersOf(others, actor, others.observations.length)[rank];
  return answer === undefined ? withoutAnswer(own) : returning(own, answer);
}

/** The difference that the runs show at their end. */
function shownBy(
  runs: Runs,
  rows: readonly Row[],
  finding: Pick<Finding, 'only' | 'contrast'>,
  end: number,
): Contrast | undefined {
  const { only, contrast: claimed } = finding;
  const last = rows.length - 1;
  const states = contrastOfStates(
    runs[0].shown[only === 0 ? end : last] as Shown,
    runs[1].shown[only === 1 ? end : last] as Shown,
  );
  if (claimed.kind === 'shows') return states;
  if (only === undefined) return contrast(runs[0].observations[last], runs[1].observations[last]);
  const own = lastOf(runs[only], end);
  if (own === undefined) return undefined;
  const instead = insteadOf(own, runs, only, end, claimed.kind);
  return only === 0 ? contrast(own, instead) : contrast(instead, own);
}

/** The row at which the sides part: the last in which the side that is followed by the other takes a step. */
export const partingRow = (rows: readonly Row[], only: SideIndex | undefined): number =>
  only === undefined ? rows.length - 1 : rows.findLastIndex((row) => row[only] >= 0);

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
  const { only } = finding;
  const end = partingRow(rows, only);
  const agree = only === undefined ? agreeInLockstep(runs, rows) : agreeWhileFollowed(runs, rows, only, end);
  if (!agree || text(shownBy(runs, rows, finding, end)) !== text(finding.contrast))
    throw new Error(`LR921 the difference "${finding.signature}" is not there when its schedule is run again`);
  return runs;
}
