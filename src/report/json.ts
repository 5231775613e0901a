/**
 * A run as JSON, in a shape that scripts can rely on. `lastref schema report` prints its JSON Schema (schema.ts). What is
 * added later keeps the version; what is renamed or removed raises it.
 */
import type { CheckResult, CheckVerdict, Counterexample } from '../scenario/result.ts';
import type { StepReport } from '../trace/retrace.ts';
import { changesBetween } from './changes.ts';
import { suiteCoverage } from './coverage.ts';
import { asExpected, byFamily, countsOf, type SuiteReport } from './suite.ts';

export const SCHEMA_VERSION = 1;

export function stepJson(step: StepReport): object {
  const { number, transition, actor, op, stepName, args, result, values, happenings, before, after } = step;
  return {
    number,
    transition,
    actor,
    op,
    stepName,
    args: args ?? null,
    result,
    values: values ?? null,
    changes: changesBetween(before, after),
    happenings,
  };
}

export function traceJson({ why, replay, steps, because, otherwise }: Counterexample): object {
  return { why, replay, steps: steps.map(stepJson), because: because ?? null, counterfactual: otherwise ?? null };
}

function verdictJson(verdict: CheckVerdict): object {
  const { label, property, statement, claims, bounds, explanation, trace } = verdict;
  return {
    label,
    property,
    verdict: verdict.verdict,
    expected: verdict.expected,
    asExpected: asExpected(verdict),
    statement,
    claims,
    bounds,
    explanation,
    trace: trace === undefined ? null : traceJson(trace),
  };
}

function resultJson(result: CheckResult): object {
  const { file, title, family, claims, semantics, grain, strategy, seed, verdicts } = result;
  const { states, transitions, depth, seconds, bytes, finalStates, outcomes, coverage, neverEnabled } = result;
  return {
    file,
    title,
    family,
    claims,
    semantics,
    grain,
    strategy,
    seed: seed ?? null,
    verdicts: verdicts.map(verdictJson),
    states,
    transitions,
    depth,
    seconds,
    bytes,
    finalStates,
    outcomes,
    coverage,
    neverEnabled,
  };
}

export function suiteJson(report: SuiteReport): string {
  const { version, results, universe, exitCode, exitMeaning, interrupted } = report;
  const { parts, ...coverage } = suiteCoverage(results, universe);
  const document = {
    schemaVersion: SCHEMA_VERSION,
    tool: { name: 'lastref', version },
    exitCode,
    exitMeaning,
    interrupted,
    summary: countsOf(results),
    families: byFamily(results).map(({ family, results: own }) => ({ family, ...countsOf(own) })),
    coverage: {
      ...Object.fromEntries(parts.map(({ name, covered, never }) => [name, { covered, never }])),
      ...coverage,
    },
    results: results.map(resultJson),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
