/** The machine: a bound scenario as states and transitions, ready to be explored or replayed. */
import type { AnyWork } from '../modelling/command.ts';
import type { Happening } from '../modelling/world.ts';
import type { AnyView, AnyViews } from './any-view.ts';
import type { Cells } from './cells.ts';
import type { Coverage } from './coverage.ts';
import { DecisionTrees, LEAF_NO, LEAF_YES } from './decision-tree.ts';
import type { Grain, PropertyInput } from './input.ts';
import type { AnyKernel, Running } from './kernel.ts';
import type { Layout, ObjectCells } from './layout.ts';
import { type BoundItem, FAILING_ALLOCATIONS, RETURN_STEP, type Runner, withFailing } from './runner.ts';
import { BlockedSignal, BoundSignal, ErrnoSignal, LawSignal } from './signals.ts';

/** Child code that `runTransition` returns when the result is in `cells.now` and no path was stored. */
export const RESULT_IN_CELLS = 0;

export interface Transition {
  /** The item that a menu transition starts. */
  readonly item?: BoundItem;
  /** Who acts: an actor's name, or `kernel` for deferred work. */
  readonly actor: string;
  readonly label: string;
  /** Runs the natural code; throws a signal if it is not enabled or breaks a law. */
  readonly run: () => void;
  readonly kind: 'script' | 'menu' | 'work' | 'fault';
}

export interface BoundProperty {
  readonly input: PropertyInput;
  readonly kind: 'always' | 'step' | 'finally';
  readonly check: () => true | string;
}

/** Something a path found: a broken property or law, or a bound that was hit. */
export interface Report {
  readonly kind: 'property' | 'law' | 'bound';
  readonly label: string;
  readonly why: string;
}

export interface MachineParts {
  readonly grain: Grain;
  readonly cells: Cells;
  readonly k: AnyKernel;
  readonly views: AnyViews;
  readonly runners: readonly Runner[];
  readonly works: readonly { readonly work: AnyWork; readonly objects: readonly AnyView[] }[];
  readonly properties: readonly BoundProperty[];
  readonly running: Running;
  readonly coverage: Coverage;
  readonly initial: Int32Array;
  /** Results that outcomes speak of: `actor.name`, and a reader of the code. */
  readonly results: readonly { readonly name: string; readonly read: () => number }[];
  readonly errnos: readonly string[];
  readonly watcher: { watch: ((happening: Happening) => void) | undefined };
  readonly checking: { label: string | undefined };
  /** Where the fields of objects stand, those of the actors' frames included. */
  readonly layout: Layout;
  /** Where the registers of commands stand, by actor and operation; those of setup under ''. */
  readonly registers: ReadonlyMap<string, ReadonlyMap<string, ObjectCells>>;
}

/** Most rounds of deferred work after one command at grain `command`. */
const WORK_ROUNDS_MAX = 500;
/** A tree that keeps meeting new paths is not worth storing; it is then run naturally each time. */
const TRIAL_RUNS = 4096;
/** States per natural run of one tree below which storing its paths does not pay. */
const WORTH_STORING = 3;

export class Machine {
  readonly parts: MachineParts;
  readonly words: number;
  readonly transitions: readonly Transition[];
  readonly trees: DecisionTrees;
  /** What single transitions found; one may break several properties. */
  readonly reports: (readonly Report[])[] = [];
  private readonly reportIndex = new Map<string, number>();
  private readonly runs: Int32Array;
  private readonly raw: Uint8Array;
  private storing = true;
  /** Report of the last natural run: 0, or 1 + its index. */
  lastReport = 0;

  constructor(parts: MachineParts) {
    this.parts = parts;
    this.words = parts.cells.storedWords;
    this.transitions = [...actorTransitions(parts), ...workTransitions(parts)];
    const trees = this.transitions.length + parts.properties.length + 1;
    this.trees = new DecisionTrees(trees, this.words);
    this.runs = new Int32Array(trees);
    this.raw = new Uint8Array(trees);
  }

  get transitionCount(): number {
    return this.transitions.length;
  }

  get now(): Int32Array {
    return this.parts.cells.now;
  }

  /** Properties of single states. */
  get stateProperties(): { readonly index: number; readonly label: string; readonly onlyFinal: boolean }[] {
    return this.parts.properties.flatMap(({ kind, input }, index) =>
      kind === 'step' ? [] : [{ index, label: input.label, onlyFinal: kind === 'finally' }],
    );
  }

  isFinalState(states: Int32Array, offset: number): boolean {
    return this.predicate(this.parts.properties.length, states, offset);
  }

