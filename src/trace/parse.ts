/** From the text of a trace file to a checked trace, or to all that is wrong with it. */
import type { z } from 'zod';
import type { Position } from '../world/input.ts';
import { didYouMean } from '../world/suggest.ts';
import { checkTrace } from './check.ts';
import type { TraceFile } from './format.ts';
import { JsonError, type LocatedJson, parseJson } from './json.ts';
import type { TraceProblem } from './problem.ts';
import { RESULT_KEYS, traceFile } from './schema.ts';

/** A checked trace that knows where its steps stand. */
export interface TraceSource {
  readonly file: string;
  readonly trace: TraceFile;
  /** Position of each step. */
  readonly steps: readonly Position[];
}

export type ParsedTrace =
  | { readonly ok: true; readonly source: TraceSource }
  | { readonly ok: false; readonly problems: readonly TraceProblem[] };

type Issue = z.core.$ZodIssue;

/** Members that each kind of object knows, for hints. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  file: Object.keys(traceFile.shape),
  step: ['actor', 'op', 'args', 'as', 'expect', 'live', 'state'],
  expect: [...RESULT_KEYS, 'eventually', 'mayBe'],
  objects: ['progs', 'maps', 'cgroups', 'netdevs', 'netns'],
};

function membersAt(path: readonly PropertyKey[]): readonly string[] {
  if (path.length === 0) return MEMBERS['file'] ?? [];
  const last = path.at(-1);
  if (path.length === 2 && path[0] === 'steps') return MEMBERS['step'] ?? [];
  if (path.includes('expect') || path.includes('live')) return MEMBERS['expect'] ?? [];
  return MEMBERS[String(last)] ?? [];
}

/** `steps[3].expect` */
function shownPath(path: readonly PropertyKey[]): string {
  return path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i === 0 ? '' : '.'}${String(part)}`))
    .join('');
}

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((found, part) => (found as Record<PropertyKey, unknown> | undefined)?.[part], value);

function problemsOf(issue: Issue, located: LocatedJson, file: string): TraceProblem[] {
  const { path } = issue;
  const problem = (message: string, where: Omit<Position, 'file'>, hint?: string): TraceProblem => ({
    code: 'LR302',
    message,
    where: { file, ...where },
    hint,
  });
  const inside = path.length === 0 ? 'the trace' : shownPath(path);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) =>
      problem(
        `unknown member "${key}" in ${inside}`,
        located.placeOfKey([...path, key]),
        didYouMean(key, membersAt(path)),
      ),
    );
  if (issue.code === 'invalid_type' && valueAt(located.value, path) === undefined) {
    const around = path.slice(0, -1);
    const of = around.length === 0 ? 'the trace' : shownPath(around);
    return [problem(`${of} lacks "${String(path.at(-1))}"`, located.placeOf(around))];
  }
  return [problem(`${inside}: ${issue.message}`, located.placeOf(path))];
}

/** Reads and checks a trace. Every problem is reported, not only the first, unless the text is no JSON. */
export function parseTrace(text: string, file: string): ParsedTrace {
  let located: LocatedJson;
  try {
    located = parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const hint = text.trim() === '' ? 'the file is empty' : undefined;
    return { ok: false, problems: [{ code: 'LR301', message: error.message, where: { file, ...error.at }, hint }] };
  }
  const checked = traceFile.safeParse(located.value);
  if (!checked.success)
    return { ok: false, problems: checked.error.issues.flatMap((issue) => problemsOf(issue, located, file)) };
  // The value itself, not zod's copy: the schema changes nothing, and the types are the same by test.
  const trace = located.value as unknown as TraceFile;
  const problems = checkTrace(trace).map(
    ({ code, message, path, hint }): TraceProblem => ({
      code,
      message,
      where: { file, ...located.placeOf(path) },
      hint,
    }),
  );
  if (problems.length > 0) return { ok: false, problems };
  const steps = trace.steps.map((_, i): Position => ({ file, ...located.placeOf(['steps', i]) }));
  return { ok: true, source: { file, trace, steps } };
}
