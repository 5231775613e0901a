/**
 * Free running: the actors of a scenario take their steps at the same time on a kernel, as often as asked, and whatever
 * results are seen must be among the outcomes that the model has at grain `lock`.
 */
import seedrandom from 'seedrandom';
import { DEFAULT_BUDGET } from '../../explore/budget.ts';
import { explore } from '../../explore/explore.ts';
import { BreadthFirst } from '../../explore/strategies/bfs.ts';
import type { ModelDefinition } from '../../modelling/model.ts';
import { bindScenario } from '../../scenario/bind-scenario.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { NOBODY } from '../../trace/check.ts';
import type { TraceStep } from '../../trace/format.ts';
import type { ActorInput, ItemInput, WorldInput } from '../../world/input.ts';
import { answerOf, notDone } from '../protocol/decode.ts';
import { setupRequests, stepRequest } from '../protocol/encode.ts';
import { NotRunnable } from '../protocol/encode-words.ts';
import type { ConformKernel, Reply, Request } from '../protocol/line.ts';
import { ScenarioTracer } from './scenario-trace.ts';

export interface StressOptions {
  readonly runs: number;
  readonly seed: string;
}

type Results = Readonly<Record<string, string>>;

export type StressVerdict =
  | { readonly kind: 'not-runnable'; readonly why: string }
  | {
      readonly kind: 'ran';
      readonly runs: number;
      /** How often each outcome of the model was seen. */
      readonly seen: readonly { readonly results: Results; readonly times: number }[];
      /** What was seen and the model does not have. */
      readonly strange: readonly { readonly results: Results; readonly times: number }[];
    };

/** Longest time by which a step is put off, in nanoseconds: about as long as a command takes. */
const SPIN_NS = 30_000;
const STATES_MAX = 1_000_000;
const SECONDS_MAX = 20;
/** Setup that leaves work behind, which the model has done before the actors begin; and the time that a kernel gets. */
const LEAVES_WORK = new Set(['rmdir', 'unlink', 'rename', 'umount_bpffs', 'kill']);
const REST_MS = 60;
/** Steps that need the driver in between, so that they cannot run freely. */
const NOT_FREE = new Set(['fork', 'clone_files', 'send_fd', 'wait', 'execve', 'fill_fds', 'free_fds']);
/** A result that nobody can tell, because its process was killed. */
const UNTOLD = '?';
const NEVER = '-';

/** One step of one run, with the name under which its result is remembered. */
interface Move {
  readonly actor: string;
  readonly item: ItemInput;
}

/** Why the scenario has nothing that could run freely. */
function obstacleOf({ actors }: WorldInput): string | undefined {
  const items = actors.flatMap(({ script, menu }) => [...script, ...(menu?.items ?? [])]);
  const busy = actors.filter(({ script, menu }) => script.length > 0 || menu !== undefined);
  if (busy.length < 2) return 'only one actor takes steps';
  if (!items.some(({ result }) => result !== undefined)) return 'no step remembers its result';
  const bound = items.find(({ op }) => NOT_FREE.has(op));
  if (bound !== undefined) return `${bound.op} cannot run freely`;
  // The agent refuses it by itself; here it is known before anything runs.
  const removes = items.some(({ op }) => op === 'rmdir');
  return removes && items.some(isCaughtByRelease)
    ? 'rmdir races with an attach or a query: facts cgroup 15'
    : undefined;
}

/** A legacy attach would leave its entry for ever on a cgroup that is released meanwhile, a query read freed memory. */
const isCaughtByRelease = ({ op, args }: ItemInput): boolean =>
  op === 'prog_attach' ||
  (op === 'query' &&
    JSON.stringify(args['flags'] ?? [])
      .toLowerCase()
      .includes('effective'));

/** What the actor does in this run: its script, and of its menu what chance says. */
function movesOf({ name, script, menu }: ActorInput, random: () => number): readonly Move[] {
  const times = menu === undefined ? 0 : Math.floor(random() * ((menu.times ?? 2) + 1));
  const chosen = Array.from({ length: times }, () => menu?.items[Math.floor(random() * menu.items.length)]);
  const all = [...script, ...chosen.filter((item) => item !== undefined)];
  return all.map((item) => ({ actor: name, item }));
}

/** Does an outcome of the model explain what was seen? */
const explains = (outcome: Results, seen: Results): boolean =>
  Object.entries(seen).every(([name, result]) => result === UNTOLD || outcome[name] === result);

class Stress {
  private readonly tracer: ScenarioTracer;
  private readonly input: WorldInput;
  private readonly flags: ModelDefinition['flags'];
  private readonly kernel: ConformKernel;
  private readonly random: () => number;
  private readonly before: readonly Request[];
  private readonly rests: boolean;

  constructor(tracer: ScenarioTracer, input: WorldInput, kernel: ConformKernel, seed: string) {
    this.tracer = tracer;
    this.input = input;
    this.flags = input.model.flags;
    this.kernel = kernel;
    this.random = seedrandom(seed);
    const { trace } = tracer.trace('stress', []);
    this.rests = trace.steps.some(({ op }) => LEAVES_WORK.has(op));
    this.before = [...setupRequests(trace), ...trace.steps.map((step) => stepRequest(step, trace, this.flags))];
  }

  private request(step: TraceStep): Request {
    return stepRequest(step, this.tracer.trace('stress', []).trace, this.flags);
  }