  /** Results remembered in a state, by name: `ok`, an errno, or `-` for a command that did not end. */
  outcome(states: Int32Array, offset: number): Readonly<Record<string, string>> {
    const { cells, results, errnos } = this.parts;
    cells.recording = false;
    cells.load(states, offset);
    return Object.fromEntries(
      results.map(({ name, read }) => {
        const code = read();
        return [name, code === 0 ? '-' : code === 1 ? 'ok' : (errnos[code - 2] as string)];
      }),
    );
  }

  get initial(): Int32Array {
    return this.parts.initial;
  }

  /** Tree of the predicate of property `p`; tree of `isFinal` for p = number of properties. */
  predicateTree(p: number): number {
    return this.transitions.length + p;
  }

  get finalTree(): number {
    return this.predicateTree(this.parts.properties.length);
  }

  /**
   * Runs transition `t` naturally on a state and stores the path. Returns the child code: negative, a leaf;
   * RESULT_IN_CELLS, the successor stands in `cells.now`.
   */
  runTransition(t: number, states: Int32Array, offset: number): number {
    const { cells } = this.parts;
    const stored = this.startRun(t);
    cells.load(states, offset);
    const report = this.naturally(t);
    this.lastReport = report < 0 ? 0 : report;
    if (!stored) return report < 0 ? -LEAF_NO : RESULT_IN_CELLS;
    const leaf = report < 0 ? LEAF_NO : this.trees.leaf(cells.now, cells.written, report);
    this.trees.insert(t, cells.path, leaf);
    return -leaf;
  }

  /** True if the predicate of the tree holds in the state. */
  predicate(p: number, states: Int32Array, offset: number): boolean {
    const tree = this.predicateTree(p);
    const child = this.raw[tree] === 1 ? 0 : this.trees.walk(tree, states, offset);
    if (child !== 0) return child === -LEAF_YES;
    const { cells } = this.parts;
    const stored = this.startRun(tree);
    cells.load(states, offset);
    const holds = this.evaluate(p) === true;
    if (stored) this.trees.insert(tree, cells.path, holds ? LEAF_YES : LEAF_NO);
    else this.trees.noteAllAsked(tree);
    return holds;
  }

  /** Why the property does not hold in the state that `cells` hold; true if it does. */
  evaluate(p: number): true | string {
    const property = this.parts.properties[p];
    if (property === undefined) return this.isFinal() || 'not final';
    this.parts.checking.label = property.input.label;
    try {
      return property.check();
    } catch (signal) {
      if (signal instanceof LawSignal) return signal.why;
      throw signal;
    } finally {
      this.parts.checking.label = undefined;
    }
  }

  /** Nothing is in flight: no command, no deferred work, every script at its end. */
  isFinal(): boolean {
    const { runners, works, k } = this.parts;
    if (!runners.every((runner) => runner.finished())) return false;
    return works.every(({ work, objects }) => !objects.some((object) => work.ready(k as never, object as never)));
  }

  /** Runs the natural code of a transition on the state in `cells`. -1: not enabled; 0: done; n: 1 + index of a report. */
  naturally(t: number): number {
    const { running, grain } = this.parts;
    const transition = this.transitions[t] as Transition;
    running.errno = null;
    running.values = undefined;
    running.allocations = 0;
    running.seen = null;
    running.stepName = '';
    try {
      transition.run();
      if (grain === 'command' && transition.kind !== 'work') this.drain();
      return this.checkSteps();
    } catch (signal) {
      if (signal instanceof BlockedSignal) return -1;
      const broken = brokenBy(signal);
      // What was half done leads nowhere: the state stays as it was.
      this.parts.cells.revert();
      return this.report([broken]);
    }
  }

  /** True if the actor of the transition is between two commands. */
  idle(t: number): boolean {
    const { actor } = this.transitions[t] as Transition;
    const runner = this.parts.runners.find(({ parts }) => parts.name === actor);
    return runner === undefined || runner.parts.frame.running === 0;
  }

  /**
   * True if the command of the transition that has just run has its result since then. What is left to do before user mode
   * comes after it; at grain `lock` in transitions of its own. `wasIdle`: the actor was between two commands before.
   */
  concluded(t: number, wasIdle: boolean): boolean {
    const { actor } = this.transitions[t] as Transition;
    const runner = this.parts.runners.find(({ parts }) => parts.name === actor);
    if (!wasIdle && this.parts.running.stepName === RETURN_STEP) return false;
    return this.idle(t) || runner?.returning() === true;
  }

  /** Deferred work, all of it, in declaration order until nothing is ready. */
  drain(): void {
    const { works, k, coverage } = this.parts;
    for (let round = 0; ; round++) {
      if (round > WORK_ROUNDS_MAX) throw new Error('LR908 deferred work does not end');
      let ran = false;
      for (const { work, objects } of works)
        for (const object of objects)
          if (work.ready(k as never, object as never)) {
            coverage.works.add(work.name);
            work.run(k as never, object as never);
            ran = true;
          }
      if (!ran) return;
    }
  }

