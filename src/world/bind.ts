/** Binding: from a scenario's words to a machine. The only place that knows how all the parts fit together. */
import { array, count } from '../modelling/field.ts';
import type { Instance, InstanceRef, Population, Use } from '../modelling/model.ts';
import { type Objects, object } from '../modelling/object.ts';
import type { AnyView, AnyViews } from './any-view.ts';
import { type ArgContext, bindArgs } from './bind-args.ts';
import { Cells } from './cells.ts';
import { Coverage } from './coverage.ts';
import { type ActorInput, InputError, type Position, type WorldInput } from './input.ts';
import { type AnyKernel, makeKernel, type Running } from './kernel.ts';
import { BitAllocator, cellsOf, type Layout, layOut, type ObjectCells } from './layout.ts';
import { type BoundProperty, Machine, type MachineParts } from './machine.ts';
import { PHASE_PROPERTY, type PhaseContext, phaseProperty } from './phase-property.ts';
import { type AnyCall, type BoundItem, type FrameView, Runner } from './runner.ts';
import { BlockedSignal, BoundSignal, LawSignal } from './signals.ts';
import { didYouMean } from './suggest.ts';
import { type ItemUses, usesOf } from './uses.ts';
import { makeRegisters, makeViews, type ObjectInstances, ObjectName } from './views.ts';

interface ActorPlan {
  readonly input: ActorInput;
  readonly script: readonly ItemUses[];
  readonly menu: readonly ItemUses[];
  readonly interrupts: readonly ItemUses[];
}

interface Plan {
  readonly setup: readonly ItemUses[];
  readonly actors: readonly ActorPlan[];
  readonly uses: readonly Use[];
  readonly population: Population;
  readonly handles: ReadonlyMap<string, number>;
}

function plan(input: WorldInput): Plan {
  let serial = 0;
  const { model } = input;
  const setup = input.setup.map((item) => usesOf(model, item, item.actor, 1, serial++));
  const actors = input.actors.map(
    (actor): ActorPlan => ({
      input: actor,
      script: actor.script.map((item) => usesOf(model, item, actor.name, 1, serial++)),
      menu: (actor.menu?.items ?? []).map((item) => usesOf(model, item, actor.name, actor.menu?.times, serial++)),
      interrupts: Object.values(model.commands)
        .filter((command) => model.interruptOps.includes(command.op) && actor.name !== ENVIRONMENT)
        .map((command) => usesOf(model, { op: command.op, args: {} }, actor.name, 1, serial++)),
    }),
  );
  const all = [...setup, ...actors.flatMap(({ script, menu, interrupts }) => [...script, ...menu, ...interrupts])];
  const uses = all.flatMap(({ repetitions }) => repetitions);
  const handles = new Map<string, number>();
  for (const use of uses) for (const name of handleNames(use)) if (!handles.has(name)) handles.set(name, handles.size);
  const names = input.actors.map(({ name }) => name).filter((name) => name !== ENVIRONMENT);
  const refuse = (message: string, hint?: string): never => {
    throw new InputError('LR210', message, input.where, hint);
  };
  const population = model.populate(
    { objects: input.objects, actors: names, uses, limits: input.limits, handles, grain: input.grain },
    refuse,
  );
  return { setup, actors, uses, population, handles };
}

/** The actor that is no process: events made by nobody who holds anything. */
export const ENVIRONMENT = '-';

/** Names of descriptors that a use brings into being, in its own or in another process' table. */
function handleNames(use: Use): string[] {
  const names = use.command.yieldsHandle && use.as !== undefined ? [use.as] : [];
  for (const argument of use.command.handleArguments) {
    const name = use.args[argument];
    if (typeof name === 'string') names.push(name);
  }
  return names;
}

function refs(value: unknown, kinds: ReadonlyMap<string, ReadonlyMap<string, number>>): unknown {
  if (Array.isArray(value)) return value.map((item) => refs(item, kinds));
  if (typeof value !== 'object' || value === null || !('$ref' in value)) return value;
  const [kind, name] = (value as InstanceRef).$ref;
  const index = kinds.get(kind)?.get(name);
  if (index === undefined) throw new Error(`LR909 constant refers to ${kind} ${name}, which does not exist`);
  return new ObjectName(kind, index);
}