  /** One run; the results by name. */
  async once(): Promise<Results> {
    const moves = this.input.actors.map((actor) => movesOf(actor, this.random));
    const free = moves
      .flat()
      .map((move) => ({ move, request: this.request(this.tracer.stepOf(move.actor, move.item)) }));
    // Events are made by the hub, while the others run.
    const handed = free.filter(({ request }) => request.actor !== NOBODY);
    const own = free.filter(({ request }) => request.actor === NOBODY);
    const spin = (): number => Math.floor(this.random() * SPIN_NS);
    const starts = handed.flatMap(({ request }): Request[] => [
      { actor: request.actor, op: 'gate', args: { spin: spin(), async: 1 } },
      { ...request, args: { ...request.args, async: 1 } },
    ]);
    const collects = handed.flatMap(({ request: { actor } }): Request[] => [
      { actor, op: 'collect' },
      { actor, op: 'collect' },
    ]);
    const open: Request = { actor: NOBODY, op: 'open_gate' };
    const reset: Request = { actor: NOBODY, op: 'reset', args: { pins: 1 } };
    const made = await this.kernel.run(this.before);
    const unmade = made.findIndex(({ status }) => status !== 'ok');
    if (unmade >= 0) {
      await this.kernel.run([reset]);
      throw new NotRunnable(notDone(made[unmade] as Reply) ?? `setup: ${this.before[unmade]?.op} fails`);
    }
    if (this.rests) await new Promise((resolve) => setTimeout(resolve, REST_MS));
    const requests = [...starts, open, ...own.map(({ request }) => request), ...collects, reset];
    const replies = await this.kernel.run(requests);
    const refused = replies
      .slice(0, starts.length)
      .map(notDone)
      .find((why) => why !== undefined && why !== 'dead');
    if (refused !== undefined) throw new NotRunnable(refused);
    const events = starts.length + 1;
    const answers = events + own.length;
    return this.results([
      ...own.map(({ move }, i) => ({ move, reply: replies[events + i] as Reply })),
      ...handed.map(({ move }, i) => ({ move, reply: replies[answers + 2 * i + 1] as Reply })),
    ]);
  }

  private results(told: readonly { readonly move: Move; readonly reply: Reply }[]): Results {
    const results: Record<string, string> = {};
    for (const { name } of this.tracer.machine.parts.results) results[name] = NEVER;
    for (const { move, reply } of told) {
      const why = notDone(reply);
      if (why !== undefined && why !== 'dead') throw new NotRunnable(why);
      if (move.item.result === undefined) continue;
      const { errno, values } = answerOf(reply);
      results[`${move.actor}.${move.item.result}`] =
        why === 'dead' ? UNTOLD : (errno ?? (values['errno'] as string | undefined) ?? 'ok');
    }
    return results;
  }
}

/** All outcomes of the model, or why they are not known. */
function outcomesOf(scenario: Scenario, model: ModelDefinition, semantics: string): readonly Results[] | string {
  const bound = bindScenario({ ...scenario, checks: [] }, model, semantics, 'lock');
  if (!bound.ok) return bound.problems[0]?.message ?? 'it cannot be bound';
  const budget = { ...DEFAULT_BUDGET, maxStates: STATES_MAX, maxSeconds: SECONDS_MAX };
  const found = explore(bound.value.machine, { frontier: new BreadthFirst(), budget, outcomes: true });
  return found.bounds.length > 0
    ? `its outcomes are not all known: ${found.bounds.join(', ')}`
    : found.outcomes.map(({ results }) => results);
}

function tally(seen: ReadonlyMap<string, number>): readonly { readonly results: Results; readonly times: number }[] {
  return [...seen].map(([key, times]) => ({ results: JSON.parse(key) as Results, times }));
}

/** Lets the actors of a scenario run freely. Throws KernelGone if the kernel or its agent is lost. */
export async function stress(
  kernel: ConformKernel,
  scenario: Scenario,
  model: ModelDefinition,
  semantics: string,
  { runs, seed }: StressOptions,
): Promise<StressVerdict> {
  const bound = bindScenario(scenario, model, semantics, 'command');
  if (!bound.ok) return { kind: 'not-runnable', why: bound.problems[0]?.message ?? 'it cannot be bound' };
  const { input, machine } = bound.value;
  const tracer = new ScenarioTracer(scenario, input, machine);
  const obstacle = tracer.obstacle ?? obstacleOf(input);
  if (obstacle !== undefined) return { kind: 'not-runnable', why: obstacle };
  const outcomes = outcomesOf(scenario, model, semantics);
  if (typeof outcomes === 'string') return { kind: 'not-runnable', why: outcomes };
  const seen = new Map<string, number>(outcomes.map((results) => [JSON.stringify(results), 0]));
  const strange = new Map<string, number>();
  try {
    const stressed = new Stress(tracer, input, kernel, `${seed} ${scenario.name}`);
    for (let run = 0; run < runs; run++) {
      const results = await stressed.once();
      const fitting = outcomes.find((outcome) => explains(outcome, results));
      const [into, key] = fitting === undefined ? [strange, JSON.stringify(results)] : [seen, JSON.stringify(fitting)];
      into.set(key, (into.get(key) ?? 0) + 1);
    }
  } catch (error) {
    if (!(error instanceof NotRunnable)) throw error;
    return { kind: 'not-runnable', why: error.message };
  }
  return { kind: 'ran', runs, seen: tally(seen), strange: tally(strange) };
}
