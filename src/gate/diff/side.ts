/**
 * One side of the product: a machine, the states of it that were met, and what its steps and states show. Paths of natural
 * code become decision trees here as well; a leaf remembers what the step shows besides what it writes.
 */
import type { Happening } from '../../modelling/world.ts';
import { DecisionTrees, LEAF_NO } from '../../world/decision-tree.ts';
import type { Machine } from '../../world/machine.ts';
import { Interner } from './interner.ts';
import { type Answer, besidesAnswer, isSilent, type Observation, observationOf, type Shown } from './observation.ts';

/** Numbers that both sides share: equal observations have equal numbers. */
export interface Shared {
  readonly observations: Interner<Observation>;
  readonly shown: Interner<Shown>;
  readonly answers: Interner<Answer>;
  readonly besides: Interner<object>;
}

export const newShared = (): Shared => ({
  observations: new Interner<Observation>(),
  shown: new Interner<Shown>(),
  answers: new Interner<Answer>(),
  besides: new Interner<object>(),
});

/** What a state shows; undefined where the model has no probes. */
export type Look = ((k: never) => Shown) | undefined;

/** What a step shows, and where the run ends because of it. */
export interface Taken {
  /** Number of the observation. */
  readonly seen: number;
  readonly silent: boolean;
  readonly begins: boolean;
  /** Number of what a command will return that has its result here; -1 where none has. */
  readonly answer: number;
  /** The command returns here. */
  readonly returns: boolean;
  /** Number of what else is seen; -1 for nothing. */
  readonly besides: number;
  /** A law broke: what was half done leads nowhere. */
  readonly fatal: boolean;
  /** A stated maximum was reached: nothing is known of this step. */
  readonly bound: string | undefined;
}

/** Natural runs of one transition after which it is judged whether storing their paths pays. */
const TRIAL_RUNS = 4096;
/** Steps per natural run below which it does not. */
const WORTH_STORING = 3;

export class Side {
  readonly machine: Machine;
  /** What the step that was taken last shows. */
  taken: Taken = {
    seen: -1,
    silent: false,
    begins: false,
    answer: -1,
    returns: false,
    besides: -1,
    fatal: false,
    bound: undefined,
  };
  private readonly shared: Shared;
  private readonly look: Look;
  private readonly trees: DecisionTrees;
  private readonly leaves: Taken[] = [];
  private readonly leafNumbers = new Map<string, number>();
  private readonly runs: Int32Array;
  private readonly steps: Int32Array;
  private states: Int32Array;
  private readonly numbers = new Map<string, number>();
  private shows: Int32Array;
  private readonly next: Int32Array;

  constructor(machine: Machine, shared: Shared, look: Look) {
    const { words, transitionCount } = machine;
    this.machine = machine;
    this.shared = shared;
    this.look = look;
    // The last tree answers what a state shows.
    this.trees = new DecisionTrees(transitionCount + 1, words);
    this.runs = new Int32Array(transitionCount + 1);
    this.steps = new Int32Array(transitionCount + 1);
    this.states = new Int32Array(64 * words);
    this.shows = new Int32Array(64);
    this.next = new Int32Array(words);
    this.number(machine.initial);
  }

  /** States met so far; number 0 is the first one. */
  get count(): number {
    return this.numbers.size;
  }

  get bytes(): number {
    return this.states.byteLength + this.count * (this.machine.words * 4 + 60) + this.trees.size * 4;
  }

  /** Takes a transition; the number of the state that follows, or -1 where it is not enabled. */
  take(state: number, t: number): number {
    if (t < 0) return -1;
    const { words } = this.machine;
    this.steps[t] = (this.steps[t] as number) + 1;
    const child = this.trees.walk(t, this.states, state * words);
    const leaf = child === 0 ? this.run(state, t) : -child;
    if (leaf === LEAF_NO) return -1;
    if (leaf > 0) {
      this.trees.apply(leaf, this.states, state * words, this.next);
      this.taken = this.leaves[this.trees.leafReport[leaf] as number] as Taken;
    }
    return this.number(this.next);
  }

