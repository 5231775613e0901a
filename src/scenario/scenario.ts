/** A scenario: what its file says, with positions, before a model gives it meaning. */
import type { Budget } from '../explore/budget.ts';
import type { Faults, Grain, Position } from '../world/input.ts';
import type { Verdict } from './result.ts';
import type { Step } from './steps.ts';

export interface SetupStep {
  readonly actor: string;
  readonly step: Step;
}

export interface ScenarioActor {
  readonly name: string;
  readonly script: readonly Step[];
  readonly menu: { readonly items: readonly Step[]; readonly times: number | undefined } | undefined;
  /** Interchangeable copies; undefined: the actor itself, under its own name. */
  readonly count: number | undefined;
  readonly where: Position;
}

export interface ScenarioCheck {
  /** Key of a property of the model, or one of BUILT_IN_CHECKS. */
  readonly property: string;
  readonly params: unknown;
  readonly label: string;
  readonly where: Position;
  readonly paramAt: (name: string) => Position;
}

/** Verdicts that are expected, by `semantics` or `semantics@grain`, then by label. */
export type Expectations = Readonly<Record<string, Readonly<Record<string, Verdict>>>>;

export interface Scenario {
  readonly file: string;
  /** Base name of the file without its ending. */
  readonly name: string;
  readonly title: string;
  readonly says: string | undefined;
  readonly claims: readonly string[];
  readonly family: string;
  readonly grain: Grain;
  readonly semantics: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
  readonly faults: Faults;
  readonly objects: Readonly<Record<string, unknown>>;
  readonly setup: readonly SetupStep[];
  readonly actors: readonly ScenarioActor[];
  readonly roles: Readonly<Record<string, readonly string[]>>;
  readonly checks: readonly ScenarioCheck[];
  readonly expect: Expectations;
  readonly budget: Partial<Pick<Budget, 'maxStates' | 'maxSeconds'>>;
  readonly where: { readonly objects: Position };
}

/** Checks that need no property of a model. */
export const BUILT_IN_CHECKS = ['exists', 'never', 'outcomes', 'reachable', 'unreachable'] as const;
export type BuiltInCheck = (typeof BUILT_IN_CHECKS)[number];

export const isBuiltIn = (property: string): property is BuiltInCheck =>
  (BUILT_IN_CHECKS as readonly string[]).includes(property);

/** Verdict under which scripts that wait for ever are reported. */
export const NO_DEADLOCK = 'no-deadlock';
/** What an expectation names a law with: `law:use-after-free`. */
export const LAW_PREFIX = 'law:';
