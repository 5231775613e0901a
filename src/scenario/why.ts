/** Why a verdict is `violated`: the scenario is bound again, with everything recorded. */

import { explain } from '../explain/explain.ts';
import type { Explanation } from '../explain/explanation.ts';
import type { ModelDefinition } from '../modelling/model.ts';
import type { Run } from './expectations.ts';
import type { CheckResult, CheckVerdict } from './result.ts';
import { BUILT_IN_CHECKS, NO_DEADLOCK, type Scenario } from './scenario.ts';
import { toWorld } from './to-world.ts';

/** Checks of whole runs: no state and no step of theirs can be asked what it read. */
const OF_RUNS: readonly string[] = [...BUILT_IN_CHECKS.filter((name) => name !== 'unreachable'), NO_DEADLOCK];

/**
 * Undefined where the verdict has no trace, or speaks of outcomes. `run` is what the verdict was found under, `together` all
 * verdicts of that run.
 */
export function whyViolated(
  scenario: Scenario,
  model: ModelDefinition,
  { semantics, grain }: Run,
  { verdict, trace, label, property, claims }: CheckVerdict,
  together: readonly CheckVerdict[] = [],
): Explanation | undefined {
  const rules = Object.hasOwn(model.semantics, semantics) ? model.semantics[semantics] : undefined;
  if (verdict !== 'violated' || trace === undefined || OF_RUNS.includes(property) || rules === undefined)
    return undefined;
  const world = toWorld(scenario, model, rules, grain);
  if (!world.ok) return undefined;
  const path = trace.steps.map(({ transition }) => transition);
  const failing = together.filter((each) => each.verdict === 'violated').map((each) => each.property);
  return explain({ input: world.value.input, path, label, property, failing, claims });
}

/** The results with a reason for each violation that somebody will look at; the others stay as they are. */
export function withReasons(
  results: readonly CheckResult[],
  scenarios: readonly Scenario[],
  model: ModelDefinition,
  wanted: (verdict: CheckVerdict) => boolean,
): readonly CheckResult[] {
  return results.map((result) => {
    const scenario = scenarios.find(({ file }) => file === result.file);
    if (scenario === undefined || !result.verdicts.some(wanted)) return result;
    const verdicts = result.verdicts.map((verdict) => {
      const because = wanted(verdict) ? whyViolated(scenario, model, result, verdict, result.verdicts) : undefined;
      if (because === undefined || verdict.trace === undefined) return verdict;
      return { ...verdict, trace: { ...verdict.trace, because } };
    });
    return { ...result, verdicts };
  });
}
