/** `lastref conform`: the same traces in a model and on a real kernel. */
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Totals } from '../conform/traces.ts';
import { type ConformReport, conformJson, conformText } from '../report/conform.ts';
import type { TraceSource } from '../trace/parse.ts';
import { type ConformCommandOptions, conformKernel, type Findings, noFindings } from './conform-kernel.ts';
import { type Context, emit } from './context.ts';
import { inputError, showProblem } from './errors.ts';
import { EXIT, type ExitCode, meaningOf } from './exit-code.ts';
import { chosenSemantics, hasBrokenDown, imageNamed } from './kernels.ts';
import { selectScenarios } from './scenarios.ts';
import { parseTraceFile } from './trace-file.ts';

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

function exitCodeOf(findings: Findings): ExitCode {
  const sum = (of: (totals: Totals) => number): number => findings.rows.reduce((n, row) => n + of(row), 0);
  if (sum(({ differ }) => differ) > 0 || findings.lost.some(({ console }) => hasBrokenDown(console)))
    return EXIT.violated;
  const unheard = findings.lost.length + findings.absent.length + sum(({ notRunnable }) => notRunnable);
  return unheard > 0 || sum(({ agree }) => agree) === 0 ? EXIT.cannotRun : EXIT.expected;
}

function reportOf(findings: Findings, seconds: number): ConformReport {
  const exitCode = exitCodeOf(findings);
  return { ...findings, seconds, exitCode, exitMeaning: meaningOf(exitCode) };
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
  for (const word of options.kernel) await imageNamed(word, io.cwd);
  const { stress } = options;
  if (stress !== undefined)
    return (await import('./conform-stress.ts')).conformStress(names, { ...options, stress }, context);
  const { model } = await chosenSemantics(options.semantics, context);
  const yaml = names.filter((name) => hasScenarios(name, io.cwd));
  const scenarios = yaml.length === 0 ? [] : selectScenarios(yaml, {}, model, io);
  const files = filesOf(
    names.filter((name) => !name.endsWith('.yaml')),
    io.cwd,
  );
  const sources = sourcesOf(files, context);
  if (sources === undefined || scenarios === undefined) return EXIT.input;
  const begun = performance.now();
  const findings = noFindings();
  for (const word of options.kernel) await conformKernel(word, { sources, scenarios, options }, findings, context);
  const report = reportOf(findings, (performance.now() - begun) / 1000);
  emit(options.format === 'json' ? conformJson(report) : conformText(report), options, io);
  return report.exitCode as ExitCode;
}
