/** `lastref repro`: a trace, or the choices of a counterexample, as a C file that runs on a real kernel. */
import type { ModelDefinition } from '../modelling/model.ts';
import type { TraceSource } from '../trace/parse.ts';
import { type Context, emit } from './context.ts';
import { inputError, showProblem } from './errors.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { OutputOptions } from './options.ts';
import { chosenForReplay, type ReplayCommandOptions } from './replay-options.ts';
import { pathOf, showProblems } from './scenarios.ts';

export interface ReproCommandOptions
  extends Pick<ReplayCommandOptions, 'semantics' | 'grain' | 'scenario' | 'choices'>,
    OutputOptions<'c'> {}

interface Given {
  readonly source: TraceSource;
  readonly model: ModelDefinition;
  /** Whose answers the trace expects, where no file says them. */
  readonly semantics?: string;
}

async function fromFile(file: string, { io, model }: Context): Promise<Given | undefined> {
  const { parseTraceFile } = await import('./trace-file.ts');
  const parsed = parseTraceFile(file, io);
  if (parsed.ok) return { source: parsed.source, model: await model() };
  for (const problem of parsed.problems) showProblem(problem, io);
  return undefined;
}

async function fromChoices(file: string, options: ReproCommandOptions, context: Context): Promise<Given | undefined> {
  const { io } = context;
  const { choices } = options;
  if (choices === undefined)
    throw inputError('LR001', '--scenario needs --choices', 'a counterexample prints the whole command');
  const { model, semantics, grain } = await chosenForReplay({ ...options, format: 'text' }, context);
  const { loadScenarioFile } = await import('../scenario/load.ts');
  const loaded = loadScenarioFile(pathOf(file, io), model);
  if (!loaded.ok) {
    showProblems(loaded.problems, io);
    return undefined;
  }
  if ((grain ?? loaded.value.grain) !== 'command')
    throw inputError(
      'LR001',
      `a counterexample at grain ${grain ?? loaded.value.grain} has no C form: nobody can order the steps inside commands`,
      '`lastref check --grain command` finds one that has, if there is one',
    );
  const { traceOfChoices } = await import('../conform/schedules/schedules.ts');
  const traced = traceOfChoices(loaded.value, model, semantics.name, choices);
  if (traced.ok) return { source: traced.value, model, semantics: semantics.name };
  showProblems(traced.problems, io);
  return undefined;
}

export async function repro(
  file: string | undefined,
  options: ReproCommandOptions,
  context: Context,
): Promise<ExitCode> {
  const { scenario } = options;
  if ((file === undefined) === (scenario === undefined))
    throw inputError('LR001', 'either a trace file or --scenario and --choices', 'run repro once for each');
  const given =
    file === undefined ? await fromChoices(scenario ?? '', options, context) : await fromFile(file, context);
  if (given === undefined) return EXIT.input;
  const { NoReproducer, reproducer } = await import('../conform/repro/emit.ts');
  try {
    emit(reproducer(given.source, given.model.flags, given.semantics), options, context.io);
    return EXIT.expected;
  } catch (error) {
    if (!(error instanceof NoReproducer)) throw error;
    showProblem(error, context.io);
    return EXIT.cannotRun;
  }
}
