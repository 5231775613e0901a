/** Scenarios over the tiny model, written as short as tests want them. */
import { type CheckOptions, checkScenario } from '../../src/scenario/check.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { type Problem, problemText, type Result } from '../../src/scenario/problem.ts';
import type { CheckResult, CheckVerdict } from '../../src/scenario/result.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { tiny } from './tiny-model.ts';

export const FILE = 'scenarios/links/two.yaml';

/** Two processes, each with a link on one cgroup; chaos removes it or kills one of them. */
export const TWO = `title: two links on one cgroup
claims: [C6]
semantics: [linux-1, linux-2]
objects:
  programs: [fw1, fw2]
  cgroups: [web]
actors:
  alice: [ { link_create: { cgroup: web, prog: fw1, as: a } }, exit ]
  bob:
    - link_create: { cgroup: web, prog: fw2, as: b }
      result: r
    - close: b
  chaos: { may: [ { kill: alice }, { rmdir: web } ], times: 1 }
roles: { firewall: [fw1, fw2] }
check:
  - few-links: { on: web, most: 1 }
  - loaded-at-end: firewall
expect:
  linux-2: { few-links: violated }
`;

/** A scenario with these parts; `actors` and `check` are YAML. */
export const written = (actors: string, check: string, more = ''): string =>
  `title: t\nobjects: { programs: [fw1, fw2], cgroups: [web, api] }\n${more}actors:\n${actors}\ncheck:\n${check}\n`;

export const load = (text: string): Result<Scenario> => loadScenario(text, FILE, tiny);

export function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.problems.map(problemText).join('\n'));
  return result.value;
}

export const problems = (result: Result<unknown>): readonly Problem[] => (result.ok ? [] : result.problems);

/** `line:column code message` of every problem. */
export const complaints = (text: string): readonly string[] =>
  problems(load(text)).map(({ line, column, code, message }) => `${line}:${column} ${code} ${message}`);

export const hints = (text: string): readonly (string | undefined)[] => problems(load(text)).map(({ hint }) => hint);

export const check = (text: string, semantics = 'linux-2', options: CheckOptions = {}): CheckResult =>
  value(checkScenario(value(load(text)), tiny, semantics, options));

export function verdictOf(result: CheckResult, label: string): CheckVerdict {
  const verdict = result.verdicts.find((candidate) => candidate.label === label);
  if (verdict === undefined)
    throw new Error(`no verdict ${label} among ${result.verdicts.map((one) => one.label).join(', ')}`);
  return verdict;
}
