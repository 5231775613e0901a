/**
 * Strict replay: the schedule is the order of the steps, and every step must return what the trace says.
 *
 * Between two steps pending kernel work may have run or not, so a set of possible states is carried along; a step keeps
 * those states in which the model answers as expected. What cannot be decided is never success.
 */
import type { ModelDefinition } from '../modelling/model.ts';
import type { Semantics } from '../modelling/semantics.ts';
import { bind } from '../world/bind.ts';
import { InputError } from '../world/input.ts';
import { BoundSignal, LawSignal } from '../world/signals.ts';
import { SLEEP } from './check.ts';
import { alternativesOf, type Comparison, compare, sameJson } from './compare.ts';
import { OwnMoves } from './footprint.ts';
import type { Expectation, RecordedState, TraceStep } from './format.ts';
import type { TraceSource } from './parse.ts';
import type { FailedStep, ReplayFailure, ReplayResult } from './replay-result.ts';
import { NeedsFamily, traceWorld } from './to-world.ts';
import { type Taken, Walk } from './walk.ts';

export interface ReplayOptions {
  readonly model: ModelDefinition;
  readonly semantics: Semantics;
  /** Compare also what the live kernel answered beyond the expectation. */
  readonly live?: boolean;
}

interface Judged extends Taken {
  /** One for each alternative of the expectation. */
  readonly comparisons: readonly Comparison[];
}

const agrees = ({ differences }: Comparison): boolean => differences.length === 0;

/** What the step must return, with the live kernel's further answers if they are asked for. */
function expectationOf(step: TraceStep, live: boolean): Expectation {
  if (!live || step.live === undefined) return step.expect;
  const { error, ...rest } = step.expect;
  const stated = error === true && step.live['errno'] === undefined ? { error } : {};
  return { ...rest, ...stated, ...step.live };
}

class Replayer {
  private readonly source: TraceSource;
  private readonly options: ReplayOptions;
  private readonly walk: Walk;
  private comparisons = 0;

  constructor(source: TraceSource, options: ReplayOptions) {
    this.source = source;
    this.options = options;
    this.walk = new Walk(new OwnMoves(bind(traceWorld(source, options.model, options.semantics))));
  }

  run(): ReplayResult {
    const { steps } = this.source.trace;
    for (const [index, step] of steps.entries()) {
      const failure = located(this.source, index, () => this.step(step, index));
      if (failure !== undefined) return failure;
    }
    return { ok: true, steps: steps.length, comparisons: this.comparisons, statesCarried: this.walk.carried };
  }

  private step(step: TraceStep, index: number): ReplayFailure | undefined {
    this.walk.begin();
    if (step.op === SLEEP || step.expect['eventually'] === true) this.walk.rest();
    if (step.op === SLEEP) return undefined;
    const taken = this.walk.take(step);
    const failed = failedStep(this.source, index);
    if (taken.length === 0) {
      const message = `${step.actor} cannot do this now: it does not exist yet, has ended, or waits for what never comes`;
      return { ok: false, kind: 'disabled', step: failed, message };
    }
    return (
      this.judge(step, failed, taken) ?? (step.state === undefined ? undefined : this.compareState(step.state, failed))
    );
  }

  private judge(step: TraceStep, failed: FailedStep, taken: readonly Taken[]): ReplayFailure | undefined {
    const expected = expectationOf(step, this.options.live === true);
    const alternatives = alternativesOf(expected);
    const judged = taken.map(
      (one): Judged => ({ ...one, comparisons: alternatives.map((of) => compare(of, one.answer)) }),
    );
    const missing = alternatives.findIndex(
      (_, a) => !judged.some(({ comparisons }) => agrees(comparisons[a] as Comparison)),
    );
    if (missing >= 0)
      return difference(failed, expected, judged, alternatives.length > 1 ? alternatives[missing] : undefined);
    const kept = judged.filter(({ comparisons }) => comparisons.some(agrees));
    this.comparisons += kept[0]?.comparisons.find(agrees)?.compared ?? 0;
    this.walk.keep(kept.map(({ after }) => after));
    return undefined;
  }

