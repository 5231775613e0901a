/** Traces, scenarios and generated traces on one kernel, and what was found. */
import { availableParallelism } from 'node:os';
import type { LiveKernels } from '../conform/kernels/live-kernels.ts';
import type { Shrunk } from '../conform/shrink.ts';
import type { Conformed, Rules, Totals } from '../conform/traces.ts';
import type { ConformDifference, ConformOtherwise, ConformRow, LostKernel } from '../report/conform.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { TraceSource } from '../trace/parse.ts';
import type { Context } from './context.ts';
import { chosenSemantics, imageNamed, isKernelGone, rulesFor, started } from './kernels.ts';
import type { OutputOptions, RunOptions } from './options.ts';

export interface ConformCommandOptions extends Pick<RunOptions, 'semantics'>, OutputOptions<'text' | 'json'> {
  /** Words for kernels; each runs everything. */
  readonly kernel: readonly string[];
  readonly generate?: number;
  readonly seed: string;
  readonly length: number;
  readonly family?: readonly string[];
  readonly jobs: number;
  readonly schedules: number;
  readonly stress?: number;
}

/** What runs: the same on every kernel. */
export interface Work {
  readonly sources: readonly TraceSource[];
  readonly scenarios: readonly Scenario[];
  readonly options: ConformCommandOptions;
}

export interface Findings {
  readonly rows: ConformRow[];
  readonly differences: ConformDifference[];
  readonly notRunnable: Record<string, string[]>;
  readonly otherwise: ConformOtherwise[];
  readonly lost: LostKernel[];
  /** Kernels that could not be started at all. */
  readonly absent: string[];
}

export const noFindings = (): Findings => ({
  rows: [],
  differences: [],
  notRunnable: {},
  otherwise: [],
  lost: [],
  absent: [],
});

/** Differing traces that are shrunk and shown. */
const SHOWN_MAX = 5;

/** A kernel that is at work. */
class Conforming {
  private readonly word: string;
  private readonly kernels: LiveKernels;
  private readonly rules: Rules;
  private readonly work: Work;
  private readonly into: Findings;
  private readonly stderr: Context['io']['stderr'];

  constructor(word: string, kernels: LiveKernels, rules: Rules, work: Work, into: Findings, { io }: Context) {
    this.word = word;
    this.kernels = kernels;
    this.rules = rules;
    this.work = work;
    this.into = into;
    this.stderr = io.stderr;
  }

  async files(): Promise<void> {
    const { conformSources } = await import('../conform/traces.ts');
    const { sources } = this.work;
    await this.row('files', () =>
      conformSources(this.kernels.all, sources, this.rules, (conformed) => this.record(conformed)),
    );
  }

  async generated(): Promise<void> {
    const { conformGenerated } = await import('../conform/traces.ts');
    const { seed, length, generate: steps = 0 } = this.work.options;
    const found = ({ trace, parting: { index, about, kernel, model } }: Shrunk): void =>
      void this.into.differences.push({
        kernelName: this.word,
        trace: trace.id,
        steps: trace.steps,
        index,
        about,
        kernel,
        model,
      });
    const families = (await import('../conform/generate/generate.ts')).familiesNamed(this.work.options.family);
    const options = { steps, seed, length, families, shown: SHOWN_MAX };
    await this.row(`generated, seed ${seed}`, () =>
      conformGenerated(this.kernels.all, options, this.rules, found, (trace, why) => this.note(why, trace)),
    );
  }

  async schedules(): Promise<void> {
    const { conformScenarios } = await import('../conform/schedules/schedule-runs.ts');
    const { SCHEDULES } = await import('../conform/schedules/schedules.ts');
    const { seed, schedules: most } = this.work.options;
    await this.row('schedules', async () => {
      const ran = await conformScenarios(
        this.kernels.all,
        this.work.scenarios,
        this.rules,
        { ...SCHEDULES, most, seed },
        (conformed) => this.record(conformed),
      );
      for (const [why, names] of Object.entries(ran.obstacles)) this.note(why, ...names);
      const left = Object.entries(ran.left).map(
        ([why, names]) => `lastref: of ${names.length} scenarios no schedule shows ${why}\n`,
      );
      const sampled = `a sample (seed ${seed}) of ${ran.sampled}`;
      this.stderr.write([`lastref: every schedule of ${ran.whole} scenarios, ${sampled}\n`, ...left].join(''));
      return ran.totals;
    });
  }

  private async row(what: string, run: () => Promise<Totals>): Promise<void> {
    const begun = performance.now();
    const totals = await run();
    const seconds = (performance.now() - begun) / 1000;
    this.into.rows.push({ kernel: this.word, semantics: this.rules.semantics.name, what, ...totals, seconds });
  }

  private note(why: string, ...names: readonly string[]): void {
    this.into.notRunnable[why] = [...(this.into.notRunnable[why] ?? []), ...names];
  }

  /** Writes down what one trace showed. */
  private record({ source, verdict }: Conformed): void {
    const { file, trace } = source;
    if (verdict.kind === 'not-runnable') this.note(verdict.why, trace.id);
    else if (verdict.kind === 'differ') {
      const { index, about, kernel, model } = verdict.parting;
      this.into.differences.push({
        kernelName: this.word,
        trace: file,
        steps: trace.steps,
        index,
        about,
        kernel,
        model,
      });
    } else if (verdict.missed !== undefined) {
      const { index, kernel, model } = verdict.missed;
      const recorded = trace.kernel ?? trace.liveKernel ?? '?';
      const op = trace.steps[index]?.op ?? '';
      this.into.otherwise.push({
        kernelName: this.word,
        trace: file,
        recorded,
        index,
        op,
        here: kernel,
        there: model[0],
      });
    }
  }
}

/** Agents on the running kernel wait for it most of the time; a machine keeps a processor busy. */
function agentsFor({ generate, jobs }: ConformCommandOptions, image: string | undefined): number {
  if (image === undefined) return jobs;
  return generate === undefined ? 1 : Math.min(jobs, availableParallelism());
}

/** Runs everything on the kernel that the word names. Throws InputError where there is no such kernel or semantics. */
export async function conformKernel(word: string, work: Work, into: Findings, context: Context): Promise<void> {
  const { options, sources, scenarios } = work;
  const image = await imageNamed(word, context.io.cwd);
  const chosen = await chosenSemantics(options.semantics, context);
  const kernels = await started(word, agentsFor(options, image), image, context.io);
  const [first] = kernels?.all ?? [];
  if (kernels === undefined || first === undefined) {
    into.absent.push(word);
    return;
  }
  try {
    const conforming = new Conforming(word, kernels, await rulesFor(first, chosen), work, into, context);
    if (sources.length > 0) await conforming.files();
    if (scenarios.length > 0) await conforming.schedules();
    if (options.generate !== undefined) await conforming.generated();
  } catch (error) {
    if (!isKernelGone(error)) throw error;
    into.lost.push({ kernelName: word, why: error.message, trace: error.trace, console: error.seen });
  } finally {
    await kernels.stop();
  }
}
