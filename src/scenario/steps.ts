/** Steps as scenarios write them: a bare word, text, or one operation with its arguments. */
import type { Position } from '../world/input.ts';
import { didYouMean } from '../world/suggest.ts';
import { STEP_EXTRAS } from './format.ts';
import type { Problems } from './problem.ts';
import { shownValue } from './shape-issues.ts';
import { type Path, readYaml, type YamlSource } from './yaml-source.ts';

/** A step before the model is asked what its arguments mean. */
export interface Step {
  readonly op: string;
  /** Null if none are given; a single value stands for the argument that the operation needs. */
  readonly args: unknown;
  /** `as` and `result` that stand beside the operation. */
  readonly beside: Readonly<Partial<Record<(typeof STEP_EXTRAS)[number], unknown>>>;
  readonly where: Position;
  /** Where an argument stands. */
  readonly argumentAt: (name: string) => Position;
}

const TEXT = /^([A-Za-z_]\w*)(?:\s+(\S[\s\S]*))?$/;

/** Reads the step at `path`; undefined if a problem was reported. */
export function readStep(raw: unknown, path: Path, source: YamlSource, problems: Problems): Step | undefined {
  const where = source.at(path);
  if (typeof raw === 'string') return readText(raw, where, problems);
  const step = raw as Readonly<Record<string, unknown>>;
  const extras: readonly string[] = STEP_EXTRAS;
  const ops = Object.keys(step).filter((key) => !extras.includes(key));
  const [op] = ops;
  if (op === undefined || ops.length > 1) {
    const found = ops.length === 0 ? 'none' : ops.map((name) => `"${name}"`).join(' and ');
    problems.add('LR107', `a step is exactly one operation, found ${found}`, where, mistake(ops));
    return undefined;
  }
  // `- close { handle: l }` is YAML, with the key `close { handle`: read as what was meant.
  if (/\s/.test(op) && typeof step[op] === 'string' && ops.length === Object.keys(step).length)
    return readText(`${op}: ${step[op]}`, where, problems);
  const beside = Object.fromEntries(Object.entries(step).filter(([key]) => extras.includes(key)));
  return {
    op,
    args: step[op],
    beside,
    where: source.keyAt([...path, op]),
    argumentAt: (name) => source.keyAt([...path, op, name]),
  };
}

/** Arguments that slipped out of their braces, or a misspelt `as`. */
function mistake(ops: readonly string[]): string {
  const close = ops
    .slice(1)
    .map((name) => didYouMean(name, STEP_EXTRAS))
    .find((hint) => hint !== undefined);
  return close ?? 'write `operation: { argument: value }`';
}

/** `exit`, `rmdir web`, `unlink { path: p }`. */
function readText(text: string, where: Position, problems: Problems): Step | undefined {
  const [, op, rest] = TEXT.exec(text.trim()) ?? [];
  if (op === undefined) {
    problems.add('LR107', `${shownValue(text)} is no step`, where, 'write `operation: { argument: value }`');
    return undefined;
  }
  const bare = { op, beside: {}, where, argumentAt: () => where };
  if (rest === undefined) return { ...bare, args: null };
  const args = readYaml(rest, where.file);
  if (args.ok) return { ...bare, args: args.value.value };
  for (const { code, message } of args.problems) problems.add(code, `arguments of ${op}: ${message}`, where);
  return undefined;
}
