/** Comparing two semantics over many scenarios at once, shortest schedules first. */
import type { ModelDefinition } from '../../modelling/model.ts';
import { failure, type Problem, type Result, success } from '../../scenario/problem.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { Comparison, Difference } from './result.ts';
import { type Compared, type ComparisonOptions, ScenarioComparison } from './scenario-comparison.ts';

/** What a long run says of itself after each length. */
export interface LevelFigures {
  readonly depth: number;
  readonly states: number;
  readonly seconds: number;
}

export interface CompareOptions extends ComparisonOptions {
  /** Every essentially different one; else the search ends with the length of the shortest. */
  readonly all: boolean;
  readonly onLevel?: ((figures: LevelFigures) => void) | undefined;
}

/** Shortest first, then what differs after setup, then what needs the least of it; else as scenarios are named. */
const inOrder = (a: Difference, b: Difference): number =>
  a.steps - b.steps || Number(a.inSetup) - Number(b.inSetup) || a.setupSteps - b.setupSteps;

/** The first of each kind. */
function distinct(differences: readonly Difference[]): readonly Difference[] {
  const first = new Map<string, Difference>();
  for (const difference of [...differences].sort(inOrder))
    if (!first.has(difference.signature)) first.set(difference.signature, difference);
  return [...first.values()];
}

/**
 * All scenarios are searched level by level together, so that the first difference is the shortest over all of them.
 * Problems are those of writing scenarios out; what else binding refuses, and what a rule throws, is thrown as InputError.
 */
export function compare(
  scenarios: readonly Scenario[],
  model: ModelDefinition,
  sides: readonly [a: Compared, b: Compared],
  options: CompareOptions,
): Result<Comparison> {
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  const problems: Problem[] = [];
  const searches = scenarios.flatMap((scenario) => {
    const search = ScenarioComparison.of(scenario, model, sides, options);
    if (search.ok) return search.value;
    problems.push(...search.problems);
    return [];
  });
  if (problems.length > 0) return failure(problems);
  const found: Difference[] = [];
  for (let length = 1; searches.some(({ done }) => !done); length++) {
    for (const search of searches) found.push(...search.advance(length));
    options.onLevel?.({
      depth: length,
      states: searches.reduce((sum, search) => sum + search.explored().states, 0),
      seconds: elapsed(),
    });
    if (found.length > 0 && !options.all) break;
  }
  return success({
    names: [sides[0].as, sides[1].as],
    differences: distinct(found),
    explored: searches.map((search) => search.explored()),
    all: options.all,
    seconds: elapsed(),
  });
}
