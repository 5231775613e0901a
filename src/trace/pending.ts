/**
 * The states that are possible between two steps of a trace, without enumerating all of them.
 *
 * Any pending work may have run or not, so n pending works would make 2^n states. But works that share nothing with each
 * other nor with what is done next may just as well run later. So they are put into groups that share nothing, and only
 * groups that matter to the next step are run before it, in every order.
 */
import { InputError } from '../world/input.ts';
import {
  addBits,
  type Bits,
  DistinctStates,
  type Footprint,
  type OwnMoves,
  overlap,
  type Possible,
} from './footprint.ts';

/** Most states that one step of a replay looks at. */
export const STATES_MAX = 20_000;

/** Moves that depend on each other, with everything they could ever read and write before the next step. */
interface Group {
  moves: Set<number>;
  reads: Bits;
  writes: Bits;
}

interface Shares {
  readonly reads: Bits;
  readonly writes: Bits;
}

const dependent = (a: Shares, b: Shares): boolean =>
  overlap(a.writes, b.reads) || overlap(a.writes, b.writes) || overlap(b.writes, a.reads);

/** What is asked of each possible state: its footprint decides which pending work matters to it. */
export type Probe<T> = (state: Possible) => { readonly footprint: Footprint; readonly found: T };

export class Pending {
  readonly own: OwnMoves;
  private visited = 0;
  private readonly known = new WeakMap<Possible, readonly Group[]>();

  constructor(own: OwnMoves) {
    this.own = own;
  }

  /** A new step begins: its bound is counted anew. */
  begin(): void {
    this.visited = 0;
  }

  /** Asks in every state that matters to the probe; the answers stand for all possible states. */
  probe<T>(from: Possible, probe: Probe<T>): T[] {
    if (from.enabled.length === 0) return [probe(from).found];
    const groups = this.groups(from);
    const relevant = new Set<Group>();
    for (;;) {
      const moves = new Set([...relevant].flatMap((group) => [...group.moves]));
      const asked = this.reach(from, moves).states.map(probe);
      const touched = this.shares(asked.map(({ footprint }) => footprint));
      const more = groups.filter((group) => !relevant.has(group) && dependent(group, touched));
      if (more.length === 0) return asked.map(({ found }) => found);
      for (const group of more) relevant.add(group);
    }
  }

  /** All states in which nothing is pending any more. */
  atRest(from: readonly Possible[]): Possible[] {
    const found: Possible[] = [];
    const seen = new DistinctStates();
    const waiting = [...from];
    for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
      if (!seen.add(state.words)) continue;
      const group = this.groups(state)[0];
      if (group === undefined) found.push(state);
      else waiting.push(...this.reach(state, group.moves).ends);
    }
    if (found.length === 0) throw new InputError('LR312', 'pending kernel work never comes to rest');
    return found;
  }

  /** The enabled moves, apart as far as they share nothing. Asked twice of most states: after a step and before the next. */
  private groups(from: Possible): readonly Group[] {
    const known = this.known.get(from);
    if (known !== undefined) return known;
    const groups = this.separate(from);
    this.known.set(from, groups);
    return groups;
  }

  private separate(from: Possible): readonly Group[] {
    const empty = (): Bits => new Int32Array(from.words.length);
    let groups = from.enabled.map((move): Group => ({ moves: new Set([move]), reads: empty(), writes: empty() }));
    for (const group of groups) this.widen(from, group);
    for (;;) {
      if (groups.length < 2) return groups;
      const merged = mergeDependent(groups);
      if (merged.length === groups.length) return groups;
      for (const group of merged) if (!groups.includes(group)) this.widen(from, group);
      groups = merged;
    }
  }

  /** Adds what the moves of the group, and all that they bring about, read and write. */
  private widen(from: Possible, group: Group): void {
    const { reads, writes } = this.reach(from, group.moves);
    addBits(group.reads, reads);
    addBits(group.writes, writes);
  }

  /**
   * States that these moves lead to, together with moves that they enable. `reads` include those of moves that they
   * could have enabled: who else writes those bits is not independent.
   */
  private reach(from: Possible, moves: ReadonlySet<number>): { states: Possible[]; ends: Possible[] } & Shares {
    const foreign = new Set(from.enabled.filter((move) => !moves.has(move)));
    const states = [from];
    const ends: Possible[] = [];
    const seen = new DistinctStates();
    seen.add(from.words);
    const reads = new Int32Array(from.words.length);
    const writes = new Int32Array(from.words.length);
    for (const state of states) {
      if (++this.visited > STATES_MAX)
        throw new InputError(
          'LR311',
          `more than ${STATES_MAX} states are possible before this step`,
          undefined,
          'let a sleep step run the pending work',
        );
      let stays = true;
      // Moves that were not enabled at first and might have become so.
      if (state !== from)
        for (const [m, move] of state.moves.entries()) if (move !== from.moves[m]) addBits(reads, move.reads);
      for (const m of state.enabled) {
        if (foreign.has(m)) continue;
        const move = state.moves[m] as Footprint;
        stays = false;
        addBits(reads, move.reads);
        addBits(writes, move.writes);
        const next = this.own.after(state, m);
        if (seen.add(next.words)) states.push(next);
      }
      if (stays) ends.push(state);
    }
    return { states, ends, reads, writes };
  }

  private shares(footprints: readonly Footprint[]): Shares {
    const length = footprints[0]?.reads.length ?? 0;
    const shares = { reads: new Int32Array(length), writes: new Int32Array(length) };
    for (const { reads, writes } of footprints) {
      addBits(shares.reads, reads);
      addBits(shares.writes, writes);
    }
    return shares;
  }
}

function mergeDependent(groups: readonly Group[]): Group[] {
  const merged: Group[] = [];
  for (const group of groups) {
    const partners = merged.filter((other) => dependent(group, other));
    if (partners.length === 0) {
      merged.push(group);
      continue;
    }
    const all: Group = { moves: new Set(group.moves), reads: group.reads.slice(), writes: group.writes.slice() };
    for (const partner of partners) {
      for (const move of partner.moves) all.moves.add(move);
      addBits(all.reads, partner.reads);
      addBits(all.writes, partner.writes);
      merged.splice(merged.indexOf(partner), 1);
    }
    merged.push(all);
  }
  return merged;
}
