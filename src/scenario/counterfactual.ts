/** The smallest change of a semantics that makes a property of a scenario hold again. */
import { adopting, type Counterfactual, type Outcome, restoring } from '../explain/counterfactual.ts';
import type { ModelDefinition } from '../modelling/model.ts';
import type { Semantics } from '../modelling/semantics.ts';
import { InputError } from '../world/input.ts';
import { checkScenario } from './check.ts';
import type { Run } from './expectations.ts';
import type { CheckVerdict } from './result.ts';
import type { Scenario } from './scenario.ts';

/** Runs the scenario with the one check under a semantics that stands where the candidate stood. */
function runOf(scenario: Scenario, model: ModelDefinition, { semantics: name, grain }: Run, label: string) {
  // A label that no check has is that of a law, which every run watches.
  const only: Scenario = { ...scenario, checks: scenario.checks.filter((check) => check.label === label), expect: {} };
  return (semantics: Semantics): Outcome => {
    const changed = { ...model, semantics: { ...model.semantics, [name]: semantics } };
    try {
      const result = checkScenario(only, changed, name, { grain });
      if (!result.ok) return 'does not run';
      const verdict = result.value.verdicts.find((each) => each.label === label);
      return verdict?.verdict ?? 'holds';
    } catch (error) {
      // What is left of a proposal may ask for what is not there any more.
      if (error instanceof InputError) return 'does not run';
      throw error;
    }
  };
}

/** Kernels, those after this one first: what came later is what mended it. */
function otherKernels(model: ModelDefinition, name: string): readonly Semantics[] {
  const kernels = Object.values(model.semantics).filter(({ ground }) => ground === undefined);
  const at = kernels.findIndex((kernel) => kernel.name === name);
  return [...kernels.slice(at + 1), ...kernels.slice(0, Math.max(0, at)).reverse()];
}

/**
 * For a violated verdict of a run: which changes of a proposal, restored to its base, make it hold, or which features of the
 * next kernel where it holds a kernel would need. At most `runs` sets of a proposal's changes are tried. Undefined where the base, or every kernel, breaks it as well.
 */
export function counterfactual(
  scenario: Scenario,
  model: ModelDefinition,
  run: Run,
  { label, verdict }: Pick<CheckVerdict, 'label' | 'verdict'>,
  runs?: number,
): Counterfactual | undefined {
  const semantics = Object.hasOwn(model.semantics, run.semantics) ? model.semantics[run.semantics] : undefined;
  if (verdict !== 'violated' || semantics === undefined) return undefined;
  const attempt = runOf(scenario, model, run, label);
  return semantics.ground === undefined
    ? adopting(label, semantics, otherKernels(model, run.semantics), attempt)
    : restoring(label, semantics, attempt, runs);
}