  private compareState(expected: RecordedState, failed: FailedStep): ReplayFailure | undefined {
    const { k } = this.walk.machine.parts;
    const show = this.options.model.recordedState;
    if (show === undefined)
      throw new InputError(
        'LR314',
        `the model "${this.options.model.name}" does not show its state as recorded traces do`,
      );
    const looks = this.walk.look(() => show(k as never));
    const kept = looks.filter(({ shown }) => sameJson(normal(expected), normal(shown)));
    if (kept.length === 0)
      return {
        ok: false,
        kind: 'state',
        step: failed,
        expected,
        states: distinctJson(looks.map(({ shown }) => shown)),
      };
    this.comparisons++;
    this.walk.keep(kept.map(({ state }) => state));
    return undefined;
  }
}

/** `mode` is a set of flags. */
function normal(state: unknown): unknown {
  const { cgroups, links } = state as RecordedState;
  const unordered = Object.entries(cgroups).map(([name, shown]) => [
    name,
    'mode' in shown ? { ...shown, mode: [...shown.mode].sort() } : shown,
  ]);
  return { cgroups: Object.fromEntries(unordered), links };
}

function difference(
  step: FailedStep,
  expected: Expectation,
  judged: readonly Judged[],
  missing: Expectation | undefined,
): ReplayFailure {
  const answers = new Map(judged.map((one) => [JSON.stringify(one.answer), one]));
  const nearest = (comparisons: readonly Comparison[]) =>
    comparisons.map(({ differences }) => differences).sort((a, b) => a.length - b.length)[0] ?? [];
  const distinctAnswers = [...answers.values()];
  return {
    ok: false,
    kind: 'difference',
    step,
    expected,
    answers: distinctAnswers.map(({ answer }) => answer),
    differences: distinctAnswers.map(({ comparisons }) => nearest(comparisons)),
    missing,
  };
}

const distinctJson = (values: readonly unknown[]): readonly unknown[] => [
  ...new Map(values.map((value) => [JSON.stringify(value), value])).values(),
];

function failedStep(source: TraceSource, index: number): FailedStep {
  const { actor, op } = source.trace.steps[index] as TraceStep;
  return { index, actor, op, where: source.steps[index] ?? { file: source.file } };
}

/** A law or a bound of the model that ended its start, where no transition is there to report it. */
function modelStopped(thrown: unknown): InputError | undefined {
  if (thrown instanceof LawSignal) return new InputError('LR313', `the model stops (${thrown.law}): ${thrown.why}`);
  if (thrown instanceof BoundSignal) return new InputError('LR313', `the model stops (bound): ${thrown.what}`);
  return undefined;
}

/** Runs a part of the replay; input errors become problems with a position. */
function located<T>(source: TraceSource, index: number | undefined, run: () => T): T | ReplayFailure {
  try {
    return run();
  } catch (thrown) {
    const error = modelStopped(thrown) ?? thrown;
    if (!(error instanceof InputError)) throw error;
    const at = index ?? (error.where === undefined ? -1 : source.steps.indexOf(error.where));
    const step = at < 0 ? undefined : failedStep(source, at);
    const where = error.where ?? step?.where ?? { file: source.file };
    const { code, message, hint } = error;
    if (error instanceof NeedsFamily)
      return { ok: false, kind: 'needs', step, problem: { code, message, where, hint, family: error.family } };
    return { ok: false, kind: 'problem', step, problem: { code, message, where, hint } };
  }
}

/** Replays a trace on a model. */
export function replay(source: TraceSource, options: ReplayOptions): ReplayResult {
  const replayer = located(source, undefined, () => new Replayer(source, options));
  if (!(replayer instanceof Replayer)) return replayer;
  return replayer.run();
}
