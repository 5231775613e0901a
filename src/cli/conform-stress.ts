/** `lastref conform --stress N`: actors of scenarios run freely, on each kernel that is named. */
import type { ConformKernel } from '../conform/protocol/line.ts';
import type { Rules } from '../conform/traces.ts';
import { type StressedScenario, type StressReport, stressJson, stressText } from '../report/stress.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type Context, emit } from './context.ts';
import { inputError } from './errors.ts';
import { EXIT, type ExitCode, meaningOf } from './exit-code.ts';
import { chosenSemantics, hasBrokenDown, imageNamed, isKernelGone, rulesFor, started } from './kernels.ts';
import type { OutputOptions, RunOptions } from './options.ts';
import { selectScenarios } from './scenarios.ts';

export interface StressCommandOptions extends Pick<RunOptions, 'semantics'>, OutputOptions<'text' | 'json'> {
  readonly kernel: readonly string[];
  readonly stress: number;
  readonly seed: string;
}

/** Processors of a machine that is booted for this: with one, commands would hardly ever overlap. */
const PROCESSORS = 2;

type Found = Pick<StressReport, 'scenarios' | 'notRunnable' | 'lost'>;

async function onKernel(
  word: string,
  kernel: ConformKernel,
  { model, semantics }: Rules,
  selected: readonly Scenario[],
  { stress: runs, seed }: StressCommandOptions,
): Promise<Found> {
  const { stress } = await import('../conform/schedules/stress.ts');
  const scenarios: StressedScenario[] = [];
  const notRunnable: Record<string, string[]> = {};
  for (const scenario of selected) {
    try {
      const verdict = await stress(kernel, scenario, model, semantics.name, { runs, seed });
      if (verdict.kind === 'ran') {
        const { seen, strange } = verdict;
        scenarios.push({ file: scenario.file, runs, seen, strange });
      } else notRunnable[verdict.why] = [...(notRunnable[verdict.why] ?? []), scenario.name];
    } catch (error) {
      if (!isKernelGone(error)) throw error;
      const lost = { kernelName: word, why: error.message, trace: scenario.file, console: error.seen };
      return { scenarios, notRunnable, lost };
    }
  }
  return { scenarios, notRunnable };
}

function exitCodeOf({ scenarios, lost }: Found): ExitCode {
  if (scenarios.some(({ strange }) => strange.length > 0) || hasBrokenDown(lost?.console ?? '')) return EXIT.violated;
  return lost !== undefined || scenarios.length === 0 ? EXIT.cannotRun : EXIT.expected;
}

/** The report of one kernel; undefined if it cannot be used, after that was said. */
async function reportOf(
  word: string,
  selected: readonly Scenario[],
  options: StressCommandOptions,
  context: Context,
): Promise<StressReport | undefined> {
  const kernels = await started(word, 1, await imageNamed(word, context.io.cwd), context.io, PROCESSORS);
  const [kernel] = kernels?.all ?? [];
  if (kernels === undefined || kernel === undefined) return undefined;
  const begun = performance.now();
  try {
    const rules = await rulesFor(kernel, await chosenSemantics(options.semantics, context));
    const found = await onKernel(word, kernel, rules, selected, options);
    const exitCode = exitCodeOf(found);
    const seconds = (performance.now() - begun) / 1000;
    const { name } = rules.semantics;
    return {
      kernel: word,
      semantics: name,
      seed: options.seed,
      ...found,
      seconds,
      exitCode,
      exitMeaning: meaningOf(exitCode),
    };
  } finally {
    await kernels.stop();
  }
}

export async function conformStress(
  names: readonly string[],
  options: StressCommandOptions,
  context: Context,
): Promise<ExitCode> {
  const { io, model } = context;
  if (names.length === 0) throw inputError('LR001', 'nothing to run freely', 'name scenarios, or folders of them');
  const selected = selectScenarios(names, {}, await model(), io);
  if (selected === undefined) return EXIT.input;
  const reports: StressReport[] = [];
  for (const word of options.kernel) {
    const report = await reportOf(word, selected, options, context);
    if (report !== undefined) reports.push(report);
  }
  if (reports.length > 0)
    emit(options.format === 'json' ? stressJson(reports) : reports.map(stressText).join('\n'), options, io);
  const codes = reports.map(({ exitCode }) => exitCode);
  if (codes.includes(EXIT.violated)) return EXIT.violated;
  return codes.includes(EXIT.cannotRun) || reports.length < options.kernel.length ? EXIT.cannotRun : EXIT.expected;
}
