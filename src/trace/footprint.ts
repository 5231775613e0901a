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

export const changedBits = (a: Bits, b: Bits): Bits => a.map((word, w) => word ^ (b[w] as number));

/** A state with the footprints of everything that can happen in it by itself. */
export interface Possible {
  readonly words: Bits;
  /** Of each own move, in the order of `OwnMoves.transitions`. */
  readonly moves: readonly Footprint[];
}

/** Longest command in atomic steps; one that runs longer loops. */
const STEPS_MAX = 10_000;

export const keyOf = (words: Bits): string => words.join();

/** What happens between two steps of a trace: deferred kernel work, and processes that end because they were killed. */
export class OwnMoves {
  readonly machine: Machine;
  private readonly transitions: readonly number[];
  private readonly runners: ReadonlyMap<number, Runner>;

  constructor(machine: Machine) {
    this.machine = machine;
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
  initial(): Possible {
    const words = this.machine.initial.slice();
    return { words, moves: this.transitions.map((t) => this.ownMove(t, words)) };
  }

  /** The state after a change of some words. Footprints that read nothing of the change stay. */
  derive(from: Possible, words: Bits): Possible {
    const changed = changedBits(from.words, words);
    const moves = from.moves.map((known, m) =>
      overlap(known.reads, changed) ? this.ownMove(this.transitions[m] as number, words) : known,
    );
    return { words, moves };
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
    const writes = enabled ? cells.written.slice(0, words.length) : new Int32Array(words.length);
    return { enabled, reads, writes, values: cells.now.slice(0, words.length) };
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
  return words.map((word, w) => (word & ~(writes[w] as number)) | ((values[w] as number) & (writes[w] as number)));
}
