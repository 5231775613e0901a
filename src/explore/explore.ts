/** The one loop: take a state, expand it, look at what is new. A frontier decides what comes next. */
import { type Budget, bounded } from './budget.ts';
import { makeExpander } from './expander.ts';
import type { ExploredMachine } from './machine-contract.ts';
import { pathTo } from './path.ts';
import { type StateCheck, StateChecks } from './state-checks.ts';
import { StateStore } from './store.ts';
import type { Frontier } from './strategies/frontier.ts';

/** Something that does not hold, with the choices that lead there; for a report the last choice is the one that breaks. */
export interface Finding {
  readonly label: string;
  readonly kind: 'property' | 'law';
  readonly path: readonly number[];
  /** Why, where the model said so at once; a state property is explained when the path is replayed. */
  readonly why: string | undefined;
}

export interface Outcome {
  readonly results: Readonly<Record<string, string>>;
  /** How many final states show it. */
  readonly states: number;
  readonly path: readonly number[];
}

export interface Progress {
  readonly states: number;
  readonly transitions: number;
  readonly waiting: number;
  readonly depth: number;
  readonly seconds: number;
}

export interface Exploration {
  readonly strategy: string;
  readonly states: number;
  readonly transitions: number;
  /** Depth of the last new state, where the strategy knows it. */
  readonly depth: number;
  readonly seconds: number;
  readonly bytes: number;
  /** First finding of each label. */
  readonly findings: readonly Finding[];
  /** Bounds that were hit; empty means that everything was explored. */
  readonly bounds: readonly string[];
  readonly outcomes: readonly Outcome[];
  readonly finalStates: number;
  /** States without successor that are not final: somebody waits for ever. */
  readonly deadlocks: number;
  /** Path to the first of them. */
  readonly deadlock: readonly number[] | undefined;
}

export interface ExploreOptions {
  readonly frontier: Frontier;
  readonly budget: Budget;
  /** Collect the outcomes of final states. */
  readonly outcomes: boolean;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** States after which decision trees are turned into code. The result is the same; only tests and experiments set it. */
  readonly compileAfter?: number | undefined;
}

/** States between two looks at the clock. */
const CLOCK_INTERVAL = 1024;
const PROGRESS_SECONDS = 2;

class Search {
  readonly store: StateStore;
  readonly bounds = new Set<string>();
  readonly findings = new Map<string, Finding>();
  readonly outcomes = new Map<string, { results: Readonly<Record<string, string>>; states: number; state: number }>();
  finalStates = 0;
  deadlocks = 0;
  private firstDeadlock = -1;
  private readonly machine: ExploredMachine;
  private readonly options: ExploreOptions;
  private readonly needsFinal: boolean;
  private readonly checks: StateChecks;
  /** Properties of final states that no state broke so far. */
  private openAtEnd: ExploredMachine['stateProperties'];

  constructor(machine: ExploredMachine, options: ExploreOptions) {
    this.machine = machine;
    this.options = options;
    this.store = new StateStore(machine.words, machine.transitionCount);
    this.store.add(machine.initial, 0, 0);
    const properties = machine.stateProperties;
    this.checks = new StateChecks(
      machine,
      properties.filter(({ onlyFinal }) => !onlyFinal),
    );
    this.openAtEnd = properties.filter(({ onlyFinal }) => onlyFinal);
    this.needsFinal = options.outcomes || this.openAtEnd.length > 0;
  }

  onReport(index: number, state: number, t: number): void {
    for (const { kind, label, why } of this.machine.reports[index] ?? [])
      if (kind === 'bound') this.bounds.add(why);
      else if (!this.findings.has(label))
        this.findings.set(label, { label, kind, why, path: [...pathTo(this.machine, this.store, state), t] });
  }

  /** Bytes of all that grows. */
  get bytes(): number {
    return this.store.bytes + this.machine.trees.size * 4;
  }

  /** Checks the properties of the first state. */
  inspectFirst(): void {
    this.breaks(this.checks.first(this.store.states, 0), 0);
    if (this.needsFinal) this.inspectFinal(0);
  }

  /** Checks the properties of a state that was found from `parent`. */
  inspect(state: number, parent: number): void {
    const { words } = this.machine;
    const broken = this.checks.next(this.store.states, state * words, parent * words);
    if (broken.length !== 0) this.breaks(broken, state);
    if (this.needsFinal) this.inspectFinal(state);
  }

