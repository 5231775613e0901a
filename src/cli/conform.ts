/** `lastref conform`: the same traces in a model and on a real kernel. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import type { KernelGone } from '../conform/line.ts';
import type { LiveKernels } from '../conform/live-kernels.ts';
import type { Shrunk } from '../conform/shrink.ts';
import type { Conformed, Rules, Totals } from '../conform/traces.ts';
import { type ConformDifference, type ConformReport, conformJson, conformText } from '../report/conform.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { TraceSource } from '../trace/parse.ts';
import { type Context, emit } from './context.ts';
import { inputError, showProblem } from './errors.ts';
import { EXIT, type ExitCode, meaningOf } from './exit-code.ts';
import { chooseSemantics } from './load-semantics.ts';
import type { OutputOptions, RunOptions } from './options.ts';
import { selectScenarios } from './scenarios.ts';
import { parseTraceFile } from './trace-file.ts';

export interface ConformCommandOptions extends Pick<RunOptions, 'semantics'>, OutputOptions<'text' | 'json'> {
  readonly kernel: string;
  readonly generate?: number;
  readonly seed: string;
  readonly length: number;
  readonly jobs: number;
  readonly schedules: number;
  readonly stress?: number;
}

/** Differing traces that are shrunk and shown. */
const SHOWN_MAX = 5;

interface Findings {
  readonly rows: { what: string; totals: Totals }[];
  readonly differences: ConformDifference[];
  readonly notRunnable: Record<string, string[]>;
}

/** A scenario, or a folder that has some. */
function hasScenarios(name: string, cwd: string): boolean {
  const path = resolve(cwd, name);
  if (!statSync(path).isDirectory()) return name.endsWith('.yaml');
  return readdirSync(path, { recursive: true, encoding: 'utf8' }).some((file) => file.endsWith('.yaml'));
}

/** Files as named; of a folder, every trace in it. */
function filesOf(names: readonly string[], cwd: string): readonly string[] {
  return names.flatMap((name) =>
    statSync(resolve(cwd, name)).isDirectory()
      ? readdirSync(resolve(cwd, name), { recursive: true, encoding: 'utf8' })
          .filter((file) => file.endsWith('.json'))
          .sort()
          .map((file) => join(name, file))
      : [name],
  );
}

/** The traces, or undefined after their problems were shown. */
function sourcesOf(files: readonly string[], { io }: Context): readonly TraceSource[] | undefined {
  let wrong = false;
  const sources = files.flatMap((file) => {
    const parsed = parseTraceFile(file, io);
    if (parsed.ok) return [parsed.source];
    wrong = true;
    for (const problem of parsed.problems) showProblem(problem, io);
    return [];
  });
  return wrong ? undefined : sources;
}

function note({ notRunnable }: Findings, trace: string, why: string): void {
  notRunnable[why] = [...(notRunnable[why] ?? []), trace];
}

/** Writes down what one trace showed. */
function record(into: Findings, { source, verdict }: Conformed): void {
  if (verdict.kind === 'not-runnable') {
    const names = into.notRunnable[verdict.why] ?? [];
    names.push(source.trace.id);
    into.notRunnable[verdict.why] = names;
  }
  if (verdict.kind !== 'differ') return;
  const { index, about, kernel, model } = verdict.parting;
  into.differences.push({ trace: source.file, steps: source.trace.steps, index, about, kernel, model });
}

async function runFiles(kernels: LiveKernels, sources: readonly TraceSource[], rules: Rules, into: Findings) {
  const { conformSources } = await import('../conform/traces.ts');
  const totals = await conformSources(kernels.all, sources, rules, (conformed) => record(into, conformed));
  into.rows.push({ what: 'files', totals });
}

async function runGenerated(kernels: LiveKernels, options: ConformCommandOptions, rules: Rules, into: Findings) {
  const { conformGenerated } = await import('../conform/traces.ts');
  const { seed, length, generate: steps = 0 } = options;
  const found = ({ trace, parting: { index, about, kernel, model } }: Shrunk): void =>
    void into.differences.push({ trace: trace.id, steps: trace.steps, index, about, kernel, model });
  const totals = await conformGenerated(
    kernels.all,
    { steps, seed, length, shown: SHOWN_MAX },
    rules,
    found,
    (trace, why) => note(into, trace, why),
  );
  into.rows.push({ what: `generated, seed ${seed}`, totals });
}

async function runScenarios(
  kernels: LiveKernels,
  scenarios: readonly Scenario[],
  { seed, schedules: most }: ConformCommandOptions,
  rules: Rules,
  into: Findings,
): Promise<string> {
  const { conformScenarios } = await import('../conform/schedule-runs.ts');
  const { SCHEDULES } = await import('../conform/schedules.ts');
  const options = { ...SCHEDULES, most, seed };
  const ran = await conformScenarios(kernels.all, scenarios, rules, options, (conformed) => record(into, conformed));
  for (const [why, names] of Object.entries(ran.obstacles))
    into.notRunnable[why] = [...(into.notRunnable[why] ?? []), ...names];
  into.rows.push({ what: 'schedules', totals: ran.totals });
  const left = Object.entries(ran.left).map(
    ([why, names]) => `lastref: of ${names.length} scenarios no schedule shows ${why}\n`,
  );
  const sampled = `a sample (seed ${seed}) of ${ran.sampled}`;
  return [`lastref: every schedule of ${ran.whole} scenarios, ${sampled}\n`, ...left].join('');
}

