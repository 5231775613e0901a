/** `lastref gate --candidate S [--baseline S] [paths...]`: what a proposal changes, against what was accepted. */
import { compareRecords } from '../gate/compare.ts';
import { type GateResult, gate as judge, type Sides, unwaived } from '../gate/gate.ts';
import { wantedReasons, withReasons } from '../gate/reasons.ts';
import type { ScenarioRecord } from '../gate/record.ts';
import type { ModelDefinition } from '../modelling/model.ts';
import type { Collected } from './collect.ts';
import { type Context, emit } from './context.ts';
import { inputError } from './errors.ts';
import { EXIT, type ExitCode, exitCodeOfGate, meaningOf } from './exit-code.ts';
import { gateFormats } from './gate-formats.ts';
import { codeOfFailure, Interrupted, runSide, type Side } from './gate-side.ts';
import { DEFAULT_GOLDEN, readGoldenFolder } from './golden-files.ts';
import type { Io } from './io.ts';
import type { GateFormat, OutputOptions, SelectionOptions } from './options.ts';
import { progressFor } from './progress.ts';
import { showProblems } from './scenarios.ts';
import { type SuiteSelection, selectSuite } from './suite-selection.ts';
import { version } from './version.ts';
import { loadWaivers, todayOf } from './waiver-file.ts';

export interface GateOptions extends OutputOptions<GateFormat>, SelectionOptions {
  readonly candidate: string;
  readonly baseline?: string;
  readonly golden?: string;
  readonly waivers?: string;
  readonly today?: string;
  readonly selfTest?: boolean;
  readonly progress?: boolean;
  readonly verbose?: boolean;
  readonly maxStates?: number;
  readonly maxSeconds?: number;
}

/** Everything that one gate needs besides the candidate. */
interface Prepared {
  readonly options: GateOptions;
  readonly io: Io;
  readonly model: ModelDefinition;
  readonly suite: SuiteSelection;
  readonly golden: readonly ScenarioRecord[] | undefined;
}

/** Records of the selected scenarios. LR501 where there are none: a gate against nothing would always be green. */
function goldenOf(
  options: GateOptions,
  suite: SuiteSelection,
  model: ModelDefinition,
  cwd: string,
): readonly ScenarioRecord[] {
  const folder = options.golden ?? DEFAULT_GOLDEN;
  const all = readGoldenFolder(folder, model.defaultSemantics, cwd);
  const selected = new Set(suite.scenarios.map(({ file }) => suite.pathOf(file)));
  const records = all
    .map(({ record }) => record)
    .filter(({ scenario }) => selected.has(scenario) || suite.covers(scenario));
  if (records.length > 0) return records;
  const what = all.length === 0 ? 'there is no accepted record' : 'there is no accepted record of these scenarios';
  throw inputError(
    'LR501',
    what,
    '`lastref promote` writes records; --baseline compares with a run of another semantics instead',
    { file: folder },
  );
}

function sideOf({ options, io, model, suite, golden }: Prepared, word: string, mutant?: number): Side {
  const { maxStates, maxSeconds } = options;
  return {
    request: {
      word,
      cwd: io.cwd,
      files: suite.scenarios.map(({ file }) => file),
      budget: {
        ...(maxStates === undefined ? {} : { maxStates }),
        ...(maxSeconds === undefined ? {} : { maxSeconds }),
      },
      builtOn: golden === undefined || word === options.baseline ? undefined : model.defaultSemantics,
      mutant,
    },
    scenarios: suite.scenarios,
    model,
    io,
    progress: progressFor(io, options.progress === true),
    pathOf: suite.pathOf,
  };
}

function sidesOf({ options, model }: Prepared, candidate: Collected, baseline: Collected | undefined): Sides {
  const { name, says, base } = candidate;
  return {
    candidate: { name, says, base, as: options.candidate },
    baseline:
      baseline === undefined
        ? { kind: 'golden', folder: options.golden ?? DEFAULT_GOLDEN, semantics: model.defaultSemantics }
        : { kind: 'run', semantics: baseline.name, as: options.baseline ?? baseline.name },
  };
}

