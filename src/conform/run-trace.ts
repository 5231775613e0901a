/** One trace on a kernel and in the model, step by step. */
import type { Kernel } from '../../models/kernel.ts';
import { revisionOf } from '../../models/rules/attach.ts';
import type { ModelDefinition } from '../modelling/model.ts';
import type { Semantics } from '../modelling/semantics.ts';
import { SLEEP } from '../trace/check.ts';
import { type Answer, alternativesOf, type Difference, sameJson } from '../trace/compare.ts';
import type { TraceStep } from '../trace/format.ts';
import type { TraceSource } from '../trace/parse.ts';
import { InputError } from '../world/input.ts';
import { differencesOf, meetsExpectation } from './agree.ts';
import { answerOf, notDone, type Seen, type SeenSlot, seenOf } from './decode.ts';
import { NotRunnable, setupRequests, stepRequest } from './encode.ts';
import type { ConformKernel, Reply, Request } from './line.ts';
import { modelIds, modelLink, modelSlot } from './model-state.ts';
import { attachTypeNumber } from './numbers.ts';
import { type Taken, Walk } from './walk.ts';

/** How long deferred kernel work may take until it must be seen. */
const DEFERRED_MS = 5_000;
const POLL_MS = 2;

export interface ConformOptions {
  readonly model: ModelDefinition;
  readonly semantics: Semantics;
  /** Hold the kernel also against what the file expects. */
  readonly expectations?: boolean;
}

/** The first step in which model and kernel part. */
export interface Parting {
  /** Counted from 0; the number of steps: after the last one, when everything pending has run. */
  readonly index: number;
  readonly about: 'answer' | 'state' | 'expectation' | 'disabled';
  readonly kernel: unknown;
  /** Everything that the model allows. */
  readonly model: readonly unknown[];
  readonly differences: readonly Difference[];
}

export type TraceVerdict =
  | { readonly kind: 'agree'; readonly steps: number; readonly several: number; readonly carried: number }
  | { readonly kind: 'differ'; readonly steps: number; readonly parting: Parting }
  | { readonly kind: 'not-runnable'; readonly steps: number; readonly why: string };

const distinct = <T>(values: readonly T[]): readonly T[] => [
  ...new Map(values.map((value) => [JSON.stringify(value), value])).values(),
];

const normal = (shown: SeenSlot['shown']): unknown =>
  'mode' in shown ? { ...shown, mode: [...shown.mode].sort() } : shown;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The steps of a trace, held against a kernel that has executed them or does so now. */
class Holding {
  readonly walk: Walk;
  private readonly k: Kernel;
  private readonly source: TraceSource;
  private readonly options: ConformOptions;
  private readonly named: ReadonlySet<string>;
  several = 0;

  constructor(source: TraceSource, options: ConformOptions) {
    this.source = source;
    this.options = options;
    this.walk = new Walk(source, options.model, options.semantics);
    this.k = this.walk.machine.parts.k as Kernel;
    this.named = new Set(source.trace.steps.flatMap(({ as }) => as ?? []));
  }

  /** What the step may return; with all pending work done where the trace says so. */
  expect(index: number): readonly Taken[] {
    const step = this.step(index);
    this.walk.begin();
    if (isBarrier(step)) this.walk.rest();
    return step.op === SLEEP ? [] : this.walk.take(step);
  }

  /** Keeps the states that show this answer; undefined: some do. */
  judge(index: number, taken: readonly Taken[], answer: Answer): Parting | undefined {
    const step = this.step(index);
    if (taken.length === 0) return { index, about: 'disabled', kernel: answer, model: [], differences: [] };
    const judged = taken.map((one) => ({ ...one, differences: differencesOf(answer, one.answer, step, this.named) }));
    const kept = judged.filter(({ differences }) => differences.length === 0);
    const allowed = distinct(taken.map((one) => one.answer));
    if (kept.length === 0) {
      const nearest = judged.map(({ differences }) => differences).sort((a, b) => a.length - b.length)[0] ?? [];
      return { index, about: 'answer', kernel: answer, model: allowed, differences: nearest };
    }
    if (allowed.length > 1) this.several++;
    this.walk.keep(kept.map(({ after }) => after));
    return this.options.expectations === true ? this.judgeFile(index, answer) : undefined;
  }

