/**
 * One schedule of a scenario as a trace: processes are forked, setup is taken, and then one step after the other with
 * what the model says that it returns. Grain `command`: what goes on inside a command cannot be scheduled from outside.
 */
import type { ModelDefinition } from '../../modelling/model.ts';
import { bindScenario } from '../../scenario/bind-scenario.ts';
import { type Result, success } from '../../scenario/problem.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { NOBODY } from '../../trace/check.ts';
import type { Expectation, Json, TraceFile, TraceObjects, TraceStep } from '../../trace/format.ts';
import type { TraceSource } from '../../trace/parse.ts';
import type { ItemInput, WorldInput } from '../../world/input.ts';
import type { Machine } from '../../world/machine.ts';
import { ENVIRONMENT } from '../../world/plan.ts';
import type { Runner } from '../../world/runner.ts';
import { expectationOf } from './answered.ts';
import { type Fillers, fillersOf } from './fillers.ts';

/** The process that makes the others, as in every trace. */
const FIRST = 'P0';
const OK: Expectation = { ok: true };
/** Stands where a process that was killed has closed its descriptors. */
export const DEATH: TraceStep = { actor: NOBODY, op: 'sleep', args: { ms: 20 }, expect: {} };
/** A number that no process has open, for descriptors that nobody made in this schedule. */
const NOT_OPEN = 99;
/** An id that nothing has, for objects that nobody made in this schedule. */
const NO_SUCH_ID = 2147483000;
const BY_ID = new Set(['linkId', 'progId', 'mapId']);
const MAKES_ACTORS = new Set(['fork', 'clone_files']);
/** Events are nobody's. */
const EVENT = 'fire';

/** A path between two cgroups is no name that a kernel's directory can have. */
function renaming(objects: TraceObjects): (value: Json) => Json {
  const names = new Map((objects.cgroups ?? []).map(({ name }) => [name, name.replaceAll('/', '.')]));
  const rename = (value: Json): Json => {
    if (typeof value === 'string') return names.get(value) ?? value;
    if (Array.isArray(value)) return value.map(rename);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, rename(part as Json)]));
  };
  return rename;
}

/** Members that a trace knows; a scenario may say more of a program. */
function traceObjects(declared: WorldInput['objects'], rename: (value: Json) => Json): TraceObjects {
  const { progs, maps, cgroups, netdevs, netns } = declared as TraceObjects;
  const templates = (progs ?? []).map(({ load: _, ...template }) => template);
  const net = { ...(netdevs === undefined ? {} : { netdevs }), ...(netns === undefined ? {} : { netns }) };
  const objects = { progs: templates, maps: maps ?? [], cgroups: cgroups ?? [], ...net };
  return rename(objects as unknown as Json) as TraceObjects;
}

export class ScenarioTracer {
  readonly machine: Machine;
  private readonly scenario: Scenario;
  private readonly input: WorldInput;
  private readonly rename: (value: Json) => Json;
  private readonly objects: TraceObjects;
  private readonly fillers: Fillers | string;
  private readonly runners: ReadonlyMap<string, Runner>;

  constructor(scenario: Scenario, input: WorldInput, machine: Machine) {
    this.scenario = scenario;
    this.input = input;
    this.machine = machine;
    this.rename = renaming(input.objects as TraceObjects);
    const objects = traceObjects(input.objects, this.rename);
    this.fillers = this.fill(objects);
    const { progs } = typeof this.fillers === 'string' ? { progs: [] } : this.fillers;
    this.objects = { ...objects, progs: [...(objects.progs ?? []), ...progs] };
    this.runners = new Map(machine.parts.runners.map((runner) => [runner.parts.name, runner]));
  }

  /** Why no schedule of the scenario can be run on a kernel; undefined if they can. */
  get obstacle(): string | undefined {
    if (typeof this.fillers === 'string') return this.fillers;
    if (this.input.actors.some(({ name }) => name === FIRST)) return `an actor is called ${FIRST}`;
    return undefined;
  }

  /** What takes the places that a kernel has beyond the scenario's limit. */
  private fill(objects: TraceObjects): Fillers | string {
    const { entries } = this.scenario.limits;
    if (entries === undefined) return { progs: [], steps: [] };
    const items = this.items.map((item) => ({ ...item, args: this.rename(item.args as Json) as ItemInput['args'] }));
    return fillersOf(FIRST, entries, items, objects);
  }

  private get items(): readonly ItemInput[] {
    const { setup, actors } = this.input;
    return [...setup, ...actors.flatMap(({ script, menu }) => [...script, ...(menu?.items ?? [])])];
  }

  /** The transition that must come next because somebody was killed: no kernel lets us delay it. */
  get dying(): number | undefined {
    const t = this.machine.transitions.findIndex(({ actor, kind }) => kind === 'script' && this.isDying(actor));
    return t < 0 ? undefined : t;
  }

  private isDying(name: string): boolean {
    const parts = this.runners.get(name)?.parts;
    if (parts?.actor === undefined) return false;
    return parts.model.interrupt(parts.k as never, parts.actor as never) !== null;
  }

