/** Binding: from a scenario's words to a machine. The only place that knows how all the parts fit together. */
import { count } from '../modelling/field.ts';
import { type Objects, object } from '../modelling/object.ts';
import { under } from '../modelling/under.ts';
import { frameKind, frameObject, registerLayout } from './actor-space.ts';
import type { AnyView, AnyViews } from './any-view.ts';
import { type ArgContext, bindArgs } from './bind-args.ts';
import { Cells } from './cells.ts';
import { Coverage } from './coverage.ts';
import { InputError, type Position, type WorldInput } from './input.ts';
import { type AnyKernel, makeKernel, type Running } from './kernel.ts';
import { BitAllocator, type Layout, layOut, type ObjectCells } from './layout.ts';
import { type BoundProperty, Machine, type MachineParts } from './machine.ts';
import { PHASE_PROPERTY, type PhaseContext, phaseProperty } from './phase-property.ts';
import { ENVIRONMENT, instancesOf, type Plan, plan } from './plan.ts';
import { type AnyCall, type BoundItem, type FaultBudget, type FrameView, Runner } from './runner.ts';
import { runSetup } from './setup.ts';
import { didYouMean } from './suggest.ts';
import type { ItemUses } from './uses.ts';
import { makeRegisters, makeViews, type ObjectInstances, REGISTERS } from './views.ts';

/** Kind of the one object that counts faults. */
const FAULTS = 'faults of the environment';

class Binder {
  readonly input: WorldInput;
  readonly plan: Plan;
  readonly coverage = new Coverage();
  readonly running: Running = {
    actor: '',
    op: '',
    errno: null,
    values: undefined,
    stepName: '',
    continued: false,
    seen: null,
    failing: -1,
    allocations: 0,
  };
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

  constructor(input: WorldInput, makeCells: MakeCells) {
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
    if (input.faults.allocation > 0) {
      this.objects[FAULTS] = object({ fields: { spent: count(input.faults.allocation) } });
      this.instances[FAULTS] = { names: ['faults'] };
      this.sizes[FAULTS] = 1;
    }
    const { layout, stored, all } = this.layOutAll();
    this.layout = layout;
    this.cells = makeCells(stored, all);
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
    const { instrument, model } = this.input;
    return {
      cells,
      sizes,
      coverage,
      instrumentOf: (kind: string) =>
        kind === REGISTERS || Object.hasOwn(model.objects, kind) ? instrument : undefined,
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
      instrument: this.input.instrument,
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
        faults: this.faults(),
      });
    });
  }

  /** The budget of failing allocations, or undefined where nothing may fail. */
  private faults(): FaultBudget | undefined {
    const view = this.views[FAULTS]?.[0] as unknown as { spent: number } | undefined;
    return view === undefined ? undefined : { view, most: this.input.faults.allocation };
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

  /** Runs code on the present state and takes back all that it did. */
  rehearse<T>(run: () => T): T {
    const { cells, running, watcher } = this;
    const state = cells.snapshot();
    const context = { ...running };
    const { watch } = watcher;
    watcher.watch = undefined;
    try {
      return run();
    } finally {
      cells.restore(state);
      Object.assign(running, context);
      watcher.watch = watch;
    }
  }

  /** Runs code that only looks, unrecorded. */
  peek<T>(run: () => T): T {
    const { cells } = this;
    const { recording } = cells;
    cells.recording = false;
    try {
      return run();
    } finally {
      cells.recording = recording;
    }
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
      layout: this.layout,
      registers: this.registers,
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
      runSetup(machine, {
        model,
        k: this.k,
        running: this.running,
        coverage: this.coverage,
        items: this.plan.setup.map((uses) => this.bindItem('', uses, undefined)),
      });
    });
    initial.set(this.cells.now.subarray(0, initial.length));
    return machine;
  }
}

/** Makes the cells of a machine, given the number of words that are stored and of all words. */
export type MakeCells = (storedWords: number, allWords: number) => Cells;

const plainCells: MakeCells = (stored, all) => new Cells(stored, all);

/** Binds a scenario. Throws InputError for what the author can mend. Whoever wants to see every access makes the cells. */
export function bind(given: WorldInput, makeCells: MakeCells = plainCells): Machine {
  const { instrument } = given;
  const model = under(given.model, given.semantics);
  const binder = new Binder({ ...given, model: instrument?.wrap(model) ?? model }, makeCells);
  instrument?.attach?.(binder);
  return binder.machine();
}
