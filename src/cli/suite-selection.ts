/** Which scenarios a gate looks at, by the paths that records name them with. */
import { relative, resolve, sep } from 'node:path';
import process from 'node:process';
import type { ModelDefinition } from '../modelling/model.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Io } from './io.ts';
import type { SelectionOptions } from './options.ts';
import { selectScenarios } from './scenarios.ts';

export interface SuiteSelection {
  readonly scenarios: readonly Scenario[];
  /** Path of a scenario file, relative to the working directory, with `/`. */
  readonly pathOf: (file: string) => string;
  /** Would a scenario of this path have been selected, if there were one? */
  readonly covers: (scenario: string) => boolean;
}

/** Undefined after showing what is wrong with the files. Throws InputError where nothing matches. */
export function selectSuite(
  paths: readonly string[],
  options: SelectionOptions,
  model: ModelDefinition,
  io: Io,
): SuiteSelection | undefined {
  const scenarios = selectScenarios(paths, options, model, io);
  if (scenarios === undefined) return undefined;
  const roots = (paths.length === 0 ? ['scenarios'] : paths).map((path) => resolve(io.cwd, path));
  const filtered = options.claim !== undefined || options.family !== undefined;
  return {
    scenarios,
    pathOf: (file) => relative(io.cwd, resolve(process.cwd(), file)).replaceAll(sep, '/'),
    covers: (scenario) => {
      const path = resolve(io.cwd, scenario);
      return !filtered && roots.some((root) => path === root || path.startsWith(root + sep));
    },
  };
}
