/** Does the kernel's answer agree with one that the model allows? */
import { familyNamed, hookNamed, type Written } from '../../models/rules/netfilter.ts';
import { type Answer, compare, type Difference, sameJson } from '../trace/compare.ts';
import type { Expectation, Json, TraceStep } from '../trace/format.ts';

/** Keys that are compared in a way of their own, or only with the trace's expectation. */
const APART = new Set(['ids', 'numberOf', 'errno', 'textContains']);

/** A family or a hook may be written as a number or in several words. */
function inOneWord(values: Answer['values']): Answer['values'] {
  const { pf, hooknum } = values as Readonly<Record<string, Written | undefined>>;
  return {
    ...values,
    ...(pf == null ? {} : { pf: familyNamed(pf) ?? pf }),
    ...(hooknum == null ? {} : { hooknum: hookNamed(hooknum) ?? hooknum }),
  };
}

/**
 * A packet that a filter refuses on its way in is merely not there: nobody sees an errno. Samples of several events come in
 * any order.
 */
function asSeen(given: Answer, step: TraceStep): Answer {
  const answer = { ...given, values: inOneWord(given.values) };
  const { ran } = answer.values;
  if (step.args['hook'] === 'perf_event' && Array.isArray(ran))
    return { errno: answer.errno, values: { ...answer.values, ran: [...ran].sort() } };
  if (step.args['hook'] !== 'cgroup_inet_ingress' || answer.values['verdict'] !== 'deny') return answer;
  const { errno: _, ...values } = answer.values;
  return { errno: answer.errno, values: { ...values, verdict: 'dropped' } };
}

/** A capacity of 0 is an array of no room for a kernel, and no wish for the models. */
const ROOM = new Set(['progs', 'progAttachFlags']);
const roomless = (step: TraceStep, key: string): boolean => step.args['capacity'] === 0 && ROOM.has(key);

const saidOf = (answer: Answer): string => String(answer.errno ?? answer.values['errno'] ?? 'ok');

/** Named ids in both: objects that the trace does not name are nobody's concern. */
function sameIds(kernel: unknown, model: unknown, named: ReadonlySet<string>): boolean {
  const only = (ids: unknown): readonly string[] =>
    (ids as readonly string[]).filter((name) => named.has(name)).sort((a, b) => (a < b ? -1 : 1));
  return sameJson(only(kernel), only(model));
}

/** How the kernel's answer differs from the model's, in every result key that both state. */
export function differencesOf(
  kernel: Answer,
  model: Answer,
  step: TraceStep,
  named: ReadonlySet<string>,
): readonly Difference[] {
  const seen = asSeen(kernel, step);
  const allowed = asSeen(model, step);
  const said = saidOf(seen);
  const differences: Difference[] = [];
  if (said !== saidOf(allowed)) differences.push({ key: 'errno', expected: said, actual: saidOf(allowed) });
  const both = Object.entries(seen.values).filter(
    ([key]) => !APART.has(key) && !roomless(step, key) && allowed.values[key] !== undefined,
  ) as [string, Json][];
  const expectation: Expectation = Object.fromEntries(both);
  for (const difference of compare(expectation, { errno: null, values: allowed.values }).differences)
    if (difference.key !== 'ok') differences.push(difference);
  const { textContains: written } = allowed.values;
  const { textContains: read } = seen.values;
  if (typeof written === 'string' && typeof read === 'string' && !read.includes(written))
    differences.push({ key: 'textContains', expected: read, actual: written });
  const { ids } = seen.values;
  if (ids !== undefined && allowed.values['ids'] !== undefined && !sameIds(ids, allowed.values['ids'], named))
    differences.push({ key: 'ids', expected: ids as Json, actual: allowed.values['ids'] });
  return differences;
}

/** Does the kernel's answer meet the expectation that is written in the trace? Keys that no driver sees do not count. */
export function meetsExpectation(kernel: Answer, expect: Expectation, step: TraceStep): readonly Difference[] {
  const seen = asSeen(kernel, step);
  const wanted = asSeen({ errno: null, values: expect }, step).values as Expectation;
  return compare(wanted, seen).differences.filter(({ actual }) => actual !== undefined);
}
