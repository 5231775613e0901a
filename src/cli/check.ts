/** `lastref check [paths...]`: explores scenarios, compares verdicts with what they expect, and reports. */
import { resolve } from 'node:path';
import type { ModelDefinition } from '../modelling/model.ts';
import { PLAIN, paletteFor } from '../report/colour.ts';
import { suiteJson } from '../report/json.ts';
import { suiteJunit } from '../report/junit.ts';
import { asExpected, type SuiteReport } from '../report/suite.ts';
import { suiteText } from '../report/text.ts';
import { shortFile } from '../report/verdicts.ts';
import { writeReports } from '../report/write.ts';
import { checkScenario, type CheckOptions as SearchOptions } from '../scenario/check.ts';
import type { Run } from '../scenario/expectations.ts';
import type { CheckResult, CheckVerdict } from '../scenario/result.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { runsOf } from '../scenario/suite.ts';
import { withReasons } from '../scenario/why.ts';
import { type Context, emit } from './context.ts';
import { EXIT, type ExitCode, exitCodeOfRun, meaningOf, worst } from './exit-code.ts';
import { withExpectationsOfBase } from './expectations-of-base.ts';
import { interruptible } from './interruptible.ts';
import type { Io } from './io.ts';
import { type Chosen, chooseSemantics } from './load-semantics.ts';
import type { OutputOptions, RunOptions, SelectionOptions } from './options.ts';
import { type Progress, progressFor } from './progress.ts';
import { selectScenarios, showProblems } from './scenarios.ts';
import { demandTypes } from './type-check.ts';
import { universeOf } from './universe.ts';
import { version } from './version.ts';

export interface CheckCommandOptions extends RunOptions, OutputOptions, SelectionOptions {
  readonly verbose?: boolean;
  readonly progress?: boolean;
  /** Folder for files of every format; true for the default. */
  readonly reports?: string | true;
}

const DEFAULT_REPORTS = 'reports/run';
/** Width of text that does not go to a terminal. */
const DEFAULT_WIDTH = 100;

interface Job {
  readonly scenario: Scenario;
  readonly run: Run;
}

interface Ran {
  readonly results: readonly CheckResult[];
  readonly codes: readonly ExitCode[];
  readonly interrupted: boolean;
}

/** Every scenario under each of its semantics and grains. */
function jobsOf(
  scenarios: readonly Scenario[],
  chosen: readonly Chosen[] | undefined,
  { grain }: RunOptions,
): readonly Job[] {
  const semantics = chosen?.map(({ name }) => name);
  const grains = grain ?? [undefined];
  return scenarios.flatMap((scenario) =>
    grains.flatMap((each) => runsOf(scenario, { semantics, grain: each }).map((run) => ({ scenario, run }))),
  );
}

function searchOptions({ strategy, seed, maxStates, maxSeconds, maxDepth }: RunOptions): SearchOptions {
  return { strategy, seed, depth: maxDepth, budget: { maxStates, maxSeconds, maxDepth } };
}

const nextTurn = (): Promise<void> => new Promise((done) => void setImmediate(done));

/** Runs the jobs one after the other, until the user interrupts. */
async function runJobs(
  jobs: readonly Job[],
  model: ModelDefinition,
  chosen: readonly Chosen[],
  options: RunOptions,
  progress: Progress,
  io: Io,
): Promise<Ran> {
  const results: CheckResult[] = [];
  const codes: ExitCode[] = [];
  let interrupted = false;
  const unlisten = io.onInterrupt(() => {
    interrupted = true;
  });
  for (const [i, { scenario, run }] of jobs.entries()) {
    // A signal between two searches is delivered when the event loop has its turn.
    await nextTurn();
    if (interrupted) break;
    const what = `${i + 1}/${jobs.length} ${shortFile(scenario.file)} ${run.semantics}@${run.grain}`;
    progress.begin(what);
    const semanticsAs = chosen.find(({ name }) => name === run.semantics)?.as;
    const search = {
      ...searchOptions(options),
      grain: run.grain,
      semanticsAs,
      onProgress: (figures: Parameters<Progress['figures']>[1]) => progress.figures(what, figures),
    };
    const ran = interruptible(() => checkScenario(scenario, model, run.semantics, search));
    if (!ran.done) {
      interrupted = true;
      break;
    }
    if (ran.value.ok) {
      results.push(ran.value.value);
      codes.push(exitCodeOfRun(ran.value.value));
    } else {
      progress.end();
      showProblems(ran.value.problems, io);
      codes.push(EXIT.input);
    }
  }
  progress.end();
  unlisten();
  return { results, codes: interrupted ? [...codes, EXIT.unknown] : codes, interrupted };
}

/** Which violations the user will see in full: only those are explained, because each is run again, recorded. */
function isPrinted({ format, verbose, reports }: CheckCommandOptions): (verdict: CheckVerdict) => boolean {
  if (format === 'json' || reports !== undefined || verbose === true) return () => true;
  return format === 'junit' ? () => false : (verdict) => !asExpected(verdict);
}

function output(report: SuiteReport, options: CheckCommandOptions, io: Io): void {
  const verbose = options.verbose === true;
  const text = (palette = PLAIN, width = DEFAULT_WIDTH): string => suiteText(report, { palette, verbose, width });
  if (options.reports !== undefined) {
    const folder = options.reports === true ? DEFAULT_REPORTS : options.reports;
    writeReports(resolve(io.cwd, folder), { text: text(), json: suiteJson(report), junit: suiteJunit(report) });
    io.stderr.write(`lastref: wrote reports to ${folder}\n`);
  }
  if (options.format === 'json') emit(suiteJson(report), options, io);
  else if (options.format === 'junit') emit(suiteJunit(report), options, io);
  else if (options.out !== undefined) emit(text(), options, io);
  else emit(text(paletteFor(io.stdout.isTerminal, io.env), io.stdout.columns), options, io);
}

function noteBases(chosen: readonly Chosen[], model: ModelDefinition, { stderr }: Io): void {
  for (const { name, as, base } of chosen) {
    if (as === undefined) continue;
    const known = base !== undefined && Object.hasOwn(model.semantics, base);
    stderr.write(
      `lastref: ${name}: ${known ? `what is expected of ${base} is expected where a scenario says nothing else` : 'has no known base, so everything is expected to hold'}\n`,
    );
  }
}

export async function check(
  paths: readonly string[],
  options: CheckCommandOptions,
  { io, model: load }: Context,
): Promise<ExitCode> {
  const { model, chosen } = await chooseSemantics(options.semantics, await load(), io.cwd);
  await demandTypes(
    (chosen ?? []).map(({ as }) => as),
    io,
  );
  const selected = selectScenarios(paths, options, model, io);
  if (selected === undefined) return EXIT.input;
  noteBases(chosen ?? [], model, io);
  const scenarios = selected.map((scenario) => withExpectationsOfBase(scenario, chosen ?? []));
  const jobs = jobsOf(scenarios, chosen, options);
  const ran = await runJobs(jobs, model, chosen ?? [], options, progressFor(io, options.progress === true), io);
  const { codes, interrupted } = ran;
  const results = interrupted ? ran.results : withReasons(ran.results, scenarios, model, isPrinted(options));
  const exitCode = worst(codes);
  const exitMeaning = interrupted && exitCode === EXIT.unknown ? 'unknown: interrupted' : meaningOf(exitCode);
  if (results.length > 0)
    output(
      { version: version(), results, universe: universeOf(model), exitCode, exitMeaning, interrupted },
      options,
      io,
    );
  else if (interrupted) io.stderr.write('lastref: interrupted before anything was checked\n');
  return exitCode;
}
