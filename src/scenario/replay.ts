/** Replaying choices: the other end of the command line that a counterexample prints. */
import type { Description, ModelDefinition } from '../modelling/model.ts';
import { retrace, type StepReport } from '../trace/retrace.ts';
import type { Grain } from '../world/input.ts';
import type { Machine } from '../world/machine.ts';
import { bindScenario } from './bind-scenario.ts';
import { failure, problemAt, type Result, success } from './problem.ts';
import { replayCommand, stepsEnabled } from './proof.ts';
import type { Counterexample } from './result.ts';
import type { Scenario } from './scenario.ts';

export interface ReplayOptions {
  readonly semantics: string;
  readonly grain?: Grain | undefined;
  /** Transition numbers, as `--choices` has them. */
  readonly choices: readonly number[];
  readonly semanticsAs?: string | undefined;
}

export interface Replayed {
  readonly semantics: string;
  readonly grain: Grain;
  /** The first state, in words. */
  readonly initial: Description;
  readonly steps: readonly StepReport[];
  /** Properties, `reachable` checks and laws that the last step or state breaks (for reachable: shows). */
  readonly broken: readonly (Counterexample & { readonly label: string })[];
  /** Nothing is in flight at the end, so that properties of ends count. */
  readonly final: boolean;
  /** Results remembered at the end, by `actor.name`. */
  readonly results: Readonly<Record<string, string>>;
  readonly replay: string;
}

/** `3,1,4` as numbers; undefined if it is something else. Empty text is the empty path. */
export function parseChoices(text: string): readonly number[] | undefined {
  if (text.trim() === '') return [];
  return /^\s*\d+(?:\s*,\s*\d+)*\s*$/.test(text) ? text.split(',').map(Number) : undefined;
}

function brokenAtEnd(
  machine: Machine,
  model: ModelDefinition,
  { choices }: ReplayOptions,
  final: boolean,
  replay: string,
): Replayed['broken'] {
  const laws = machine.reports.flat().flatMap(({ kind, label }) => (kind === 'law' ? label : []));
  const early = new Set(
    machine.stateProperties.filter(({ onlyFinal }) => onlyFinal && !final).map(({ label }) => label),
  );
  const labels = new Set([...machine.parts.properties.map(({ input }) => input.label), ...laws]);
  return [...labels].flatMap((label) => {
    const { initial, steps, broken } = retrace(machine, choices, label, model.describe);
    return broken === undefined || early.has(label) ? [] : [{ label, why: broken.why, initial, steps, replay }];
  });
}

/** Runs the choices again. Problems: LR122 where a choice does not exist or is not enabled, and those of bindScenario. */
export function replayChoices(scenario: Scenario, model: ModelDefinition, options: ReplayOptions): Result<Replayed> {
  const { semantics, choices } = options;
  const grain = options.grain ?? scenario.grain;
  const bound = bindScenario(scenario, model, semantics, grain);
  if (!bound.ok) return bound;
  const { machine } = bound.value;
  const possible = stepsEnabled(machine, choices);
  if (possible < choices.length) {
    const what =
      (choices[possible] ?? 0) < machine.transitionCount
        ? 'is not enabled there'
        : `does not exist, there are ${machine.transitionCount}`;
    const message = `choice ${possible + 1} of ${choices.length}: transition ${choices[possible]} ${what}`;
    return failure([
      problemAt('LR122', message, { file: scenario.file }, 'choices belong to one scenario, semantics and grain'),
    ]);
  }
  const { initial, steps } = retrace(machine, choices, '', model.describe);
  const { final, results } = machine.withoutStoring(() => {
    const final = machine.isFinal();
    return { final, results: machine.outcome(machine.now, 0) };
  });
  const replay = replayCommand({ file: scenario.file, semantics: options.semanticsAs ?? semantics, grain }, choices);
  return success({
    semantics,
    grain,
    initial,
    steps,
    broken: brokenAtEnd(machine, model, options, final, replay),
    final,
    results,
    replay,
  });
}
