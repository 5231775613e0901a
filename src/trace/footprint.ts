/**
 * Footprints: what one transition reads and writes in one state. They come from the record that cells keep and are exact,
 * so a transition whose reads did not change does the same again and need not be run.
 */

import { InputError } from '../world/input.ts';
import type { Machine } from '../world/machine.ts';
import { ENVIRONMENT } from '../world/plan.ts';
import type { Runner } from '../world/runner.ts';
import type { Answer } from './compare.ts';

/** Bits of a state, word by word. */
export type Bits = Int32Array;

export interface Footprint {
  readonly enabled: boolean;
  readonly reads: Bits;
  readonly writes: Bits;
  /** Values of the written bits. */
  readonly values: Bits;
}

export function overlap(a: Bits, b: Bits): boolean {
  for (let w = 0; w < a.length; w++) if (((a[w] as number) & (b[w] as number)) !== 0) return true;
  return false;
}

export function addBits(into: Bits, bits: Bits): void {
  for (let w = 0; w < into.length; w++) into[w] = (into[w] as number) | (bits[w] as number);
}

function changedBits(a: Bits, b: Bits): Bits {
  const changed = new Int32Array(a.length);
  for (let w = 0; w < a.length; w++) changed[w] = (a[w] as number) ^ (b[w] as number);
  return changed;
}

/** A state with the footprints of everything that can happen in it by itself. */
export interface Possible {
  readonly words: Bits;
  /** Of each own move, in the order of `OwnMoves.transitions`. */
  readonly moves: readonly Footprint[];
  /** Indices of the moves that are enabled. */
  readonly enabled: readonly number[];
}

/** States, each once. */
export class DistinctStates {
  private readonly byHash = new Map<number, Bits[]>();

  /** False: it is there already. */
  add(words: Bits): boolean {
    let hash = 0;
    for (let w = 0; w < words.length; w++) hash = Math.imul(hash ^ (words[w] as number), HASH_FACTOR) ^ (hash >>> 15);
    const alike = this.byHash.get(hash);
    if (alike === undefined) this.byHash.set(hash, [words]);
    else if (alike.some((known) => sameBits(known, words))) return false;
    else alike.push(words);
    return true;
  }
}

/** An odd number with bits all over, so that every bit of a word reaches every bit of the hash. */
const HASH_FACTOR = 0x2c1b3c6d;

function sameBits(a: Bits, b: Bits): boolean {
  for (let w = 0; w < a.length; w++) if (a[w] !== b[w]) return false;
  return true;
}

/** The first of all that are the same. */
export function distinctStates(states: readonly Possible[]): readonly Possible[] {
  if (states.length < 2) return states;
  const seen = new DistinctStates();
  return states.filter(({ words }) => seen.add(words));
}

const NONE_ENABLED: readonly number[] = [];

/** Longest command in atomic steps; one that runs longer loops. */
const STEPS_MAX = 10_000;

/** What happens between two steps of a trace: deferred kernel work, and processes that end because they were killed. */
export class OwnMoves {
  readonly machine: Machine;
  private readonly transitions: readonly number[];
  private readonly runners: ReadonlyMap<number, Runner>;
  private readonly nothing: Bits;
  private first: Possible | undefined;

  constructor(machine: Machine) {
    this.machine = machine;
    this.nothing = new Int32Array(machine.words);
    const all = machine.transitions.map((transition, t) => ({ ...transition, t }));
    this.transitions = all
      .filter(({ kind, actor }) => kind === 'work' || (kind === 'script' && actor !== ENVIRONMENT))
      .map(({ t }) => t);
    const byName = new Map(machine.parts.runners.map((runner) => [runner.parts.name, runner]));
    this.runners = new Map(
      all.flatMap(({ kind, actor, t }) => (kind === 'script' ? [[t, byName.get(actor) as Runner] as const] : [])),
    );
  }

  /** The first state. */
  get initial(): Possible {
    this.first ??= this.possible(
      this.machine.initial.slice(),
      this.transitions.map((t) => this.ownMove(t, this.machine.initial)),
    );
    return this.first;
  }

