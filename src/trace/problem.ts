/** What is wrong with a trace file: a stable code, one sentence, where, and what to do. */
import type { Position } from '../world/input.ts';

/**
 * - `LR301`: the text is no JSON
 * - `LR302`: a member is missing, unknown or of the wrong shape
 * - `LR303`: an expectation says nothing, or contradicts itself
 * - `LR304`: a declaration is wrong (twice, cyclic, refers to nothing)
 * - `LR305`: an actor that nobody makes, or that is made twice
 * - `LR310`: the trace needs a family that the model does not have
 * - `LR311`: more states are possible between two steps than the bound allows
 * - `LR312`: pending kernel work never comes to rest
 * - `LR313`: the model breaks one of its own laws, or reaches a stated maximum
 * - `LR314`: the model cannot show its state as recorded traces do
 * - `LR2xx`: what the binder refuses (unknown operation, argument, object, descriptor, word or flag)
 */
export interface TraceProblem {
  readonly code: string;
  readonly message: string;
  readonly where: Position;
  readonly hint: string | undefined;
  /** The family that the trace needs, for `LR310`. */
  readonly family?: string;
}