  private judgeFile(index: number, answer: Answer): Parting | undefined {
    const step = this.step(index);
    const misses = alternativesOf(step.expect).map((expect) => meetsExpectation(answer, expect, step));
    if (misses.some((differences) => differences.length === 0)) return undefined;
    return { index, about: 'expectation', kernel: answer, model: [step.expect], differences: misses[0] ?? [] };
  }

  /** Keeps the states that look as the kernel did. The pieces were read one after the other, so they are judged so. */
  see(index: number, seen: Seen): Parting | undefined {
    this.walk.begin();
    const whole = this.walk.look(() => this.shownAs(seen));
    const kept = whole.filter(({ shown }) => shown === undefined).map(({ state }) => state);
    if (kept.length > 0) {
      this.walk.keep(kept);
      return undefined;
    }
    for (const piece of piecesOf(seen)) {
      const looks = this.walk.look(() => this.shownAs(piece));
      const fitting = looks.filter(({ shown }) => shown === undefined).map(({ state }) => state);
      if (fitting.length === 0)
        return { index, about: 'state', kernel: piece, model: distinct(looks.map(({ shown }) => shown)), differences: [] };
      this.walk.keep(fitting);
    }
    return undefined;
  }

  /** Undefined: the state in the cells shows all this. Otherwise what it shows instead. */
  private shownAs({ slots, links, ids }: Seen): unknown {
    for (const slot of slots) {
      const shown = modelSlot(this.k, slot, revisionOf);
      if (shown !== undefined && !sameJson(normal(slot.shown), normal(shown))) return { ...slot, shown };
    }
    for (const link of links) {
      const shown = modelLink(this.k, link.link);
      if (!sameJson(link, shown)) return shown ?? { link: link.link, absent: true };
    }
    if (ids === undefined) return undefined;
    const mine = this.ownIds(modelIds(this.k) ?? []);
    return sameJson(this.ownIds(ids), mine) ? undefined : { ids: mine };
  }

  private ownIds(ids: readonly string[]): readonly string[] {
    return ids.filter((id) => this.named.has(id.slice(2)) && !id.startsWith('m:')).sort((a, b) => (a < b ? -1 : 1));
  }

  private step(index: number): TraceStep {
    return this.source.trace.steps[index] as TraceStep;
  }
}

const isBarrier = ({ op, expect }: TraceStep): boolean => op === SLEEP || expect['eventually'] === true;

const piecesOf = ({ slots, links, ids }: Seen): readonly Seen[] => [
  ...slots.map((slot): Seen => ({ slots: [slot], links: [], ids: undefined })),
  ...links.map((link): Seen => ({ slots: [], links: [link], ids: undefined })),
  ...(ids === undefined ? [] : [{ slots: [], links: [], ids }]),
];

/** A trace that is ready for a kernel. */
interface Prepared {
  readonly requests: readonly (Request | undefined)[];
  readonly setup: readonly Request[];
  readonly observe: Request;
  readonly observeAll: Request;
  readonly reset: Request;
}

const PINS = /^(obj_pin|obj_get|mount_bpffs|pin_|unlink|rename|hardlink|symlink|create_file|open_dir|open_pin)/;

function prepare(source: TraceSource, flags: ModelDefinition['flags']): Prepared {
  const { trace } = source;
  const types = new Set<number>();
  for (const { args, op } of trace.steps) {
    const named = op === 'send' ? 'cgroup_inet_egress' : (args['attachType'] ?? args['hook']);
    const number = typeof named === 'string' && named.startsWith('cgroup_') ? attachTypeNumber(named) : undefined;
    if (number !== undefined) types.add(number);
  }
  const args = { types: [...types].join(',') };
  const pins = trace.steps.some(({ op }) => PINS.test(op));
  return {
    requests: trace.steps.map((step) => (step.op === SLEEP ? undefined : stepRequest(step, trace, flags))),
    setup: setupRequests(trace),
    observe: { actor: '-', op: 'observe', args },
    observeAll: { actor: '-', op: 'observe', args: { ...args, ids: 1 } },
    reset: { actor: '-', op: 'reset', args: pins ? { pins: 1 } : {} },
  };
}

