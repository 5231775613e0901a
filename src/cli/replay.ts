/** `lastref replay`: trace files strictly, or the choices of a counterexample again. */

import { PLAIN, paletteFor } from '../report/colour.ts';
import { type ReplayedTrace, type ReplayReport, replayJson, replayJunit, replayText } from '../report/replay.ts';
import type { TraceProblem } from '../trace/problem.ts';
import type { ReplayResult } from '../trace/replay-result.ts';
import { type Context, emit } from './context.ts';
import { inputError, showProblem } from './errors.ts';
import { EXIT, type ExitCode, meaningOf, worst } from './exit-code.ts';
import { exitCodeOfReplay } from './exit-code-of-replay.ts';
import type { Io } from './io.ts';
import type { OutputOptions } from './options.ts';
import { chosenForReplay, type ReplayCommandOptions } from './replay-options.ts';
import { version } from './version.ts';

export async function replay(
  files: readonly string[],
  options: ReplayCommandOptions,
  context: Context,
): Promise<ExitCode> {
  if (options.scenario === undefined && options.choices !== undefined)
    throw inputError('LR001', '--choices needs --scenario', 'a counterexample prints the whole command');
  if (options.scenario !== undefined) {
    if (files.length > 0) throw inputError('LR001', 'either trace files or --scenario', 'run replay once for each');
    if (options.choices === undefined)
      throw inputError('LR001', '--scenario needs --choices', 'a counterexample prints the whole command');
    return (await import('./replay-choices.ts')).replayOfChoices(options.scenario, options.choices, options, context);
  }
  if (files.length === 0)
    throw inputError('LR001', 'nothing to replay', 'name trace files, or --scenario and --choices');
  return replayTraces(files, options, context);
}

const asFailure = (problem: TraceProblem): ReplayResult => ({ ok: false, kind: 'problem', step: undefined, problem });

async function replayTraces(
  files: readonly string[],
  options: ReplayCommandOptions,
  context: Context,
): Promise<ExitCode> {
  const { io } = context;
  const { model, semantics, grain } = await chosenForReplay(options, context);
  if (grain !== undefined)
    io.stderr.write('lastref: traces have no grain: deferred work may run, or not, between any two of their steps\n');
  const { parseTraceFile } = await import('./trace-file.ts');
  const { replay: run } = await import('../trace/replay.ts');
  const live = options.live === true;
  const traces = files.flatMap((file): ReplayedTrace[] => {
    const parsed = parseTraceFile(file, io);
    const results = parsed.ok ? [run(parsed.source, { model, semantics, live })] : parsed.problems.map(asFailure);
    return results.map((result) => ({ file, result, exitCode: exitCodeOfReplay(result) }));
  });
  const exitCode = worst(traces.map((trace) => trace.exitCode as ExitCode));
  print(
    { version: version(), semantics: semantics.name, traces, exitCode, exitMeaning: meaningOf(exitCode) },
    options,
    io,
  );
  return exitCode;
}

function print(report: ReplayReport, options: OutputOptions, io: Io): void {
  // What is wrong with a file is no result: it goes to standard error, as for every other verb.
  for (const { result } of report.traces)
    if (!result.ok && result.kind === 'problem' && exitCodeOfReplay(result) === EXIT.input)
      showProblem(result.problem, io);
  if (options.format === 'json') emit(replayJson(report), options, io);
  else if (options.format === 'junit') emit(replayJunit(report), options, io);
  else
    emit(replayText(report, options.out === undefined ? paletteFor(io.stdout.isTerminal, io.env) : PLAIN), options, io);
}
