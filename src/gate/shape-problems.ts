/** What zod refuses in a YAML file, with the place of the value. */
import type { z } from 'zod';
import { type Problem, problemAt } from '../scenario/problem.ts';
import type { Path, YamlSource } from '../scenario/yaml-source.ts';
import { didYouMean } from '../world/suggest.ts';

const shown = (path: Path): string =>
  path.map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i === 0 ? '' : '.'}${part}`)).join('');

/** One problem for each issue, under one code. `known`: keys that a misspelt one may have meant. */
export function shapeProblems(
  { issues }: z.ZodError,
  source: YamlSource,
  code: string,
  hint?: string,
  known: readonly string[] = [],
): readonly Problem[] {
  return issues.flatMap((issue) => {
    const path = issue.path as Path;
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) =>
        problemAt(code, `unknown key "${key}"`, source.keyAt([...path, key]), didYouMean(key, known) ?? hint),
      );
    const where = shown(path);
    const missing = issue.code === 'invalid_type' && issue.input === undefined && issue.message.endsWith('undefined');
    if (missing) return [problemAt(code, `"${where}" is missing`, source.at(path.slice(0, -1)), hint)];
    return [problemAt(code, `${where === '' ? '' : `${where}: `}${issue.message}`, source.at(path), hint)];
  });
}
