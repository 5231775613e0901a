/** Scenario files as the command line names them. */
import { relative, resolve } from 'node:path';
import process from 'node:process';
import type { ModelDefinition } from '../modelling/model.ts';
import { loadScenario, loadScenarioFile } from '../scenario/load.ts';
import { failure, type Problem, problemAt, type Result } from '../scenario/problem.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { findScenarioFiles } from '../scenario/suite.ts';
import { InputError } from '../world/input.ts';
import { didYouMean } from '../world/suggest.ts';
import { showProblem } from './errors.ts';
import type { Io } from './io.ts';
import type { SelectionOptions } from './options.ts';

/** Where scenarios are when none are named. */
const DEFAULT_PATHS: readonly string[] = ['scenarios'];

/** Relative to the process, so that replay commands name files as their user would. */
export const pathOf = (path: string, { cwd }: Io): string => relative(process.cwd(), resolve(cwd, path)) || '.';

export function showProblems(problems: readonly Problem[], io: Io): void {
  for (const { code, message, file, line, column, hint } of problems)
    showProblem({ code, message, where: { file, line, column }, hint }, io);
}

function matches(scenario: Scenario, { claim, family }: SelectionOptions): boolean {
  return (
    (family === undefined || family.includes(scenario.family)) &&
    (claim === undefined || scenario.claims.some((each) => claim.includes(each)))
  );
}

/** Nothing matched is an error, with a hint where a name is nearly right. */
function nothingMatches(scenarios: readonly Scenario[], { claim = [], family = [] }: SelectionOptions): InputError {
  const families = new Set(scenarios.map((scenario) => scenario.family));
  const claims = new Set(scenarios.flatMap((scenario) => scenario.claims));
  const words = [...family.map((name) => `family ${name}`), ...claim.map((id) => `claim ${id}`)].join(', ');
  const hint = [...family.map((name) => didYouMean(name, families)), ...claim.map((id) => didYouMean(id, claims))].find(
    (each) => each !== undefined,
  );
  return new InputError(
    'LR120',
    `no scenario matches: none of ${scenarios.length} has ${words}`,
    undefined,
    hint ?? `families: ${[...families].sort().join(', ')}`,
  );
}

/** Scenarios that were read, and what is wrong with the other files. */
interface Read {
  readonly scenarios: readonly Scenario[];
  readonly problems: readonly Problem[];
}

/** A menu world of the model is named so where scenario files are named. */
const MENU = 'menu:';

/** Every menu world, as paths name them. */
export const menuPaths = ({ menus = [] }: ModelDefinition): readonly string[] => menus.map(({ name }) => MENU + name);

/** Reads a scenario file, or a menu world of the model (`menu:links`). */
export function loadNamed(path: string, model: ModelDefinition, io: Io): Result<Scenario> {
  if (!path.startsWith(MENU)) return loadScenarioFile(pathOf(path, io), model);
  const menu = model.menus?.find(({ name }) => MENU + name === path);
  if (menu !== undefined) return loadScenario(JSON.stringify(menu.scenario), path, model);
  const hint = didYouMean(path, menuPaths(model)) ?? `there are ${menuPaths(model).join(', ')}`;
  return failure([problemAt('LR100', 'the model has no such menu world', { file: path }, hint)]);
}

function read(paths: readonly string[], model: ModelDefinition, io: Io): Read {
  const menus = paths.filter((path) => path.startsWith(MENU));
  const found = findScenarioFiles(paths.filter((path) => !menus.includes(path)).map((path) => pathOf(path, io)));
  if (!found.ok) return { scenarios: [], problems: found.problems };
  const loaded = [
    ...found.value.map((file) => loadScenarioFile(file, model)),
    ...menus.map((path) => loadNamed(path, model, io)),
  ];
  return {
    scenarios: loaded.flatMap((each) => (each.ok ? [each.value] : [])),
    problems: loaded.flatMap((each) => (each.ok ? [] : each.problems)),
  };
}

/**
 * The scenarios under the paths that match; undefined after showing what is wrong with them: a suite that silently lacks
 * a scenario would prove less than it says. Throws InputError where nothing matches.
 */
export function selectScenarios(
  paths: readonly string[],
  selection: SelectionOptions,
  model: ModelDefinition,
  io: Io,
): readonly Scenario[] | undefined {
  const named = paths.length === 0 ? DEFAULT_PATHS : paths;
  const { scenarios, problems } = read(named, model, io);
  if (problems.length > 0) {
    showProblems(problems, io);
    return undefined;
  }
  if (scenarios.length === 0)
    throw new InputError(
      'LR120',
      `no scenario matches: no *.yaml file under ${named.join(', ')}`,
      undefined,
      '`lastref init scenario NAME` writes one to start from',
    );
  const matching = scenarios.filter((scenario) => matches(scenario, selection));
  if (matching.length === 0) throw nothingMatches(scenarios, selection);
  return matching;
}

/** Scenarios of the default folder as far as they can be read, for cross references. */
export function knownScenarios(model: ModelDefinition, io: Io): readonly Scenario[] {
  return read(DEFAULT_PATHS, model, io).scenarios;
}