function instancesOf(population: Population): Record<string, ObjectInstances> {
  const kinds = new Map<string, Map<string, number>>();
  for (const [kind, list] of Object.entries(population.instances))
    kinds.set(kind, new Map(list.map(({ name }, index) => [name, index])));
  const constants = ({ constants }: Instance): Record<string, unknown> =>
    Object.fromEntries(Object.entries(constants ?? {}).map(([name, value]) => [name, refs(value, kinds)]));
  return Object.fromEntries(
    Object.entries(population.instances).map(([kind, list]) => [
      kind,
      { names: list.map(({ name }) => name), constants: list.map(constants) },
    ]),
  );
}

/** Fields that hold where an actor stands. What a coarser grain never stores between transitions takes no bits. */
function frameObject(actor: ActorPlan, input: WorldInput, results: number): Objects[string] {
  const { script, menu, interrupts } = actor;
  const lock = input.grain === 'lock';
  const items = [...script, ...menu, ...interrupts];
  const longest = Math.max(1, ...items.map(({ command }) => command.stepNames.length));
  const repeats = Math.max(0, ...menu.map(({ repetitions }) => (repetitions.length > 1 ? repetitions.length : 0)));
  return object({
    fields: {
      item: count(script.length),
      running: count(lock ? items.length : 0),
      step: count(lock ? longest - 1 : 0),
      repetition: count(lock ? Math.max(0, repeats - 1) : 0),
      spent: count(actor.input.menu?.times ?? 0),
      used: array(count(repeats), repeats === 0 ? 0 : menu.length),
      results: array(count(input.model.errnos.length + 1), results),
    },
  });
}

const frameKind = (actor: string): string => `frame of ${actor}`;

/** Registers of every command that an actor uses overlap: only one command runs at a time. */
function registerLayout(
  items: readonly ItemUses[],
  sizes: Record<string, number>,
  bits: BitAllocator,
): Map<string, ObjectCells> {
  const start = bits.mark();
  let furthest = start;
  const layouts = new Map<string, ObjectCells>();
  for (const { command } of items) {
    if (layouts.has(command.op)) continue;
    bits.reset(start);
    const fields = Object.fromEntries(
      Object.entries(command.registers).map(([name, field]) => [name, { field, cells: cellsOf(field, sizes, bits) }]),
    );
    layouts.set(command.op, { phase: undefined, fields });
    if (bits.isBeyond(furthest)) furthest = bits.mark();
  }
  bits.reset(furthest);
  return layouts;
}

class Binder {
  readonly input: WorldInput;
  readonly plan: Plan;
  readonly coverage = new Coverage();
  readonly running: Running = { actor: '', op: '', errno: null, values: undefined, stepName: '' };
  readonly watcher: MachineParts['watcher'] = { watch: undefined };
  readonly checking: MachineParts['checking'] = { label: undefined };
  private readonly sizes: Record<string, number>;
  private readonly objects: Record<string, Objects[string]>;
  private readonly layout: Record<string, readonly ObjectCells[]>;
  private readonly registers = new Map<string, Map<string, ObjectCells>>();
  private readonly resultNames: string[][];
  readonly cells: Cells;
  readonly views: AnyViews;
  readonly k: AnyKernel;
  private readonly instances: Record<string, ObjectInstances>;
  /** Set once the runners exist; nothing asks for running calls before. */
  private bound: readonly Runner[] = [];

  constructor(input: WorldInput) {
    this.input = input;
    this.plan = plan(input);
    const { population, actors } = this.plan;
    this.instances = instancesOf(population);
    this.resultNames = actors.map(({ script, menu }) => [...script, ...menu].flatMap(({ item }) => item.result ?? []));
    this.objects = { ...input.model.objects };
    this.sizes = { ...population.limits };
    for (const [kind, { names }] of Object.entries(this.instances)) this.sizes[kind] = names.length;
    actors.forEach((actor, a) => {
      const kind = frameKind(actor.input.name);
      this.objects[kind] = frameObject(actor, input, this.resultNames[a]?.length ?? 0);
      this.instances[kind] = { names: [actor.input.name] };
      this.sizes[kind] = 1;
    });
    const { layout, stored, all } = this.layOutAll();
    this.layout = layout;
    this.cells = new Cells(stored, all);
    this.views = this.makeViews(false);
    this.k = this.makeKernel();
  }

