/**
 * A trace whose expectations are what the model says of just this trace. A scenario with room for two answers other
 * queries than a cgroup whose other places are filled: what differs may be what is shown, never what a step returns.
 */
import type { ModelDefinition } from '../../modelling/model.ts';
import type { Semantics } from '../../modelling/semantics.ts';
import { SLEEP } from '../../trace/check.ts';
import type { Expectation, TraceStep } from '../../trace/format.ts';
import type { TraceSource } from '../../trace/parse.ts';
import { RESULT_KEYS } from '../../trace/schema.ts';
import { Walk } from '../../trace/walk.ts';
import { ownMovesOf } from '../own-moves.ts';

/** Keys that an expectation can have; which numbers are used again is nobody's promise. */
const SHOWN = new Set(RESULT_KEYS.filter((key) => key !== 'numberOf'));

/** What is expected of a step that answers so. */
export function expectationOf(
  errno: string | null,
  values: Readonly<Record<string, unknown>> | undefined,
): Expectation {
  const shown = Object.entries(values ?? {}).filter(([key, value]) => SHOWN.has(key) && value !== undefined);
  if (errno !== null) return { errno, ...(Object.fromEntries(shown) as Expectation) };
  return shown.length === 0 ? { ok: true } : (Object.fromEntries(shown) as Expectation);
}

const outcomeOf = ({ errno }: Expectation): string => (typeof errno === 'string' ? errno : 'ok');

/** A string: why the steps cannot be taken as they are. */
export function answered(source: TraceSource, model: ModelDefinition, semantics: Semantics): TraceSource | string {
  const walk = new Walk(ownMovesOf(source, model, semantics));
  const steps: TraceStep[] = [];
  for (const [i, step] of source.trace.steps.entries()) {
    walk.begin();
    walk.rest();
    if (step.op === SLEEP) {
      steps.push(step);
      continue;
    }
    const [first, ...others] = walk.take(step);
    const where = `step ${i + 1} (${step.op} of ${step.actor})`;
    if (first === undefined) return `with every other place filled ${where} cannot be taken`;
    const expect = expectationOf(first.answer.errno, first.answer.values);
    if (outcomeOf(expect) !== outcomeOf(step.expect))
      return `with every other place filled ${where} returns ${outcomeOf(expect)}, and not ${outcomeOf(step.expect)}`;
    const { eventually } = step.expect;
    steps.push({ ...step, expect: eventually === true ? { ...expect, eventually } : expect });
    walk.keep([first, ...others].map(({ after }) => after));
  }
  return { ...source, trace: { ...source.trace, steps } };
}
