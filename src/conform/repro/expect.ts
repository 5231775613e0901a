/** Expectations as conditions in C. */
import type { Expectation, Json, TraceStep } from '../../trace/format.ts';
import { quoted } from './say.ts';
import type { Writer, Written } from './writer.ts';

/** How the value behind a result key is checked, where the operation has it. */
export type Checks = Readonly<Record<string, (value: Json) => readonly string[]>>;

const LISTED = ['ok', 'errno', 'error', 'eventually', 'mayBe'];

/** Conditions for the outcome alone; results without an errno imply success. */
function outcome(w: Writer, expect: Expectation, variable: string): readonly string[] {
  if (typeof expect['errno'] === 'string') {
    w.need('expect_errno');
    return [`expect_errno(${variable}, ${expect['errno']})`];
  }
  w.need(expect['error'] === true ? 'expect_error' : 'expect_ok');
  return [`${expect['error'] === true ? 'expect_error' : 'expect_ok'}(${variable})`];
}

function conditions(
  w: Writer,
  step: TraceStep,
  expect: Expectation,
  variable: string | undefined,
  checks: Checks,
): readonly string[] {
  const keys = Object.keys(expect).filter((key) => !LISTED.includes(key));
  const stated = keys.length === 0 || 'errno' in expect || 'ok' in expect;
  const said = variable === undefined && !stated ? [] : outcome(w, expect, variable ?? 'got');
  const values = keys.flatMap((key) => {
    const check = checks[key];
    if (check === undefined) return w.no('LR421', `no C form for the expectation "${key}" of ${step.op}`);
    return check(expect[key] as Json);
  });
  return [...said, ...values];
}

/** All that the expectation of a step says of a variable, and of what `checks` knows. */
export function expected(
  w: Writer,
  step: TraceStep,
  variable: string | undefined,
  checks: Checks = {},
): readonly string[] {
  const alternatives = step.expect['mayBe'];
  if (!Array.isArray(alternatives)) return conditions(w, step, step.expect, variable, checks);
  const each = (alternatives as readonly Expectation[]).map((one) =>
    conditions(w, step, one, variable, checks).join(' && '),
  );
  return [`(${each.map((one) => `(${one})`).join(' || ')})`];
}

export function number(w: Writer, what: string, wanted: string | number, got: string): string {
  w.need('expect_number');
  return `expect_number(${quoted(what)}, ${wanted}, ${got})`;
}

export const text = (what: string, wanted: string, got: string): string =>
  `expect_text(${quoted(what)}, ${quoted(wanted)}, ${got})`;

export const joined = (names: Json): string => (names as readonly string[]).join(' ');

/** One call whose result is all there is to see. */
export const simple = (w: Writer, step: TraceStep, call: string): Written => ({
  lines: [`int got = ${call};`],
  conditions: expected(w, step, 'got'),
});
