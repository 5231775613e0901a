/** What checking one scenario under one semantics at one grain found. Reports read this and compute nothing. */
import type { Counterfactual } from '../explain/counterfactual.ts';
import type { Explanation } from '../explain/explanation.ts';
import type { Description } from '../modelling/model.ts';
import type { StepReport } from '../trace/retrace.ts';
import type { Grain } from '../world/input.ts';

export const VERDICTS = ['holds', 'violated', 'unknown', 'vacuous'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** A violation that was replayed from the initial state and failed again, or the witness of a `reachable` or `exists`. */
export interface Counterexample {
  readonly why: string;
  /** The state before the first step, in words. */
  readonly initial: Description;
  readonly steps: readonly StepReport[];
  /** Command that replays it. */
  readonly replay: string;
  /** Why it fails, where somebody wants to know (`whyViolated`). */
  readonly because?: Explanation | undefined;
  /** The smallest change of the semantics that mends it, where somebody wants to know (`counterfactual`). */
  readonly otherwise?: Counterfactual | undefined;
}

export interface CheckVerdict {
  /** Unique within the scenario. */
  readonly label: string;
  /** Key of the property, or `exists`, `never`, `outcomes`, `reachable`, or the name of a law. */
  readonly property: string;
  readonly verdict: Verdict;
  readonly expected: Verdict;
  readonly statement: string;
  readonly claims: readonly string[];
  /** For `violated` the counterexample, for `holds` of exists and reachable the witness. */
  readonly trace: Counterexample | undefined;
  /** For `unknown`: which bounds were hit. */
  readonly bounds: readonly string[];
  /** One or two sentences for a reader who meets the violation. */
  readonly explanation: string;
}

export interface CoverageReport {
  readonly commands: readonly string[];
  /** `op errno` and `op ok`. */
  readonly results: readonly string[];
  /** `op check true|false`. */
  readonly checks: readonly string[];
  /** `kind: PHASE -EVENT-> PHASE`. */
  readonly charts: readonly string[];
  readonly works: readonly string[];
}

export interface CheckResult {
  readonly file: string;
  readonly title: string;
  readonly family: string;
  readonly claims: readonly string[];
  readonly semantics: string;
  readonly grain: Grain;
  readonly strategy: string;
  readonly seed: string | undefined;
  readonly verdicts: readonly CheckVerdict[];
  /** Bounds that were hit; empty means that everything was looked at, outcomes and coverage included. */
  readonly bounds: readonly string[];
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  readonly seconds: number;
  readonly bytes: number;
  readonly finalStates: number;
  readonly outcomes: readonly { readonly results: Readonly<Record<string, string>>; readonly states: number }[];
  readonly coverage: CoverageReport;
  /** Operations of the scenario that no explored state enabled. */
  readonly neverEnabled: readonly string[];
}
