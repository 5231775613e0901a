/** Suites: scenario files under paths, filtered, with the runs that each asks for. */
import { type Dirent, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelDefinition } from '../modelling/model.ts';
import type { Grain } from '../world/input.ts';
import { didYouMean } from '../world/suggest.ts';
import { parseExpectationKey, type Run } from './expectations.ts';
import { loadScenarioFile } from './load.ts';
import { failure, type Problem, problemAt, type Result, success } from './problem.ts';
import type { Scenario } from './scenario.ts';

export interface SuiteFilter {
  readonly family?: string | undefined;
  readonly claim?: string | undefined;
  /** Part of the file's name or of the title, in any case. */
  readonly name?: string | undefined;
}

/** What a command line says instead of the scenarios. */
export interface RunOverride {
  readonly semantics?: readonly string[] | undefined;
  readonly grain?: Grain | undefined;
}

export interface SuiteEntry {
  readonly scenario: Scenario;
  readonly runs: readonly Run[];
}

/** Scenario files under a folder, by name, so that every machine runs them in the same order. */
function filesUnder(folder: string): string[] {
  const byName = (a: Dirent, b: Dirent): number => (a.name < b.name ? -1 : 1);
  return readdirSync(folder, { withFileTypes: true })
    .sort(byName)
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesUnder(path);
      return /\.ya?ml$/.test(entry.name) ? [path] : [];
    });
}

/** Scenario files of files and folders; LR100 for paths that cannot be read. */
export function findScenarioFiles(paths: readonly string[]): Result<readonly string[]> {
  const problems: Problem[] = [];
  const files = paths.flatMap((path) => {
    try {
      return statSync(path).isDirectory() ? filesUnder(path) : [path];
    } catch (error) {
      problems.push(problemAt('LR100', `cannot be read: ${(error as Error).message}`, { file: path }));
      return [];
    }
  });
  return problems.length > 0 ? failure(problems) : success([...new Set(files)]);
}

function selected(scenario: Scenario, { family, claim, name }: SuiteFilter): boolean {
  if (family !== undefined && scenario.family !== family) return false;
  if (claim !== undefined && !scenario.claims.includes(claim)) return false;
  return name === undefined || `${scenario.name}\n${scenario.title}`.toLowerCase().includes(name.toLowerCase());
}

/** The runs of a scenario: its semantics, and those it has expectations for; or what the command line says. */
export function runsOf(scenario: Scenario, override: RunOverride = {}): readonly Run[] {
  const own = [...scenario.semantics, ...Object.keys(scenario.expect)].map(parseExpectationKey);
  const wanted = override.semantics?.map((semantics) => ({ semantics, grain: undefined })) ?? own;
  const runs = wanted.map(
    ({ semantics, grain }): Run => ({
      semantics,
      grain: override.grain ?? (grain as Grain | undefined) ?? scenario.grain,
    }),
  );
  return [...new Map(runs.map((run) => [`${run.semantics}@${run.grain}`, run])).values()];
}

function nothing(scenarios: readonly Scenario[], paths: readonly string[], filter: SuiteFilter): Problem {
  const where = { file: paths[0] ?? '.' };
  if (scenarios.length === 0)
    return problemAt(
      'LR120',
      `no scenario file under ${paths.join(', ') || 'no path'}`,
      where,
      'scenarios end in .yaml',
    );
  const words = Object.entries(filter).flatMap(([key, value]) => (value === undefined ? [] : [`${key} ${value}`]));
  const hints = [
    filter.family === undefined ? undefined : didYouMean(filter.family, new Set(scenarios.map(({ family }) => family))),
    filter.claim === undefined
      ? undefined
      : didYouMean(filter.claim, new Set(scenarios.flatMap(({ claims }) => claims))),
    filter.name === undefined ? undefined : didYouMean(filter.name, new Set(scenarios.map(({ name }) => name))),
  ];
  return problemAt(
    'LR120',
    `none of ${scenarios.length} scenarios matches ${words.join(' and ')}`,
    where,
    hints.find((hint) => hint !== undefined),
  );
}

/**
 * Loads every scenario under the paths. All problems of all files are listed, and then nothing is returned to run: a suite
 * that silently lacks a scenario would prove less than it says. LR120 where nothing matches.
 */
export function loadSuite(
  paths: readonly string[],
  model: ModelDefinition,
  filter: SuiteFilter = {},
  override: RunOverride = {},
): Result<readonly SuiteEntry[]> {
  const files = findScenarioFiles(paths);
  if (!files.ok) return files;
  const loaded = files.value.map((file) => loadScenarioFile(file, model));
  const problems = loaded.flatMap((one) => (one.ok ? [] : one.problems));
  if (problems.length > 0) return failure(problems);
  const scenarios = loaded.flatMap((one) => (one.ok ? [one.value] : []));
  const chosen = scenarios.filter((scenario) => selected(scenario, filter));
  if (chosen.length === 0) return failure([nothing(scenarios, paths, filter)]);
  return success(chosen.map((scenario) => ({ scenario, runs: runsOf(scenario, override) })));
}
