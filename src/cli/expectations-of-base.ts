/** What is expected of a proposal: what scenarios say of it, and else what they say of the kernel it changes. */
import { parseExpectationKey } from '../scenario/expectations.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Chosen } from './load-semantics.ts';

/** The scenario with expectations for semantics that came from files. */
export function withExpectationsOfBase(scenario: Scenario, chosen: readonly Chosen[]): Scenario {
  const expect = { ...scenario.expect };
  for (const { name, as, base } of chosen) {
    if (as === undefined || base === undefined) continue;
    for (const [key, verdicts] of Object.entries(scenario.expect)) {
      const { semantics, grain } = parseExpectationKey(key);
      if (semantics !== base) continue;
      const own = grain === undefined ? name : `${name}@${grain}`;
      // What the scenario says of the proposal itself goes first, with and without a grain.
      expect[own] = { ...verdicts, ...scenario.expect[name], ...scenario.expect[own] };
    }
  }
  return { ...scenario, expect };
}