  /** Takes a transition on the state in the cells; undefined if it is not enabled. Commits nothing. */
  take(t: number): TraceStep | undefined {
    const { running } = this.machine.parts;
    const { item: chosen, actor, kind } = this.machine.transitions[t] ?? {};
    const runner = this.runners.get(actor ?? '');
    if (actor === undefined || runner === undefined || kind === 'fault') return undefined;
    const killed = this.isDying(actor);
    const item = chosen ?? runner.current();
    const repetition =
      chosen === undefined || chosen.calls.length < 2
        ? 0
        : runner.parts.frame.used.at(runner.parts.menu.indexOf(chosen));
    const report = this.machine.naturally(t);
    // Where a law or a bound ends the model's step, nothing is known of a kernel's.
    if (report < 0 || this.machine.reports[report - 1]?.some((found) => found.kind !== 'property')) return undefined;
    if (killed) return DEATH;
    if (item === undefined) return undefined;
    const suffix = repetition === 0 ? '' : `#${repetition + 1}`;
    return this.step(
      actor,
      item.input,
      suffix,
      this.rename(expectationOf(running.errno, running.values)) as Expectation,
    );
  }

  private step(actor: string, { op, args, as }: ItemInput, suffix: string, expect: Expectation): TraceStep {
    const given = Object.entries(args).filter(([, value]) => value !== undefined);
    return {
      actor: op === EVENT || actor === ENVIRONMENT ? NOBODY : actor,
      op,
      args: this.rename(Object.fromEntries(given) as Json) as TraceStep['args'],
      ...(as === undefined ? {} : { as: as + suffix }),
      expect,
    };
  }

  /** A step of which nothing is expected. */
  stepOf(actor: string, item: ItemInput): TraceStep {
    return this.step(actor, item, '', {});
  }

  /** Forks and setup: what is the same in every schedule. */
  get prelude(): readonly TraceStep[] {
    const { setup, actors } = this.input;
    const forked = new Set(this.items.flatMap(({ op, as }) => (MAKES_ACTORS.has(op) ? (as ?? []) : [])));
    const processes = actors.filter(({ name }) => name !== ENVIRONMENT && !forked.has(name));
    return [
      ...processes.map(({ name }): TraceStep => ({ actor: FIRST, op: 'fork', args: {}, as: name, expect: OK })),
      ...(typeof this.fillers === 'string' ? [] : this.fillers.steps),
      ...setup.map((item) => this.step(item.actor, item, '', OK)),
    ];
  }

  /** Names that no step yields stand for descriptors that are not open. */
  private withoutStrangers(steps: readonly TraceStep[]): readonly TraceStep[] {
    const { commands } = this.input.model;
    const yielded = new Set(
      steps.flatMap(({ op, as, args }) => [
        ...(as === undefined ? [] : [as]),
        ...(commands[op]?.handleArguments ?? []).map((name) => args[name]),
        ...(op === 'send_fd' ? [args['as'] ?? args['handle']] : []),
      ]),
    );
    return steps.map((step) => {
      const shapes = commands[step.op]?.args ?? {};
      const args = Object.entries(step.args).map(([name, value]) => [
        name,
        shapes[name]?.shape === 'handle' && typeof value === 'string' && !yielded.has(value) ? NOT_OPEN : value,
      ]);
      const [[name, value] = []] = args;
      if (args.length === 1 && BY_ID.has(String(name)) && !yielded.has(String(value)))
        return { ...step, args: { id: NO_SUCH_ID } };
      return { ...step, args: Object.fromEntries(args) as TraceStep['args'] };
    });
  }

  /** Processes that are spoken of and were never made: they are, when all is over, so that their names mean something. */
  private late(steps: readonly TraceStep[]): readonly TraceStep[] {
    const { commands } = this.input.model;
    const made = new Set([FIRST, ...steps.flatMap(({ op, as }) => (MAKES_ACTORS.has(op) ? (as ?? []) : []))]);
    const spoken = steps.flatMap(({ op, args }) =>
      Object.entries(commands[op]?.args ?? {}).flatMap(([name, { shape }]) => {
        const given = args[name];
        return shape === 'actor' && typeof given === 'string' && !made.has(given) ? [given] : [];
      }),
    );
    return [...new Set(spoken)].map((as) => ({ actor: FIRST, op: 'fork', args: {}, as, expect: OK }));
  }

  /** The trace of these steps. */
  trace(id: string, steps: readonly TraceStep[]): TraceSource {
    const all = [...this.prelude, ...steps];
    const trace: TraceFile = {
      id,
      source: `${this.scenario.file}: ${this.scenario.title}`,
      family: this.scenario.family,
      kind: 'scenario',
      objects: this.objects,
      steps: this.withoutStrangers([...all, ...this.late(all)]),
    };
    const { file } = this.scenario;
    return { file: `${file}: ${id}`, trace, steps: trace.steps.map(() => ({ file })) };
  }
}

/** The scenario under one semantics, ready to be traced. Problems: those of bindScenario. */
export function scenarioTracer(scenario: Scenario, model: ModelDefinition, semantics: string): Result<ScenarioTracer> {
  const bound = bindScenario(scenario, model, semantics, 'command');
  if (!bound.ok) return bound;
  return success(new ScenarioTracer(scenario, bound.value.input, bound.value.machine));
}