  private checkSteps(): number {
    const { properties } = this.parts;
    const found = properties.flatMap(({ kind, input }, p): Report[] => {
      const verdict = kind === 'step' ? this.evaluate(p) : true;
      return verdict === true ? [] : [{ kind: 'property', label: input.label, why: verdict }];
    });
    return found.length === 0 ? 0 : this.report(found);
  }

  private report(report: readonly Report[]): number {
    const key = JSON.stringify(report);
    const known = this.reportIndex.get(key);
    if (known !== undefined) return known;
    this.reports.push(report);
    this.reportIndex.set(key, this.reports.length);
    return this.reports.length;
  }

  /** Switches storing of paths off, for replays. */
  withoutStoring<T>(run: () => T): T {
    this.storing = false;
    this.parts.cells.recording = false;
    try {
      return run();
    } finally {
      this.storing = true;
    }
  }

  /** States expanded so far; set by the explorer. */
  statesSeen: () => number = () => Number.POSITIVE_INFINITY;

  private startRun(tree: number): boolean {
    const runs = (this.runs[tree] as number) + 1;
    this.runs[tree] = runs;
    if (runs % TRIAL_RUNS === 0 && this.statesSeen() < runs * WORTH_STORING) this.raw[tree] = 1;
    const stored = this.storing && this.raw[tree] === 0;
    this.parts.cells.recording = stored;
    return stored;
  }
}

/** A law or a bound that ended the natural code; anything else is a defect and goes on. */
function brokenBy(signal: unknown): Report {
  if (signal instanceof LawSignal) return { kind: 'law', label: signal.law, why: signal.why };
  if (signal instanceof BoundSignal) return { kind: 'bound', label: 'bound', why: signal.what };
  throw signal;
}

function actorTransitions(parts: MachineParts): Transition[] {
  return parts.runners.flatMap((runner) => {
    const { name, menu, script, interrupts } = runner.parts;
    const label = (item: BoundItem): string => item.input.op;
    const own: Transition[] = [];
    const hasCommands = script.length > 0 || interrupts.size > 0 || (menu.length > 0 && parts.grain === 'lock');
    if (hasCommands) own.push({ actor: name, label: 'next', kind: 'script', run: () => void runner.next() });
    menu.forEach((item, choice) => {
      own.push({ actor: name, label: label(item), kind: 'menu', item, run: () => void runner.choose(choice) });
    });
    return runner.parts.faults === undefined
      ? own
      : [...own, ...own.flatMap((step) => faultyTransitions(step, (n) => runner.failing(n, step.run)))];
  });
}

/** The same step with its first, second … allocation failing. */
function faultyTransitions(step: Transition, failing: (n: number) => void): Transition[] {
  return Array.from({ length: FAILING_ALLOCATIONS }, (_, n) => ({
    ...step,
    label: `${step.label}, allocation ${n + 1} fails`,
    kind: 'fault' as const,
    run: () => failing(n),
  }));
}

function workTransitions(parts: MachineParts): Transition[] {
  if (parts.grain === 'command') return [];
  const own = parts.works.flatMap(({ work, objects }) => objects.map((object) => workTransition(parts, work, object)));
  const { running, runners } = parts;
  const faults = runners.map((runner) => runner.parts.faults).find((budget) => budget !== undefined);
  return faults === undefined
    ? own
    : [...own, ...own.flatMap((step) => faultyTransitions(step, (n) => withFailing(n, step.run, faults, running)))];
}

function workTransition({ k, grain, running, coverage }: MachineParts, work: AnyWork, object: AnyView): Transition {
  const once = (): void => {
    try {
      work.run(k as never, object as never);
    } catch (signal) {
      if (!(signal instanceof ErrnoSignal)) throw signal;
      throw new LawSignal('errno-for-nobody', `${work.name} ${object.name} fails with ${signal.errno}: nobody is told`);
    }
  };
  return {
    actor: 'kernel',
    label: `${work.name} ${object.name}`,
    kind: 'work',
    run() {
      if (!work.ready(k as never, object as never)) throw new BlockedSignal();
      running.actor = 'kernel';
      running.op = work.name;
      running.continued = false;
      coverage.works.add(work.name);
      for (let round = 0; ; round++) {
        if (round > WORK_ROUNDS_MAX) throw new Error(`LR908 ${work.name} does not end`);
        once();
        if (grain === 'lock' || !work.ready(k as never, object as never)) break;
      }
    },
  };
}