/** Compares the candidate, or a mutant of it, with the baseline. */
function compared(
  prepared: Prepared,
  candidate: Collected,
  baseline: Collected | undefined,
  started: number,
): GateResult {
  const { options, io, suite, golden = [] } = prepared;
  const { file, waivers } = loadWaivers(options.waivers, io.cwd);
  return judge({
    ...sidesOf(prepared, candidate, baseline),
    comparison: compareRecords(baseline?.records ?? golden, candidate.records),
    results: candidate.results,
    scenarios: suite.scenarios.map((scenario) => suite.pathOf(scenario.file)),
    waivers,
    waiverFile: file,
    today: options.today ?? todayOf(new Date()),
    seconds: (performance.now() - started) / 1000,
    pathOf: suite.pathOf,
    covers: suite.covers,
  });
}

/** Mutants that a self-test plants at most: one that no scenario notices says something of the suite, not of the gate. */
const MUTANTS_MAX = 12;

/** Plants mutants until one turns the gate red that was not red before. */
async function selfTest(prepared: Prepared, baseline: Collected | undefined, without: GateResult): Promise<ExitCode> {
  const { io, options } = prepared;
  const known = new Set(unwaived(without).map(({ divergence }) => divergence.fingerprint));
  const lines: string[] = [];
  let red = false;
  for (let mutant = 0; mutant < MUTANTS_MAX && !red; mutant++) {
    let collected: Collected;
    try {
      collected = await runSide(sideOf(prepared, options.candidate, mutant));
    } catch (error) {
      if (error instanceof Interrupted) throw error;
      lines.push(`mutant ${mutant + 1} does not run, which says nothing: ${(error as Error).message}`);
      continue;
    }
    if (collected.planted === undefined) break;
    const result = compared(prepared, collected, baseline, performance.now());
    const found = unwaived(result).filter(
      ({ divergence }) => divergence.class === 'newly violated' && !known.has(divergence.fingerprint),
    );
    red = found.length > 0;
    const [first] = found;
    lines.push(
      first === undefined
        ? `mutant ${mutant + 1}: ${collected.planted}: nothing is newly violated`
        : `mutant ${mutant + 1}: ${collected.planted}: the gate is red, ${found.length} newly violated; first ${first.divergence.subject} in ${first.divergence.scenario}`,
    );
  }
  lines.push(red ? 'self-test passed: the gate can fail' : 'SELF-TEST FAILED: no mutant turned the gate red');
  emit(`${lines.join('\n')}\n`, options, io);
  return red ? EXIT.expected : EXIT.violated;
}

/** Reasons come from where the candidate runs: what is left of a user's file without some of its changes may loop. */
async function reasoned(prepared: Prepared, result: GateResult): Promise<GateResult> {
  const wanted = wantedReasons(result);
  if (wanted.length === 0) return result;
  const side = sideOf(prepared, prepared.options.candidate);
  const { reasons } = await runSide({ ...side, request: { ...side.request, reasonsFor: wanted } });
  return withReasons(result, reasons);
}

async function run(prepared: Prepared): Promise<ExitCode> {
  const { options, io } = prepared;
  const started = performance.now();
  const [candidate, baseline] = await Promise.all([
    runSide(sideOf(prepared, options.candidate)),
    options.baseline === undefined ? undefined : runSide(sideOf(prepared, options.baseline)),
  ]);
  const result = compared(prepared, candidate, baseline, started);
  if (options.selfTest === true) return selfTest(prepared, baseline, result);
  // The text says it itself, and a terminal shows both streams.
  if (options.format !== 'text') showProblems(result.problems, io);
  const exitCode = exitCodeOfGate(result);
  const report = {
    ...(await reasoned(prepared, result)),
    version: version(),
    exitCode,
    exitMeaning: meaningOf(exitCode),
  };
  emit(gateFormats[options.format](report, options, io), options, io);
  return exitCode;
}

export async function gate(
  paths: readonly string[],
  options: GateOptions,
  { io, model: load }: Context,
): Promise<ExitCode> {
  const model = await load();
  const suite = selectSuite(paths, options, model, io);
  if (suite === undefined) return EXIT.input;
  try {
    const golden = options.baseline === undefined ? goldenOf(options, suite, model, io.cwd) : undefined;
    // Before anything runs: a file of waivers that cannot be read makes every answer wrong.
    loadWaivers(options.waivers, io.cwd);
    return await run({ options, io, model, suite, golden });
  } catch (error) {
    return codeOfFailure(error, io, 'nothing was compared');
  }
}