  private layOutAll(): { layout: Layout; stored: number; all: number } {
    const bits = new BitAllocator();
    const layout = { ...layOut(this.objects, this.sizes, bits) } as Record<string, readonly ObjectCells[]>;
    const lock = this.input.grain === 'lock';
    const layRegisters = (): void => {
      for (const { input, script, menu, interrupts } of this.plan.actors)
        this.registers.set(input.name, registerLayout([...script, ...menu, ...interrupts], this.sizes, bits));
    };
    if (lock) layRegisters();
    const stored = bits.words;
    bits.skipTo(stored);
    if (!lock) layRegisters();
    // Setup runs before the first state and never shares a register with an actor.
    this.registers.set('', registerLayout(this.plan.setup, this.sizes, bits));
    return { layout, stored, all: Math.max(stored + 1, bits.words) };
  }

  private get context() {
    const { cells, coverage, watcher, sizes } = this;
    return {
      cells,
      sizes,
      coverage,
      watch: (happening: Parameters<NonNullable<MachineParts['watcher']['watch']>>[0]) => watcher.watch?.(happening),
    };
  }

  private makeViews(past: boolean): AnyViews {
    return makeViews(this.objects, this.instances, this.layout, this.context, past);
  }

  private makeKernel(): AnyKernel {
    let past: AnyViews | undefined;
    const { semantics, model } = this.input;
    return makeKernel({
      views: this.views,
      past: () => {
        past ??= this.makeViews(true);
        return past;
      },
      semantics,
      rules: model.rules,
      handles: [...this.plan.handles.keys()],
      calls: () => this.bound.flatMap((runner) => runner.underWay() ?? []),
      coverage: this.coverage,
      running: this.running,
      watch: this.context.watch,
      propertyLabel: () => this.checking.label,
    });
  }

  private argContext(where: Position | undefined): ArgContext {
    const actors = this.plan.actors.map(({ input }) => input.name).filter((name) => name !== ENVIRONMENT);
    return { views: this.views, handles: this.plan.handles, actors, flags: this.input.model.flags, where };
  }

  /** A view over the registers of one command of one actor. */
  private frameOf(owner: string, uses: ItemUses): { view: AnyView; clear: () => void } {
    const own = this.registers.get(owner)?.get(uses.command.op) as ObjectCells;
    const view = makeRegisters(owner, own.fields, this.context, this.views);
    const cells = Object.values(own.fields).flatMap((field) => field.cells);
    return {
      view,
      clear: () => {
        for (const cell of cells) this.cells.write(cell, 0);
      },
    };
  }

  private bindItem(owner: string, uses: ItemUses, remember: BoundItem['remember']): BoundItem {
    const { view: frame, clear } = this.frameOf(owner, uses);
    const actor = this.views[this.input.model.actorKind]?.find(({ name }) => name === uses.actor);
    if (actor === undefined && uses.actor !== ENVIRONMENT)
      throw new InputError(
        'LR206',
        `there is no actor "${uses.actor}"`,
        uses.item.where,
        didYouMean(
          uses.actor,
          this.input.actors.map(({ name }) => name),
        ),
      );
    const calls = uses.repetitions.map((use): AnyCall => {
      const made: Record<string, AnyView> = {};
      for (const [kind, name] of Object.entries(use.made))
        made[kind] = this.views[kind]?.find((view) => view.name === name) as AnyView;
      const { asArgument } = use.command;
      const raw = asArgument === undefined || use.as === undefined ? use.args : { ...use.args, [asArgument]: use.as };
      const args = bindArgs(uses.command.args, raw, '', this.argContext(uses.item.where));
      const as = use.command.yieldsHandle && use.as !== undefined ? (this.plan.handles.get(use.as) ?? null) : null;
      return { args, frame, actor, made, as };
    });
    return { uses, input: uses.item, calls, remember, clearRegisters: clear };
  }

  private runners(): Runner[] {
    const { model, grain } = this.input;
    return this.plan.actors.map(({ input, script, menu, interrupts }, a) => {
      const frame = this.views[frameKind(input.name)]?.[0] as unknown as FrameView & {
        results: { put(i: number, value: number): void };
      };
      const bound = (uses: ItemUses): BoundItem => {
        const slot = uses.item.result === undefined ? -1 : (this.resultNames[a]?.indexOf(uses.item.result) ?? -1);
        return this.bindItem(input.name, uses, slot < 0 ? undefined : (code) => frame.results.put(slot, code));
      };
      return new Runner({
        model,
        k: this.k,
        grain,
        name: input.name,
        actor: this.views[model.actorKind]?.find(({ name }) => name === input.name),
        frame,
        script: script.map(bound),
        menu: menu.map(bound),
        menuTimes: input.menu?.times,
        interrupts: new Map(interrupts.map((uses) => [uses.command.op, bound(uses)])),
        running: this.running,
        coverage: this.coverage,
      });
    });
  }

