/** Checking: one scenario under one semantics at one grain, explored and judged. */
import { type Budget, DEFAULT_BUDGET } from '../explore/budget.ts';
import { type Exploration, explore, type Progress } from '../explore/explore.ts';
import { BreadthFirst } from '../explore/strategies/bfs.ts';
import { DepthFirst } from '../explore/strategies/dfs.ts';
import { DEFAULT_DEPTH, DEFAULT_WALKS, randomWalks } from '../explore/strategies/random.ts';
import type { ModelDefinition } from '../modelling/model.ts';
import type { Coverage } from '../world/coverage.ts';
import type { Grain } from '../world/input.ts';
import type { Instrument } from '../world/instrument.ts';
import type { Machine } from '../world/machine.ts';
import { bindScenario } from './bind-scenario.ts';
import { expectedOf } from './expectations.ts';
import { type Result, success } from './problem.ts';
import { Prover, UNPROVED } from './proof.ts';
import type { CheckResult, CoverageReport } from './result.ts';
import type { Scenario } from './scenario.ts';
import { Judge } from './verdicts.ts';

export const STRATEGIES = ['bfs', 'dfs', 'random'] as const;
export type Strategy = (typeof STRATEGIES)[number];

export const DEFAULT_SEED = '1';

export interface CheckOptions {
  /** The scenario's own, if absent. */
  readonly grain?: Grain | undefined;
  readonly strategy?: Strategy | undefined;
  /** Of the random strategy. */
  readonly seed?: string | undefined;
  readonly walks?: number | undefined;
  /** Steps of one random walk at most. */
  readonly depth?: number | undefined;
  /** Goes before the scenario's own. */
  readonly budget?: { readonly [B in keyof Budget]?: Budget[B] | undefined } | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** What a command line calls the semantics, where that is not the name: the path of a proposal. */
  readonly semanticsAs?: string | undefined;
  /** Sees, and may change, what the primitives of the model do. */
  readonly instrument?: Instrument | undefined;
  /** Verdicts only: traces are not replayed, and empty. */
  readonly unproved?: boolean | undefined;
}

const defined = <T extends object>(values: T): T =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;

function run(machine: Machine, scenario: Scenario, options: CheckOptions): Exploration {
  const { strategy = 'bfs', seed = DEFAULT_SEED, walks = DEFAULT_WALKS, depth = DEFAULT_DEPTH, onProgress } = options;
  const budget: Budget = {
    ...DEFAULT_BUDGET,
    ...scenario.budget,
    ...(defined(options.budget ?? {}) as Partial<Budget>),
  };
  const outcomes = machine.parts.results.length > 0;
  if (strategy === 'random') return randomWalks(machine, { seed, walks, depth, budget, outcomes, onProgress });
  return explore(machine, {
    frontier: strategy === 'dfs' ? new DepthFirst() : new BreadthFirst(),
    budget,
    outcomes,
    onProgress,
  });
}

const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();

function coverageReport(coverage: Coverage, inSetup: readonly string[]): CoverageReport {
  const { commands, results, checks, charts, works } = coverage;
  return {
    commands: sorted([...commands, ...inSetup]),
    results: sorted(results),
    checks: sorted(checks),
    charts: sorted(charts),
    works: sorted(works),
  };
}

/**
 * Explores and judges. `holds` means that everything was looked at; `violated` that the trace was replayed from the
 * initial state and failed again. Problems are those of bindScenario (LR109, LR2xx: setup may fail under some semantics).
 * Throws (an internal error) if a finding cannot be replayed.
 */
export function checkScenario(
  scenario: Scenario,
  model: ModelDefinition,
  semantics: string,
  options: CheckOptions = {},
): Result<CheckResult> {
  const grain = options.grain ?? scenario.grain;
  const bound = bindScenario(scenario, model, semantics, grain, options.instrument);
  if (!bound.ok) return bound;
  const { machine, checks, input } = bound.value;
  const { coverage } = machine.parts;
  // What setup did says nothing of what the actors can do.
  const inSetup = [...coverage.commands];
  coverage.commands.clear();
  const exploration = run(machine, scenario, options);
  const neverEnabled = new Set(
    input.actors.flatMap(({ script, menu }) => [...script, ...(menu?.items ?? [])].map(({ op }) => op)),
  );
  for (const op of coverage.commands) neverEnabled.delete(op);
  const name = { file: scenario.file, semantics: options.semanticsAs ?? semantics, grain };
  const subjects = new Set(coverage.subjects);
  const prover = options.unproved === true ? UNPROVED : new Prover(machine, model, name);
  const judge = new Judge({
    exploration,
    prover,
    subjects,
    model,
    expected: expectedOf(scenario.expect, { semantics, grain }),
  });
  const coverageOfRun = coverageReport(coverage, inSetup);
  const { strategy, states, transitions, depth, seconds, bytes, finalStates } = exploration;
  return success({
    file: scenario.file,
    title: scenario.title,
    family: scenario.family,
    claims: scenario.claims,
    semantics,
    grain,
    strategy,
    seed: strategy === 'random' ? (options.seed ?? DEFAULT_SEED) : undefined,
    verdicts: judge.verdicts(checks),
    bounds: exploration.bounds,
    states,
    transitions,
    depth,
    seconds,
    bytes,
    finalStates,
    outcomes: exploration.outcomes.map(({ results, states }) => ({ results, states })),
    coverage: coverageOfRun,
    neverEnabled: [...neverEnabled].sort(),
  });
}
