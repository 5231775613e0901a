/** `lastref probe`: which features a kernel shows, and which named semantics it equals. */
import type { Likeness, ProbedKernel } from '../conform/probe/probe.ts';
import { type ProbeReport, probeJson, probeText } from '../report/probe.ts';
import { type Context, emit } from './context.ts';
import { EXIT, type ExitCode, meaningOf } from './exit-code.ts';
import { chosenSemantics, imageNamed, isKernelGone, kernelSemantics, started } from './kernels.ts';
import type { OutputOptions, RunOptions } from './options.ts';

export interface ProbeCommandOptions extends Pick<RunOptions, 'semantics'>, OutputOptions<'text' | 'json'> {
  readonly kernel: string;
}

function reportOf(
  word: string,
  probed: ProbedKernel,
  equal: (likeness: Likeness) => boolean,
  seconds: number,
): ProbeReport {
  const { release, features, likenesses } = probed;
  const same = likenesses.filter(equal).map(({ semantics }) => semantics);
  const odd = features.some(({ finding }) => finding === 'neither');
  const exitCode = same.length === 0 || odd ? EXIT.violated : EXIT.expected;
  return {
    kernel: word,
    release,
    equals: same,
    likenesses,
    features,
    seconds,
    exitCode,
    exitMeaning: meaningOf(exitCode),
  };
}

export async function probeVerb(options: ProbeCommandOptions, context: Context): Promise<ExitCode> {
  const { io } = context;
  const image = await imageNamed(options.kernel, io.cwd);
  const { model, semantics } = await chosenSemantics(options.semantics, context);
  const begun = performance.now();
  const kernels = await started(options.kernel, 1, image, io);
  const kernel = kernels?.all[0];
  if (kernels === undefined || kernel === undefined) return EXIT.cannotRun;
  const { equals, probe } = await import('../conform/probe/probe.ts');
  try {
    const probed = await probe(kernel, model, semantics === undefined ? kernelSemantics(model) : [semantics]);
    const report = reportOf(options.kernel, probed, equals, (performance.now() - begun) / 1000);
    emit(options.format === 'json' ? probeJson(report) : probeText(report), options, io);
    return report.exitCode as ExitCode;
  } catch (error) {
    if (!isKernelGone(error)) throw error;
    io.stderr.write(`lastref: the kernel ${options.kernel} is gone: ${error.message}\n${error.seen}\n`);
    return EXIT.cannotRun;
  } finally {
    await kernels.stop();
  }
}
