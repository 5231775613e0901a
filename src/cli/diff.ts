/** `lastref diff A B [paths...]`: the shortest schedule after which an observer can tell two semantics apart. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { DEFAULT_BUDGET } from '../explore/budget.ts';
import { compare } from '../gate/diff/compare.ts';
import type { Comparison } from '../gate/diff/result.ts';
import type { ModelDefinition } from '../modelling/model.ts';
import { PLAIN, paletteFor } from '../report/colour.ts';
import { type DiffReport, diffText } from '../report/diff.ts';
import { diffJson, diffMarkdown } from '../report/diff-json.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type Context, emit } from './context.ts';
import { inputError } from './errors.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { interruptible } from './interruptible.ts';
import type { Io } from './io.ts';
import { type Chosen, chooseSemantics } from './load-semantics.ts';
import type { OutputOptions, RunOptions, SelectionOptions } from './options.ts';
import { progressFor } from './progress.ts';
import { menuPaths, selectScenarios, showProblems } from './scenarios.ts';
import { demandTypes } from './type-check.ts';
import { version } from './version.ts';

export const DIFF_FORMATS = ['text', 'markdown', 'json'] as const;

export interface DiffCommandOptions
  extends Pick<RunOptions, 'grain' | 'maxStates' | 'maxSeconds' | 'maxDepth'>,
    OutputOptions<(typeof DIFF_FORMATS)[number]>,
    SelectionOptions {
  readonly generate?: boolean;
  readonly all?: boolean;
  readonly progress?: boolean;
}

const SUITE = 'scenarios';

const MEANINGS: Readonly<Record<number, string>> = {
  [EXIT.expected]: 'nobody can tell them apart',
  [EXIT.violated]: 'they can be told apart',
  [EXIT.unknown]: 'unknown: a bound was hit before anything differed',
  [EXIT.vacuous]: 'vacuous: no scenario could be compared',
};

/** What is compared: the scenarios that are named, or the suite; and menu worlds where none are named. */
function chosenScenarios(
  paths: readonly string[],
  options: DiffCommandOptions,
  model: ModelDefinition,
  io: Io,
): readonly Scenario[] | undefined {
  const { generate, claim, family } = options;
  const selects = claim !== undefined || family !== undefined;
  const suite = paths.length === 0 && (selects || (generate !== true && existsSync(resolve(io.cwd, SUITE))));
  const named = suite ? [SUITE] : paths;
  const menus = generate === true || (paths.length === 0 && !selects) ? menuPaths(model) : [];
  return selectScenarios([...named, ...menus], options, model, io);
}

function exitCodeOf({ differences, explored }: Comparison): ExitCode {
  if (differences.length > 0) return EXIT.violated;
  const compared = explored.filter(({ incomparable }) => incomparable === undefined);
  if (compared.length === 0) return EXIT.vacuous;
  return compared.every(({ exhausted }) => exhausted) ? EXIT.expected : EXIT.unknown;
}

function output(comparison: Comparison, options: DiffCommandOptions, io: Io): ExitCode {
  const exitCode = exitCodeOf(comparison);
  const report: DiffReport = {
    version: version(),
    comparison,
    interrupted: false,
    exitCode,
    exitMeaning: MEANINGS[exitCode] ?? '',
  };
  const palette = options.out === undefined ? paletteFor(io.stdout.isTerminal, io.env) : PLAIN;
  if (options.format === 'json') emit(diffJson(report), options, io);
  else if (options.format === 'markdown') emit(diffMarkdown(report), options, io);
  else emit(diffText(report, palette), options, io);
  return exitCode;
}

export async function diff(
  words: readonly [a: string, b: string],
  paths: readonly string[],
  options: DiffCommandOptions,
  { io, model: load }: Context,
): Promise<ExitCode> {
  const { grain: grains = ['command'] } = options;
  const [grain = 'command', ...others] = grains;
  if (others.length > 0) throw inputError('LR001', 'diff takes one grain', 'run it once for each');
  // The same word twice is no mistake: whatever there is to compare has to come out equal.
  const { model, chosen = [] } = await chooseSemantics([...new Set(words)], await load(), io.cwd);
  await demandTypes(
    chosen.map(({ as }) => as),
    io,
  );
  const scenarios = chosenScenarios(paths, options, model, io);
  if (scenarios === undefined) return EXIT.input;
  const sideOf = ({ name, as }: Chosen) => ({ semantics: model.semantics[name] as never, as: as ?? name });
  const [a, b = a] = chosen.map(sideOf);
  if (a === undefined || b === undefined) throw inputError('LR001', 'two semantics are needed');
  const { maxStates, maxSeconds, maxDepth } = options;
  const { maxBytes } = DEFAULT_BUDGET;
  const progress = progressFor(io, options.progress === true);
  const run = interruptible(() =>
    compare(scenarios, model, [a, b], {
      grain,
      all: options.all === true,
      budget: {
        maxStates: maxStates ?? DEFAULT_BUDGET.maxStates,
        maxSeconds: maxSeconds ?? DEFAULT_BUDGET.maxSeconds,
        maxDepth: maxDepth ?? DEFAULT_BUDGET.maxDepth,
        maxBytes,
      },
      onLevel: ({ depth, states, seconds }) =>
        progress.figures(`${a.as} and ${b.as}`, { states, transitions: 0, waiting: 0, depth, seconds }),
    }),
  );
  progress.end();
  if (!run.done) {
    io.stderr.write('lastref: interrupted; nothing is known\n');
    return EXIT.unknown;
  }
  if (!run.value.ok) {
    showProblems(run.value.problems, io);
    return EXIT.input;
  }
  return output(run.value.value, options, io);
}