  /** The state after a change of some words. Footprints that read nothing of the change stay. */
  derive(from: Possible, words: Bits): Possible {
    const changed = changedBits(from.words, words);
    const moves: Footprint[] = [];
    for (const [m, known] of from.moves.entries())
      moves.push(overlap(known.reads, changed) ? this.ownMove(this.transitions[m] as number, words) : known);
    return this.possible(words, moves);
  }

  private possible(words: Bits, moves: readonly Footprint[]): Possible {
    const enabled: number[] = [];
    for (const [m, move] of moves.entries()) if (move.enabled) enabled.push(m);
    return { words, moves, enabled: enabled.length === 0 ? NONE_ENABLED : enabled };
  }

  /** The state after an own move that is enabled. */
  after(from: Possible, move: number): Possible {
    return this.derive(from, apply(from.words, from.moves[move] as Footprint));
  }

  /** Is a process doing, or about to do, something that its script does not say? */
  interrupted(t: number): boolean {
    const parts = this.runners.get(t)?.parts;
    if (parts?.actor === undefined) return false;
    // Commands of the script run to their end at once, so what is under way is an interrupt.
    if (parts.frame.running > 0) return true;
    return parts.model.interrupt(parts.k as never, parts.actor as never) !== null;
  }

  /** Footprint of any code; `run` says whether it was enabled. */
  observe(words: Bits, run: () => boolean): Footprint {
    const { cells } = this.machine.parts;
    cells.recording = true;
    cells.load(words, 0);
    const enabled = run();
    cells.recording = false;
    const reads = new Int32Array(words.length);
    const { path } = cells;
    for (let i = 0; i < path.length; i += 4) {
      const word = path[i] as number;
      reads[word] = (reads[word] as number) | ((path[i + 2] as number) << (path[i + 1] as number));
    }
    if (!enabled) return { enabled, reads, writes: this.nothing, values: this.nothing };
    return { enabled, reads, writes: cells.written.slice(0, words.length), values: cells.now.slice(0, words.length) };
  }

  /** The same where nothing is pending, so that nobody asks what was read. The state afterwards stands in the cells. */
  alone<T>(words: Bits, run: () => T): T {
    const { cells } = this.machine.parts;
    cells.recording = false;
    cells.load(words, 0);
    return run();
  }

  /** The state in the cells. */
  get now(): Bits {
    return this.machine.parts.cells.now.slice(0, this.machine.words);
  }

  /** Runs a whole command on the state in the cells; undefined if it is not enabled or would have to wait. */
  complete(t: number): Answer | undefined {
    const { running, watcher } = this.machine.parts;
    const records: Record<string, string[]> = {};
    let answer: Answer = { errno: null, values: {} };
    watcher.watch = (happening) => {
      if (happening.type === 'record') records[happening.key] = [...(records[happening.key] ?? []), happening.object];
    };
    try {
      for (let step = 0; step < STEPS_MAX; step++) {
        if (!this.run(t)) return undefined;
        answer = { errno: answer.errno ?? running.errno, values: { ...answer.values, ...running.values } };
        if (this.machine.idle(t)) return { ...answer, values: { ...answer.values, ...records } };
      }
    } finally {
      watcher.watch = undefined;
    }
    throw new Error(`LR908 ${running.op} does not end`);
  }

  /** Runs a transition on the state in the cells; false if it is not enabled. */
  run(t: number): boolean {
    const report = this.machine.naturally(t);
    if (report <= 0) return report === 0;
    const [{ label, why } = { label: '', why: '' }] = this.machine.reports[report - 1] ?? [];
    const { op } = this.machine.parts.running;
    throw new InputError('LR313', `${op}: the model stops (${label}): ${why}`);
  }

  private ownMove(t: number, words: Bits): Footprint {
    const script = this.runners.has(t);
    return this.observe(words, () => (!script || this.interrupted(t)) && this.run(t));
  }
}

export function apply(words: Bits, { writes, values }: Footprint): Bits {
  const after = new Int32Array(words.length);
  for (let w = 0; w < words.length; w++) {
    const written = writes[w] as number;
    after[w] = ((words[w] as number) & ~written) | ((values[w] as number) & written);
  }
  return after;
}
