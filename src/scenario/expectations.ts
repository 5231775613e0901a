/** Expected verdicts: for whom they are, and whether they speak of something that exists. */
import type { ModelDefinition } from '../modelling/model.ts';
import { GRAINS, type Grain } from '../world/input.ts';
import { didYouMean } from '../world/suggest.ts';
import type { Problems } from './problem.ts';
import type { Verdict } from './result.ts';
import { type Expectations, LAW_PREFIX, NO_DEADLOCK, type Scenario } from './scenario.ts';
import type { YamlSource } from './yaml-source.ts';

/** One combination of rules and grain that a scenario runs under. */
export interface Run {
  readonly semantics: string;
  readonly grain: Grain;
}

/** `linux-6.18` or `linux-6.18@lock`; grain undefined: every grain. */
export function parseExpectationKey(key: string): { readonly semantics: string; readonly grain: string | undefined } {
  const at = key.lastIndexOf('@');
  return at < 0 ? { semantics: key, grain: undefined } : { semantics: key.slice(0, at), grain: key.slice(at + 1) };
}

/** The verdicts expected of a run; what is not named holds. A key with a grain goes before one without. */
export function expectedOf(expect: Expectations, { semantics, grain }: Run): Readonly<Record<string, Verdict>> {
  return { ...expect[semantics], ...expect[`${semantics}@${grain}`] };
}

function knownSemantics(name: string, model: ModelDefinition): boolean {
  return Object.hasOwn(model.semantics, name);
}

/** LR109 for semantics that do not exist, LR111 for labels that no check has. */
export function checkExpectations(
  scenario: Scenario,
  model: ModelDefinition,
  source: YamlSource,
  problems: Problems,
): void {
  const semantics = Object.keys(model.semantics);
  scenario.semantics.forEach((name, i) => {
    if (!knownSemantics(name, model))
      problems.add(
        'LR109',
        `there are no semantics "${name}"`,
        source.at(['semantics', i]),
        didYouMean(name, semantics),
      );
  });
  const labels = [...scenario.checks.map(({ label }) => label), NO_DEADLOCK];
  for (const [key, verdicts] of Object.entries(scenario.expect)) {
    const run = parseExpectationKey(key);
    const where = source.keyAt(['expect', key]);
    if (!knownSemantics(run.semantics, model))
      problems.add('LR109', `there are no semantics "${run.semantics}"`, where, didYouMean(run.semantics, semantics));
    if (run.grain !== undefined && !(GRAINS as readonly string[]).includes(run.grain))
      problems.add(
        'LR105',
        `there is no grain "${run.grain}"`,
        where,
        didYouMean(run.grain, GRAINS) ?? `one of ${GRAINS.join(', ')}`,
      );
    for (const label of Object.keys(verdicts))
      if (!labels.includes(label) && !label.startsWith(LAW_PREFIX))
        problems.add(
          'LR111',
          `no check is labelled "${label}"`,
          source.keyAt(['expect', key, label]),
          didYouMean(label, labels) ?? `for a law of the model write "${LAW_PREFIX}${label}"`,
        );
  }
}