  private inspectFinal(state: number): void {
    const { machine, store, openAtEnd } = this;
    const offset = state * machine.words;
    if (!machine.isFinalState(store.states, offset)) return;
    const broken = openAtEnd.filter(({ index }) => !machine.predicate(index, store.states, offset));
    if (broken.length !== 0) this.openAtEnd = openAtEnd.filter((property) => !broken.includes(property));
    this.breaks(broken, state);
    this.finish(state, offset);
  }

  private breaks(broken: readonly StateCheck[], state: number): void {
    for (const { label } of broken)
      this.findings.set(label, {
        label,
        kind: 'property',
        why: undefined,
        path: pathTo(this.machine, this.store, state),
      });
  }

  private finish(state: number, offset: number): void {
    this.finalStates++;
    if (!this.options.outcomes) return;
    const results = this.machine.outcome(this.store.states, offset);
    const key = JSON.stringify(results);
    const known = this.outcomes.get(key);
    if (known === undefined) this.outcomes.set(key, { results, states: 1, state });
    else known.states++;
  }

  private isFinal(state: number): boolean {
    return this.machine.isFinalState(this.store.states, state * this.machine.words);
  }

  /** A state has no successor. */
  stuck(state: number): void {
    if (this.isFinal(state)) return;
    if (this.deadlocks === 0) this.firstDeadlock = state;
    this.deadlocks++;
  }

  get deadlock(): readonly number[] | undefined {
    return this.firstDeadlock < 0 ? undefined : pathTo(this.machine, this.store, this.firstDeadlock);
  }

  outcomeList(): Outcome[] {
    return [...this.outcomes.values()].map(({ results, states, state }) => ({
      results,
      states,
      path: pathTo(this.machine, this.store, state),
    }));
  }
}

/** Where the strategy does not know the depth of a state, its parents are counted. */
function tooDeep(store: StateStore, state: number, known: number, most: number): boolean {
  if (known >= 0 || most === Number.POSITIVE_INFINITY) return known >= most;
  let depth = 0;
  for (let s = state; s !== 0 && depth < most; s = store.parents[s] as number) depth++;
  return depth >= most;
}

/** Explores the machine until nothing is left or a bound is hit. */
export function explore(machine: ExploredMachine, options: ExploreOptions): Exploration {
  const { frontier, budget, onProgress } = options;
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  const search = new Search(machine, options);
  const { store } = search;
  const onReport = (report: number, state: number, t: number): void => search.onReport(report, state, t);
  const expand = makeExpander(machine, store, { onReport }, options.compileAfter);
  let transitions = 0;
  let expanded = 0;
  const earlier = machine.statesSeen();
  machine.statesSeen = () => expanded + (Number.isFinite(earlier) ? earlier : 0);
  let shown = 0;
  let depth = 0;
  search.inspectFirst();
  for (let state = frontier.take(); state >= 0; state = frontier.take()) {
    if (tooDeep(store, state, frontier.depth, budget.maxDepth)) {
      search.bounds.add(`--max-depth ${budget.maxDepth}`);
      continue;
    }
    if (expanded % CLOCK_INTERVAL === 0 || store.count >= budget.maxStates) {
      const seconds = elapsed();
      const bound = bounded(budget, store.count, search.bytes, seconds);
      if (bound !== undefined) {
        search.bounds.add(bound);
        break;
      }
      if (onProgress !== undefined && seconds - shown >= PROGRESS_SECONDS) {
        shown = seconds;
        onProgress({ states: store.count, transitions, waiting: frontier.waiting, depth: frontier.depth, seconds });
      }
    }
    const before = store.count;
    const enabled = expand(state);
    expanded++;
    transitions += enabled;
    if (enabled === 0) search.stuck(state);
    for (let found = before; found < store.count; found++) search.inspect(found, state);
    if (store.count > before) depth = frontier.depth + 1;
    frontier.found(before, store.count);
  }
  return {
    strategy: frontier.name,
    states: store.count,
    transitions,
    depth,
    seconds: elapsed(),
    bytes: search.bytes,
    findings: [...search.findings.values()],
    bounds: [...search.bounds],
    outcomes: search.outcomeList(),
    finalStates: search.finalStates,
    deadlocks: search.deadlocks,
    deadlock: search.deadlock,
  };
}