  private properties(): BoundProperty[] {
    const { model, properties } = this.input;
    return properties.map((input) => {
      if (input.property === PHASE_PROPERTY) return phaseProperty(input, this.phaseContext());
      const spec = model.properties[input.property];
      if (spec === undefined || !Object.hasOwn(model.properties, input.property))
        throw new InputError(
          'LR220',
          `unknown property "${input.property}"`,
          input.where,
          didYouMean(input.property, Object.keys(model.properties)),
        );
      const params = bindArgs(spec.params, input.params, '', this.argContext(input.where));
      return { input, kind: spec.kind, check: () => spec.check(this.k as never, params as never) };
    });
  }

  private phaseContext(): PhaseContext {
    const made = new Set(
      this.plan.uses.flatMap((use) => Object.entries(use.made).map(([kind, name]) => `${kind} ${name}`)),
    );
    const subject = (): void => (this.k as unknown as { subject(): void }).subject();
    return {
      objects: this.input.model.objects,
      views: this.views,
      isMade: ({ kind, name }) => made.has(`${kind} ${name}`),
      subject,
    };
  }

  /** Runs setup alone, first, with all deferred work done; what fails there is an error of the scenario. */
  private runSetup(machine: Machine): void {
    const { model } = this.input;
    const runner = (item: BoundItem): Runner =>
      new Runner({
        model,
        k: this.k,
        grain: 'command',
        name: item.uses.actor,
        actor: item.calls[0]?.actor,
        frame: { item: 0, running: 0, step: 0, repetition: 0, spent: 0, used: { at: () => 0, put: () => undefined } },
        script: [item],
        menu: [],
        menuTimes: undefined,
        interrupts: new Map(),
        running: this.running,
        coverage: this.coverage,
      });
    for (const uses of this.plan.setup) {
      const item = this.bindItem('', uses, undefined);
      this.running.errno = null;
      this.setupStep(uses, () => runner(item).next());
      if (this.running.errno !== null)
        throw new InputError(
          'LR230',
          `setup: ${uses.item.op} fails with ${this.running.errno}`,
          uses.item.where,
          'setup steps must succeed under every semantics the scenario names',
        );
      this.setupStep(uses, () => machine.drain());
    }
  }

  /** Ends of setup other than an errno: nobody but the author can mend them either. */
  private setupStep(uses: ItemUses, run: () => unknown): void {
    try {
      run();
    } catch (signal) {
      const refuse = (why: string): never => {
        throw new InputError(
          'LR231',
          `setup: ${uses.item.op} ${why}`,
          uses.item.where,
          'setup runs alone, before every actor',
        );
      };
      if (signal instanceof BlockedSignal) refuse('waits for ever');
      if (signal instanceof LawSignal) refuse(`breaks the law ${signal.law}: ${signal.why}`);
      if (signal instanceof BoundSignal) refuse(`reaches a bound: ${signal.what}`);
      throw signal;
    }
  }

  machine(): Machine {
    const { model, grain } = this.input;
    const runners = this.runners();
    this.bound = runners;
    const initial = new Int32Array(this.cells.storedWords);
    const results = this.plan.actors.flatMap(({ input }, a) => {
      const frame = this.views[frameKind(input.name)]?.[0] as unknown as { results: { at(i: number): number } };
      return (this.resultNames[a] ?? []).map((name, slot) => ({
        name: `${input.name}.${name}`,
        read: () => frame.results.at(slot),
      }));
    });
    const machine = new Machine({
      grain,
      cells: this.cells,
      k: this.k,
      views: this.views,
      runners,
      works: model.works.map((work) => ({ work, objects: this.views[work.on] ?? [] })),
      properties: this.properties(),
      running: this.running,
      coverage: this.coverage,
      initial,
      results,
      errnos: model.errnos,
      watcher: this.watcher,
      checking: this.checking,
    });
    machine.withoutStoring(() => {
      model.start(this.k as never, {
        objects: this.input.objects,
        actors: [],
        uses: this.plan.uses,
        limits: this.input.limits,
        handles: this.plan.handles,
        grain: this.input.grain,
      });
      this.runSetup(machine);
    });
    initial.set(this.cells.now.subarray(0, initial.length));
    return machine;
  }
}

/** Binds a scenario. Throws InputError for what the author can mend. */
export function bind(input: WorldInput): Machine {
  return new Binder(input).machine();
}