function exitCodeOf({ rows }: Findings): ExitCode {
  const sum = (of: (totals: Totals) => number): number => rows.reduce((n, { totals }) => n + of(totals), 0);
  if (sum(({ differ }) => differ) > 0) return EXIT.violated;
  return sum(({ agree }) => agree) === 0 || sum(({ notRunnable }) => notRunnable) > 0 ? EXIT.cannotRun : EXIT.expected;
}

async function rulesOf(
  { semantics: words }: ConformCommandOptions,
  image: string | undefined,
  { io, model: load }: Context,
): Promise<Rules> {
  if (words !== undefined && words.length > 1)
    throw inputError('LR001', 'conform takes one --semantics', 'run it once for each');
  const { model, chosen } = await chooseSemantics(words, await load(), io.cwd);
  const { semanticsOfImage } = await import('../conform/live-kernels.ts');
  const own = image === undefined ? undefined : semanticsOfImage(image, Object.keys(model.semantics));
  const semantics = model.semantics[chosen?.[0]?.name ?? own ?? model.defaultSemantics];
  if (semantics === undefined) throw inputError('LR109', 'there is no such semantics');
  return { model, semantics };
}

function reportOf(findings: Findings, semantics: string, kernel: string, seconds: number): ConformReport {
  const exitCode = exitCodeOf(findings);
  return {
    rows: findings.rows.map(({ what, totals }) => ({ kernel, semantics, what, ...totals })),
    differences: findings.differences,
    notRunnable: findings.notRunnable,
    seconds,
    exitCode,
    exitMeaning: meaningOf(exitCode),
  };
}

/** The kernel image to boot; undefined is the running kernel. */
async function imageNamed(word: string, cwd: string): Promise<string | undefined> {
  const { fetchedReleases, imageOf } = await import('../conform/live-kernels.ts');
  const image = imageOf(word, cwd);
  if (image === undefined || existsSync(image)) return image;
  const fetched = fetchedReleases();
  const hint =
    fetched.length === 0
      ? 'live is the running kernel; scripts/fetch-kernels.sh fetches others'
      : `live, the path of a kernel image, or the beginning of one of ${fetched.join(', ')}`;
  throw inputError('LR001', `there is no kernel "${word}"`, hint);
}

/** Agents on the running kernel wait for it most of the time; a machine keeps a processor busy. */
function jobsFor({ generate, jobs }: ConformCommandOptions, image: string | undefined): number {
  if (image === undefined) return jobs;
  return generate === undefined ? 1 : Math.min(jobs, availableParallelism());
}

/** A kernel that oopsed, or an agent that died: the last that was heard of it is all there is to report. */
function kernelGone(error: unknown, kernel: string, io: Context['io']): ExitCode {
  if (!(error instanceof Error && error.name === 'KernelGone')) throw error;
  const { seen } = error as KernelGone;
  io.stderr.write(`lastref: the kernel ${kernel} is gone: ${error.message}\n`);
  if (seen !== '') io.stderr.write(`lastref: the last that was heard of it:\n${seen.replaceAll('\r', '').trimEnd()}\n`);
  return EXIT.cannotRun;
}

export async function conform(
  names: readonly string[],
  options: ConformCommandOptions,
  context: Context,
): Promise<ExitCode> {
  const { io } = context;
  if (names.length === 0 && options.generate === undefined)
    throw inputError(
      'LR001',
      'nothing to conform',
      'name traces, scenarios, or folders of them, or --generate a number of steps',
    );
  const image = await imageNamed(options.kernel, io.cwd);
  const rules = await rulesOf(options, image, context);
  if (options.stress !== undefined) {
    if (image !== undefined) throw inputError('LR001', '--stress runs on the live kernel only', 'leave --kernel away');
    const { conformStress } = await import('./conform-stress.ts');
    return conformStress(names, { ...options, stress: options.stress }, rules, context);
  }
  const yaml = names.filter((name) => hasScenarios(name, io.cwd));
  const scenarios = yaml.length === 0 ? [] : selectScenarios(yaml, {}, rules.model, io);
  const sources = sourcesOf(
    filesOf(
      names.filter((name) => !name.endsWith('.yaml')),
      io.cwd,
    ),
    context,
  );
  if (sources === undefined || scenarios === undefined) return EXIT.input;
  const { startKernels } = await import('../conform/live-kernels.ts');
  const started = await startKernels(jobsFor(options, image), image);
  if (!started.ok) {
    const which = image === undefined ? 'the live kernel' : `the kernel ${image}`;
    io.stderr.write(`lastref: ${which} cannot be used: ${started.why}\n`);
    return EXIT.cannotRun;
  }
  const { kernels } = started;
  if (kernels.note !== undefined) io.stderr.write(`lastref: ${kernels.note}\n`);
  const begun = performance.now();
  const findings: Findings = { rows: [], differences: [], notRunnable: {} };
  try {
    if (sources.length > 0) await runFiles(kernels, sources, rules, findings);
    if (scenarios.length > 0) io.stderr.write(await runScenarios(kernels, scenarios, options, rules, findings));
    if (options.generate !== undefined) await runGenerated(kernels, options, rules, findings);
  } catch (error) {
    return kernelGone(error, options.kernel, io);
  } finally {
    await kernels.stop();
  }
  const seconds = (performance.now() - begun) / 1000;
  const report = reportOf(findings, rules.semantics.name, options.kernel, seconds);
  emit(options.format === 'json' ? conformJson(report) : conformText(report), options, io);
  return report.exitCode as ExitCode;
}
