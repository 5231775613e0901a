/** What a replay found: agreement in every step, or the first thing that is not as the trace says. */
import type { Position } from '../world/input.ts';
import type { Answer, Difference } from './compare.ts';
import type { Expectation, RecordedState } from './format.ts';
import type { TraceProblem } from './problem.ts';

export interface ReplayAgreement {
  readonly ok: true;
  readonly steps: number;
  /** How many results and recorded states were compared. */
  readonly comparisons: number;
  /** Most states that were carried from one step to the next. */
  readonly statesCarried: number;
}

/** The step at which a replay ended. */
export interface FailedStep {
  /** Counted from 0. */
  readonly index: number;
  readonly actor: string;
  readonly op: string;
  readonly where: Position;
}

/** The model returns something else than the trace says. */
export interface ReplayDifference {
  readonly ok: false;
  readonly kind: 'difference';
  readonly step: FailedStep;
  readonly expected: Expectation;
  /** Every distinct answer that is possible in the model at this step. */
  readonly answers: readonly Answer[];
  /** How each answer differs from the expectation it comes nearest to, in the order of `answers`. */
  readonly differences: readonly (readonly Difference[])[];
  /** For `mayBe`: the alternative that no possible state shows. */
  readonly missing: Expectation | undefined;
}

/** The results agree, the state after the step does not. */
export interface StateDifference {
  readonly ok: false;
  readonly kind: 'state';
  readonly step: FailedStep;
  readonly expected: RecordedState;
  readonly states: readonly unknown[];
}

/** The actor cannot take this step in any possible state. */
export interface ReplayDisabled {
  readonly ok: false;
  readonly kind: 'disabled';
  readonly step: FailedStep;
  readonly message: string;
}

/** The trace cannot be replayed: bad input, a family that the model lacks, a bound that was hit. */
export interface ReplayProblem {
  readonly ok: false;
  readonly kind: 'problem' | 'needs';
  /** Undefined where the problem belongs to no step. */
  readonly step: FailedStep | undefined;
  readonly problem: TraceProblem;
}

export type ReplayFailure = ReplayDifference | StateDifference | ReplayDisabled | ReplayProblem;
export type ReplayResult = ReplayAgreement | ReplayFailure;
