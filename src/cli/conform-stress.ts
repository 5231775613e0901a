/** `lastref conform --stress N`: actors of scenarios run freely on the live kernel. */
import type { Rules } from '../conform/traces.ts';
import { type StressedScenario, type StressReport, stressJson, stressText } from '../report/stress.ts';
import { type Context, emit } from './context.ts';
import { inputError } from './errors.ts';
import { EXIT, type ExitCode, meaningOf } from './exit-code.ts';
import type { OutputOptions } from './options.ts';
import { selectScenarios } from './scenarios.ts';

export interface StressCommandOptions extends OutputOptions<'text' | 'json'> {
  readonly kernel: string;
  readonly stress: number;
  readonly seed: string;
}

export async function conformStress(
  names: readonly string[],
  { stress: runs, seed, kernel: kernelName, ...output }: StressCommandOptions,
  { model, semantics }: Rules,
  { io }: Context,
): Promise<ExitCode> {
  if (names.length === 0) throw inputError('LR001', 'nothing to run freely', 'name scenarios, or folders of them');
  const selected = selectScenarios(names, {}, model, io);
  if (selected === undefined) return EXIT.input;
  const { startLive } = await import('../conform/live.ts');
  const { stress } = await import('../conform/stress.ts');
  const started = await startLive();
  if (!started.ok) {
    io.stderr.write(`lastref: the live kernel cannot be used: ${started.why}\n`);
    return EXIT.cannotRun;
  }
  const begun = performance.now();
  const scenarios: StressedScenario[] = [];
  const notRunnable: Record<string, string[]> = {};
  try {
    for (const scenario of selected) {
      const verdict = await stress(started.kernel, scenario, model, semantics.name, { runs, seed });
      if (verdict.kind === 'ran') scenarios.push({ file: scenario.file, ...verdict });
      else notRunnable[verdict.why] = [...(notRunnable[verdict.why] ?? []), scenario.name];
    }
  } finally {
    await started.kernel.stop();
  }
  const strange = scenarios.some((scenario) => scenario.strange.length > 0);
  const exitCode = strange ? EXIT.violated : scenarios.length === 0 ? EXIT.cannotRun : EXIT.expected;
  const report: StressReport = {
    kernel: kernelName,
    semantics: semantics.name,
    seed,
    scenarios: scenarios.map(({ file, runs: ran, seen, strange: odd }) => ({ file, runs: ran, seen, strange: odd })),
    notRunnable,
    seconds: (performance.now() - begun) / 1000,
    exitCode,
    exitMeaning: meaningOf(exitCode),
  };
  emit(output.format === 'json' ? stressJson(report) : stressText(report), output, io);
  return exitCode;
}