/** Which steps are sent together: a step that must wait for deferred work is on its own. */
function segmentsOf(steps: readonly TraceStep[]): readonly (readonly number[])[] {
  const segments: number[][] = [];
  let open: number[] | undefined;
  steps.forEach((step, index) => {
    if (isBarrier(step)) {
      segments.push([index]);
      open = undefined;
    } else if (open === undefined) {
      open = [index];
      segments.push(open);
    } else open.push(index);
  });
  return segments;
}

class Run {
  private readonly kernel: ConformKernel;
  private readonly source: TraceSource;
  private readonly prepared: Prepared;
  private readonly holding: Holding;

  constructor(kernel: ConformKernel, source: TraceSource, options: ConformOptions) {
    this.kernel = kernel;
    this.source = source;
    this.prepared = prepare(source, options.model.flags);
    this.holding = new Holding(source, options);
  }

  async run(): Promise<TraceVerdict> {
    const { steps } = this.source.trace;
    try {
      const failed = (await this.kernel.run(this.prepared.setup)).find(({ status }) => status !== 'ok');
      if (failed !== undefined) return { kind: 'not-runnable', steps: 0, why: `setup failed: ${failed.status}` };
      for (const segment of segmentsOf(steps)) {
        const [first = 0] = segment;
        const barrier = isBarrier(steps[first] as TraceStep);
        const end = barrier ? await this.barrier(first) : await this.together(segment);
        if (end !== undefined) return end;
      }
      const parting = await this.settle(steps.length);
      if (parting !== undefined) return { kind: 'differ', steps: steps.length, parting };
      return { kind: 'agree', steps: steps.length, several: this.holding.several, carried: this.holding.walk.carried };
    } finally {
      await this.kernel.run([this.prepared.reset]);
    }
  }

  private async together(segment: readonly number[]): Promise<TraceVerdict | undefined> {
    const requests = segment.flatMap((index) => [this.prepared.requests[index] as Request, this.prepared.observe]);
    const replies = await this.kernel.run(requests);
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
      return { kind: 'differ', steps: index + 1, parting: { index, about: 'disabled', kernel: why, model, differences: [] } };
    }
    return { kind: 'not-runnable', steps: index, why };
  }

  /** A step before which everything pending must have run: asked again until the kernel is that far. */
  private async barrier(index: number): Promise<TraceVerdict | undefined> {
    const request = this.prepared.requests[index];
    const taken = this.holding.expect(index);
    if (request === undefined) {
      const parting = await this.settle(index);
      return parting === undefined ? undefined : { kind: 'differ', steps: index + 1, parting };
    }
    const parting = await this.patiently(request, (reply) => {
      const why = notDone(reply);
      if (why !== undefined) return this.undone(index, why, taken);
      const found = this.holding.judge(index, taken, answerOf(reply));
      return found === undefined ? undefined : { kind: 'differ', steps: index + 1, parting: found };
    });
    return parting;
  }

  /** All pending work has run in the model; the kernel gets time until it looks the same. */
  private async settle(index: number): Promise<Parting | undefined> {
    this.holding.walk.begin();
    this.holding.walk.rest();
    return this.patiently(this.prepared.observeAll, (reply) => this.holding.see(index, seenOf(reply)));
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
    if (error instanceof NotRunnable) return { kind: 'not-runnable', steps: 0, why: error.message };
    if (error instanceof InputError) return { kind: 'not-runnable', steps: 0, why: `the model: ${error.message}` };
    throw error;
  }
}