  /** Number of what the state shows. */
  shownBy(state: number): number {
    const known = this.shows[state] as number;
    if (known !== 0) return known - 1;
    const number = this.lookAt(state);
    this.shows[state] = number + 1;
    return number;
  }

  private lookAt(state: number): number {
    const { machine, look, shared } = this;
    if (look === undefined) return shared.shown.number('{}', () => ({}));
    const tree = machine.transitionCount;
    const child = this.trees.walk(tree, this.states, state * machine.words);
    this.steps[tree] = (this.steps[tree] as number) + 1;
    if (child !== 0) return this.trees.leafReport[-child] as number;
    const { cells, k } = machine.parts;
    const stored = this.pays(tree);
    cells.recording = stored;
    cells.load(this.states, state * machine.words);
    const shown = look(k as never);
    const number = shared.shown.number(JSON.stringify(shown), () => shown);
    if (stored) this.trees.insert(tree, cells.path, this.trees.leaf(cells.now, cells.written, number));
    return number;
  }

  /** Is it worth while to store the path of this run? A tree that keeps meeting new paths is not. */
  private pays(tree: number): boolean {
    const runs = (this.runs[tree] as number) + 1;
    this.runs[tree] = runs;
    return runs < TRIAL_RUNS || (this.steps[tree] as number) > runs * WORTH_STORING;
  }

  /** Runs the natural code. Returns a leaf; 0 where the path is not stored, `next` and `taken` are set then. */
  private run(state: number, t: number): number {
    const { machine } = this;
    const { cells, watcher } = machine.parts;
    const stored = this.pays(t);
    const happenings: Happening[] = [];
    cells.recording = stored;
    cells.load(this.states, state * machine.words);
    const wasIdle = machine.idle(t);
    watcher.watch = (happening) => void happenings.push(happening);
    let report = -1;
    try {
      report = machine.naturally(t);
    } finally {
      watcher.watch = undefined;
    }
    if (report < 0) {
      if (stored) this.trees.insert(t, cells.path, LEAF_NO);
      return LEAF_NO;
    }
    const taken = this.takenBy(observationOf(machine, t, report, happenings, wasIdle), report);
    if (!stored) {
      this.next.set(cells.now.subarray(0, machine.words));
      this.taken = this.leaves[taken] as Taken;
      return 0;
    }
    const leaf = this.trees.leaf(cells.now, cells.written, taken);
    this.trees.insert(t, cells.path, leaf);
    return leaf;
  }

  /** Number of what the step shows, among those of this side. */
  private takenBy(observation: Observation, report: number): number {
    const { observations, answers, besides } = this.shared;
    const seen = observations.number(JSON.stringify(observation), () => observation);
    const bound = (this.machine.reports[report - 1] ?? []).find(({ kind }) => kind === 'bound')?.why;
    const key = `${seen} ${bound ?? ''}`;
    const known = this.leafNumbers.get(key);
    if (known !== undefined) return known;
    const { op, errno, values, begins, ends, returns, laws } = observation;
    const answer: Answer = { op, errno, values };
    const more = besidesAnswer(observation);
    this.leaves.push({
      seen,
      silent: isSilent(observation),
      begins,
      answer: ends ? answers.number(JSON.stringify(answer), () => answer) : -1,
      returns,
      besides: more === undefined ? -1 : besides.number(JSON.stringify(more), () => more),
      fatal: laws.length > 0,
      bound,
    });
    this.leafNumbers.set(key, this.leaves.length - 1);
    return this.leaves.length - 1;
  }

  /** Number of the state in `source`. */
  private number(source: Int32Array): number {
    const { words } = this.machine;
    const key = Buffer.from(source.buffer, source.byteOffset, words * 4).toString('latin1');
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    const number = this.numbers.size;
    this.numbers.set(key, number);
    if ((number + 1) * words > this.states.length) {
      this.states = enlarged(this.states, this.states.length * 2);
      this.shows = enlarged(this.shows, this.shows.length * 2);
    }
    for (let w = 0; w < words; w++) this.states[number * words + w] = source[w] as number;
    return number;
  }
}

function enlarged(array: Int32Array, length: number): Int32Array {
  const larger = new Int32Array(length);
  larger.set(array);
  return larger;
}
