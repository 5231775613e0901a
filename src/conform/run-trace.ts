/** One trace on a kernel and in the model, step by step. */
import type { TraceStep } from '../trace/format.ts';
import type { TraceSource } from '../trace/parse.ts';
import type { Taken } from '../trace/walk.ts';
import { InputError } from '../world/input.ts';
import { distinct, Holding, isBarrier } from './holding.ts';
import { type Prepared, prepare, segmentsOf } from './prepare.ts';
import { answerOf, notDone, seenOf } from './protocol/decode.ts';
import { NotRunnable } from './protocol/encode-words.ts';
import { type ConformKernel, KernelGone, type Reply, type Request } from './protocol/line.ts';
import type { ConformOptions, Parting, TraceVerdict } from './verdict.ts';

/** How long deferred kernel work may take until it must be seen. */
const DEFERRED_MS = 5_000;
const POLL_MS = 2;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

class Run {
  private readonly kernel: ConformKernel;
  private readonly source: TraceSource;
  private readonly prepared: Prepared;
  private readonly holding: Holding;
  /** Why the setup failed, once it is known. */
  private readonly setup: Promise<TraceVerdict | undefined>;

  /** Asks the kernel for the setup at once: it makes cgroups while the model is bound. Throws InputError. */
  constructor(kernel: ConformKernel, source: TraceSource, options: ConformOptions) {
    this.kernel = kernel;
    this.source = source;
    this.prepared = prepare(source, options.model.flags);
    this.setup = kernel.run(this.prepared.setup).then((replies) => {
      const failed = replies.find(({ status }) => status !== 'ok');
      return failed && { kind: 'not-runnable', steps: 0, why: `setup failed: ${failed.status}` };
    });
    // Whoever waits for it hears of an agent that is lost; nobody does if the model refuses the trace.
    this.setup.catch(() => undefined);
    try {
      this.holding = new Holding(source, options);
    } catch (error) {
      this.reset();
      throw error;
    }
  }

  /** Is not waited for: what is asked next comes after it. */
  private reset(): void {
    this.kernel.run([this.prepared.reset]).catch(() => undefined);
  }

  async run(): Promise<TraceVerdict> {
    const { steps } = this.source.trace;
    try {
      for (const segment of segmentsOf(steps)) {
        const [first = 0] = segment;
        const barrier = isBarrier(steps[first] as TraceStep);
        const end = barrier ? await this.barrier(first) : await this.together(segment);
        if (end !== undefined) return end;
      }
      const unmade = await this.setup;
      if (unmade !== undefined) return unmade;
      const parting = await this.settle(steps.length);
      if (parting !== undefined) return { kind: 'differ', steps: steps.length, parting };
      const { several, missed, walk } = this.holding;
      return { kind: 'agree', steps: steps.length, several, carried: walk.carried, missed };
    } finally {
      this.reset();
    }
  }

  private async together(segment: readonly number[]): Promise<TraceVerdict | undefined> {
    const requests = segment.flatMap((index) => [this.prepared.requests[index] as Request, this.prepared.observe]);
    const replies = await this.kernel.run(requests);
    const unmade = await this.setup;
    if (unmade !== undefined) return unmade;
    for (const [place, index] of segment.entries()) {
      const reply = replies[2 * place] as Reply;
      const why = notDone(reply);
      const taken = this.holding.expect(index);
      if (why !== undefined) return this.undone(index, why, taken);
      const parting =
        this.holding.judge(index, taken, answerOf(reply)) ??
        this.holding.see(index, seenOf(replies[2 * place + 1] as Reply));
      if (parting !== undefined) return { kind: 'differ', steps: index + 1, parting };
    }
    return undefined;
  }

  /** The agent refused, cannot, or lost an actor: the last is a difference, unless the model has lost it as well. */
  private undone(index: number, why: string, taken: readonly Taken[]): TraceVerdict {
    if (why === 'dead' || why === 'timeout') {
      const model = distinct(taken.map(({ answer }) => answer));
      return {
        kind: 'differ',
        steps: index + 1,
        parting: { index, about: 'disabled', kernel: why, model, differences: [] },
      };
    }
    return { kind: 'not-runnable', steps: index, why };
  }

  /** A step before which everything pending must have run: asked again until the kernel is that far. */
  private async barrier(index: number): Promise<TraceVerdict | undefined> {
    const unmade = await this.setup;
    if (unmade !== undefined) return unmade;
    const unsettled = await this.settle(index);
    if (unsettled !== undefined) return { kind: 'differ', steps: index + 1, parting: unsettled };
    const request = this.prepared.requests[index];
    if (request === undefined) return undefined;
    const taken = this.holding.expect(index);
    return this.patiently(request, (reply): TraceVerdict | undefined => {
      const why = notDone(reply);
      if (why !== undefined) return this.undone(index, why, taken);
      const found = this.holding.judge(index, taken, answerOf(reply));
      return found === undefined ? undefined : { kind: 'differ', steps: index + 1, parting: found };
    });
  }

  /** All pending work has run in the model; the kernel gets time until it looks the same, as far as looks can tell. */
  private async settle(index: number): Promise<Parting | undefined> {
    const { walk } = this.holding;
    const before = walk.states;
    walk.begin();
    walk.rest();
    return this.patiently(this.prepared.observeAll, (reply) => this.holding.seeAtRest(index, seenOf(reply), before));
  }

  private async patiently<T>(request: Request, judge: (reply: Reply) => T | undefined): Promise<T | undefined> {
    const until = Date.now() + DEFERRED_MS;
    for (;;) {
      const [reply] = await this.kernel.run([request]);
      const found = judge(reply as Reply);
      if (found === undefined || Date.now() > until) return found;
      await pause(POLL_MS);
    }
  }
}

/** Runs a trace on the kernel and compares every step. Throws KernelGone if the kernel or its agent is lost. */
export async function conformTrace(
  kernel: ConformKernel,
  source: TraceSource,
  options: ConformOptions,
): Promise<TraceVerdict> {
  try {
    return await new Run(kernel, source, options).run();
  } catch (error) {
    if (error instanceof KernelGone) error.trace ??= source.trace.id;
    if (error instanceof NotRunnable) return { kind: 'not-runnable', steps: 0, why: error.message };
    if (error instanceof InputError) return { kind: 'not-runnable', steps: 0, why: `the model: ${error.message}` };
    throw error;
  }
}
