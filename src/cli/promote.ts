/** `lastref promote [paths...]`: the present verdicts of the default semantics become the accepted records. */
import { compareRecords } from '../gate/compare.ts';
import type { ScenarioRecord } from '../gate/record.ts';
import { applyWaivers } from '../gate/waivers.ts';
import type { ModelDefinition } from '../modelling/model.ts';
import { promotionText } from '../report/gate/promotion.ts';
import type { CheckResult } from '../scenario/result.ts';
import { runsOf } from '../scenario/suite.ts';
import { type Collected, ScenarioProblems } from './collect.ts';
import type { Context } from './context.ts';
import { problemText } from './errors.ts';
import { EXIT, type ExitCode, exitCodeOf, worst } from './exit-code.ts';
import { codeOfFailure, runSide } from './gate-side.ts';
import {
  applyGoldenChanges,
  DEFAULT_GOLDEN,
  type GoldenChange,
  goldenChanges,
  readGoldenFolder,
} from './golden-files.ts';
import type { Io } from './io.ts';
import type { SelectionOptions } from './options.ts';
import { progressFor } from './progress.ts';
import { type SuiteSelection, selectSuite } from './suite-selection.ts';
import { loadWaivers, todayOf } from './waiver-file.ts';

export interface PromoteOptions extends SelectionOptions {
  readonly golden?: string;
  readonly waivers?: string;
  readonly today?: string;
  readonly check?: boolean;
  readonly withWaivers?: boolean;
}

interface Refusal {
  readonly code: ExitCode;
  readonly message: string;
}

/** What a run found that is not known, or not what its scenario expects, if that speaks of the semantics at all. */
function refusalsOf(result: CheckResult, speaks: boolean): readonly Refusal[] {
  const where = `${result.file} at grain ${result.grain}`;
  const unclean = result.verdicts.flatMap((verdict): readonly Refusal[] => {
    const unknown = verdict.verdict === 'unknown';
    const code = unknown ? EXIT.unknown : speaks ? exitCodeOf(verdict) : EXIT.expected;
    const message = `${where}: ${verdict.label} is ${verdict.verdict}, expected: ${verdict.expected}`;
    return code === EXIT.expected ? [] : [{ code, message }];
  });
  if (unclean.length > 0 || result.bounds.length === 0) return unclean;
  return [{ code: EXIT.unknown, message: `${where}: a bound was hit: ${result.bounds.join(', ')}` }];
}

/** A setup that fails is what a record says of a scenario for other semantics; elsewhere it is a mistake. */
function setupRefusals({ scenario, runs }: ScenarioRecord): readonly Refusal[] {
  return Object.entries(runs).flatMap(([grain, { setup }]) =>
    setup === undefined
      ? []
      : [{ code: EXIT.input, message: `${scenario} at grain ${grain}: the setup does not succeed: ${setup}` }],
  );
}

/** Everything that stands against accepting these runs. */
function allRefusals({ results, records, name }: Collected, { scenarios, pathOf }: SuiteSelection): readonly Refusal[] {
  const speaking = new Set(
    scenarios
      .filter((scenario) => runsOf(scenario).some(({ semantics }) => semantics === name))
      .map(({ file }) => pathOf(file)),
  );
  return [
    ...results.flatMap((result) => refusalsOf(result, speaking.has(pathOf(result.file)))),
    ...records.filter(({ scenario }) => speaking.has(scenario)).flatMap(setupRefusals),
  ];
}

interface Promotion {
  readonly options: PromoteOptions;
  readonly io: Io;
  readonly model: ModelDefinition;
  readonly suite: SuiteSelection;
}

async function collectAll({ io, model, suite }: Promotion): Promise<Collected> {
  return await runSide({
    request: {
      word: model.defaultSemantics,
      cwd: io.cwd,
      files: suite.scenarios.map(({ file }) => file),
      budget: {},
      builtOn: undefined,
      mutant: undefined,
    },
    scenarios: suite.scenarios,
    model,
    io,
    progress: progressFor(io, false),
    pathOf: suite.pathOf,
  });
}

function refused(refusals: readonly Refusal[], { io }: Promotion): ExitCode {
  for (const { message } of refusals) io.stderr.write(problemText({ code: 'LR508', message }, io.cwd));
  io.stderr.write('lastref: nothing was promoted\n');
  return worst(refusals.map(({ code }) => code));
}

function write(changes: readonly GoldenChange[], { options, io }: Promotion): ExitCode {
  if (options.check === true) return changes.length === 0 ? EXIT.expected : EXIT.violated;
  applyGoldenChanges(changes);
  if (changes.length > 0) io.stderr.write(`lastref: ${options.golden ?? DEFAULT_GOLDEN} is changed; review its diff\n`);
  return EXIT.expected;
}

async function run(promotion: Promotion): Promise<ExitCode> {
  const { options, io, model, suite } = promotion;
  const { golden = DEFAULT_GOLDEN } = options;
  const { waivers } = loadWaivers(options.waivers, io.cwd);
  const selected = new Set(suite.scenarios.map(({ file }) => suite.pathOf(file)));
  const takesPart = (scenario: string): boolean => selected.has(scenario) || suite.covers(scenario);
  const present = readGoldenFolder(golden, model.defaultSemantics, io.cwd).filter(({ record }) =>
    takesPart(record.scenario),
  );
  const collected = await collectAll(promotion);
  const refusals = allRefusals(collected, suite);
  if (refusals.length > 0) return refused(refusals, promotion);
  const comparison = compareRecords(
    present.map(({ record }) => record),
    collected.records,
  );
  const { waived, problems } = applyWaivers(waivers, comparison.divergences, {
    candidate: model.defaultSemantics,
    today: options.today ?? todayOf(new Date()),
    selected: takesPart,
  });
  if (problems.length > 0) throw new ScenarioProblems(problems);
  if (waived.size > 0 && options.withWaivers !== true) {
    const accepted = [...waived].map(([{ subject, scenario }, { reason }]) => ({
      code: EXIT.input,
      message: `${scenario}: ${subject} is waived (${reason}) and not accepted; --with-waivers accepts it`,
    }));
    return refused(accepted, promotion);
  }
  const changes = goldenChanges(golden, collected.records, present, io.cwd);
  io.stdout.write(
    promotionText(comparison, changes, { golden, semantics: model.defaultSemantics, only: options.check === true }),
  );
  return write(changes, promotion);
}

export async function promote(
  paths: readonly string[],
  options: PromoteOptions,
  { io, model: load }: Context,
): Promise<ExitCode> {
  const model = await load();
  const suite = selectSuite(paths, options, model, io);
  if (suite === undefined) return EXIT.input;
  try {
    return await run({ options, io, model, suite });
  } catch (error) {
    return codeOfFailure(error, io, 'nothing was promoted');
  }
}
