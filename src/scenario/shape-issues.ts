/** Zod's issues as problems that name what the user wrote and where it stands. */
import type { z } from 'zod';
import { didYouMean } from '../world/suggest.ts';
import { budgetFormat, plannedActor, scenarioFormat } from './format.ts';
import type { Problems } from './problem.ts';
import type { Path, YamlSource } from './yaml-source.ts';

type Issue = z.core.$ZodIssue;

const TYPES: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'named parts',
  record: 'named parts',
  string: 'text',
  int: 'a whole number',
  number: 'a number',
};

/** `actors.bob.may[2]` */
export function shownPath(path: Path): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i === 0 ? '' : '.'}${part}`)).join('');
}

const LONGEST_SHOWN = 40;

export function shownValue(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((found, part) => {
    const around = found as Readonly<Record<string | number, unknown>> | null | undefined;
    return typeof around === 'object' && around !== null && Object.hasOwn(around, part) ? around[part] : undefined;
  }, value);
}

function knownKeys(path: Path): readonly string[] {
  if (path.length === 0) return Object.keys(scenarioFormat.shape);
  return Object.keys((path[0] === 'budget' ? budgetFormat : plannedActor).shape);
}

/** What one branch of a union expects here, or undefined if the branch fits here and the trouble lies deeper. */
function expectedHere(issues: readonly Issue[]): string | undefined {
  const [issue] = issues;
  if (issue === undefined || issue.path.length > 0) return undefined;
  if (issue.code === 'invalid_type') return TYPES[issue.expected] ?? issue.expected;
  return issue.code === 'invalid_union' ? unionExpects(issue) : undefined;
}

function unionExpects(issue: Extract<Issue, { code: 'invalid_union' }>): string | undefined {
  const expected = issue.errors.map((branch) => expectedHere(branch));
  return expected.some((what) => what === undefined) ? undefined : expected.join(' or ');
}

function sizeMessage(issue: Extract<Issue, { code: 'too_small' | 'too_big' }>): string {
  const counted = issue.origin === 'string' || issue.origin === 'array';
  if (issue.code === 'too_big')
    return counted ? `has more than ${issue.maximum} items` : `must be at most ${issue.maximum}`;
  return counted ? 'must not be empty' : `must be at least ${issue.minimum}`;
}

/** What is wrong with a value of the right type, and what may have been meant. */
function complaint(issue: Issue, value: unknown): readonly [message: string, hint?: string | undefined] {
  switch (issue.code) {
    case 'too_small':
    case 'too_big':
      return [sizeMessage(issue)];
    case 'invalid_value':
      return [
        `must be one of ${issue.values.join(', ')}, got ${shownValue(value)}`,
        didYouMean(String(value), issue.values.map(String)),
      ];
    case 'invalid_format':
      return [`a claim is one of C1 to C35, got ${shownValue(value)}`];
    default:
      return [issue.message];
  }
}

export class ShapeIssues {
  private readonly source: YamlSource;
  private readonly problems: Problems;

  constructor(source: YamlSource, problems: Problems) {
    this.source = source;
    this.problems = problems;
  }

  report(issue: Issue, around: Path = []): void {
    const path = [...around, ...(issue.path as Path)];
    if (issue.code === 'unrecognized_keys') this.unknownKeys(issue.keys, path);
    else if (issue.code === 'invalid_type') this.wrongType(path, TYPES[issue.expected] ?? issue.expected);
    else if (issue.code === 'invalid_union') this.union(issue, path);
    else {
      const [message, hint] = complaint(issue, valueAt(this.source.value, path));
      this.problems.add('LR105', `${shownPath(path) || 'the scenario'}: ${message}`, this.source.at(path), hint);
    }
  }

  private unknownKeys(keys: readonly string[], path: Path): void {
    const known = knownKeys(path);
    for (const key of keys) {
      const inside = path.length === 0 ? '' : ` in ${shownPath(path)}`;
      const hint = didYouMean(key, known) ?? `known here: ${known.join(', ')}`;
      this.problems.add('LR104', `unknown key "${key}"${inside}`, this.source.keyAt([...path, key]), hint);
    }
  }

  private wrongType(path: Path, expected: string): void {
    const value = valueAt(this.source.value, path);
    if (value === undefined)
      this.problems.add('LR106', `"${shownPath(path)}" is missing`, this.source.at(path.slice(0, -1)));
    else
      this.problems.add(
        'LR105',
        `${shownPath(path) || 'the scenario'}: expected ${expected}, got ${shownValue(value)}`,
        this.source.at(path),
      );
  }

  /** The branch that the value was meant for is the one whose complaint lies deeper than the value's own type. */
  private union(issue: Extract<Issue, { code: 'invalid_union' }>, path: Path): void {
    const meant = issue.errors.find((branch) => expectedHere(branch) === undefined);
    if (meant === undefined || meant.length === 0) this.wrongType(path, unionExpects(issue) ?? 'something else');
    else for (const inner of meant) this.report(inner, path);
  }
}
