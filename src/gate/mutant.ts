/**
 * Mutants for the self-test of the gate: the candidate with one mistake in it. They are made of whatever a semantics is
 * made of, so that they exist for every candidate, and need no knowledge of what its rules decide.
 */
import { type Changes, featuresAfter, type Semantics } from '../modelling/semantics.ts';

export interface Mutant {
  readonly says: string;
  readonly semantics: Semantics;
}

type Rule = (...args: readonly unknown[]) => unknown;

const isRule = (value: unknown): value is Rule => typeof value === 'function';

/** A rule that is left out, one that decides the opposite, and a feature that is missing. `rules`: those of the semantics. */
export function mutantsOf(semantics: Semantics, rules: object): readonly Mutant[] {
  const named = Object.entries(rules).flatMap(([name, rule]: [string, unknown]) =>
    isRule(rule) ? [[name, rule] as const] : [],
  );
  const over = (changes: Changes): Semantics => ({
    name: semantics.name,
    says: semantics.says,
    features: featuresAfter(semantics.features, changes),
    changes,
    ground: semantics,
  });
  const leftOut = named.map(([name]) => ({
    says: `the rule ${name} does nothing`,
    semantics: over({ rules: { [name]: () => undefined } }),
  }));
  const opposite = named.map(([name, rule]) => {
    const decide: Rule = (...args) => {
      const decided = rule(...args);
      return typeof decided === 'boolean' ? !decided : decided;
    };
    return { says: `the rule ${name} decides the opposite`, semantics: over({ rules: { [name]: decide } }) };
  });
  const missing = [...semantics.features].map((feature) => ({
    says: `the feature ${feature} is missing`,
    semantics: over({ features: { remove: [feature] } }),
  }));
  return [...leftOut, ...opposite, ...missing];
}
