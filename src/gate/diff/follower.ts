/**
 * The side that is followed: all states that it may be in after it has shown the same as the other. What nobody sees it
 * does at any time: deferred work, and whatever lies between the call of a command and its return.
 *
 * A member is a state with a note per actor: 0, or 1 + a choice (called, and not begun yet), or a negative number for an
 * answer (the command has its result, and may be back in user mode, but has not been seen to return).
 */
import { actorsOf, type Choice, other, type SideIndex } from './choices.ts';
import { Interner } from './interner.ts';
import type { Observation } from './observation.ts';
import type { ProductParts, Row } from './search.ts';
import type { Shared, Side, Taken } from './side.ts';

interface Member {
  readonly state: number;
  readonly notes: readonly number[];
}

/** Members by number, each with the rows that lead there; nobody asks for these while searching. */
export type Members = Map<number, readonly Row[]>;

/** What followed a step: members that show the same, or what the nearest one shows instead. */
export type After =
  | { readonly members: Members }
  | { readonly instead: Observation | undefined; readonly rows: readonly Row[] }
  | 'bound';

/** Notes: the command has this answer; it is back in user mode with it; which answer it is. */
const hasAnswer = (answer: number): number => -1 - 2 * answer;
const isBackWith = (answer: number): number => -2 - 2 * answer;
const answerIn = (note: number): number => Math.floor((-1 - note) / 2);

const NO_ROWS: readonly Row[] = [];

export class Follower {
  private readonly parts: ProductParts;
  private readonly runs: SideIndex;
  private readonly index: SideIndex;
  private readonly side: Side;
  private readonly tracing: boolean;
  private readonly members = new Interner<Member>();
  private readonly moves = new Map<number, readonly (readonly [member: number, t: number])[]>();
  private readonly actorOf: readonly number[];
  readonly bounds = new Set<string>();

  constructor(parts: ProductParts, runs: SideIndex, tracing: boolean) {
    this.parts = parts;
    this.runs = runs;
    this.index = other(runs);
    this.side = parts.sides[this.index];
    this.tracing = tracing;
    const actors = actorsOf(parts.sides[0].machine, parts.sides[1].machine);
    this.actorOf = this.side.machine.transitions.map(({ actor, kind }) =>
      kind === 'work' ? -1 : actors.indexOf(actor),
    );
    this.number(
      0,
      actors.map(() => 0),
    );
  }

  first(): Members {
    return new Map([[0, NO_ROWS]]);
  }

  shownBy(member: number): number {
    return this.side.shownBy(this.members.at(member).state);
  }

  /** Members that show this, of those that followed. */
  looked(members: Members, shown: number): Members {
    return new Map([...members].filter(([member]) => this.shownBy(member) === shown));
  }

  private number(state: number, notes: readonly number[]): number {
    return this.members.number(`${state} ${notes.join()}`, () => ({ state, notes }));
  }

  private noted({ notes }: Member, state: number, actor: number, note: number): number {
    if (actor < 0 || notes[actor] === note) return this.number(state, notes);
    return this.number(
      state,
      notes.map((each, i) => (i === actor ? note : each)),
    );
  }

  /** Rows of a member after one more; `own` is the transition of the side that runs. */
  private row(rows: readonly Row[], own: number, others: number): readonly Row[] {
    if (!this.tracing) return NO_ROWS;
    return [...rows, this.runs === 0 ? [own, others] : [others, own]];
  }

  /** What one unseen step makes of a member. */
  private unseen(number: number): readonly (readonly [member: number, t: number])[] {
    const known = this.moves.get(number);
    if (known !== undefined) return known;
    const member = this.members.at(number);
    const { transitions } = this.side.machine;
    const found = transitions.flatMap(({ kind }, t) => {
      const actor = this.actorOf[t] as number;
      const note = actor < 0 ? 0 : (member.notes[actor] as number);
      if (kind !== 'work' && (kind !== 'script' || note > 0)) return [];
      return this.move(member, t, actor, false);
    });
    for (const [actor, note] of member.notes.entries())
      if (note > 0)
        for (const t of (this.parts.choices[note - 1] as Choice).alike[this.index])
          found.push(...this.move(member, t, actor, true));
    this.moves.set(number, found);
    return found;
  }

  /** One transition that nobody sees: none if somebody does. */
  private move(member: Member, t: number, actor: number, starts: boolean, besides = -1): (readonly [number, number])[] {
    const next = this.side.take(member.state, t);
    if (next < 0) return [];
    const { taken } = this.side;
    if (taken.bound !== undefined) this.bounds.add(taken.bound);
    if (taken.bound !== undefined || taken.begins !== starts || taken.besides !== besides) return [];
    const before = starts || actor < 0 ? 0 : (member.notes[actor] as number);
    const answered = taken.answer >= 0 ? hasAnswer(taken.answer) : before;
    const note = taken.returns && answered < 0 ? isBackWith(answerIn(answered)) : answered;
    return [[this.noted(member, next, actor, note), t]];
  }

  /** The members and all that they become unseen, fewest steps first. */
  closed(members: Members): Members {
    const all = new Map(members);
    for (const [number, rows] of all)
      for (const [next, t] of this.unseen(number)) if (!all.has(next)) all.set(next, this.row(rows, -1, t));
    return all;
  }

  /**
   * Follows one step of the side that runs. `closed`: the members before it, closed; `answer`: number of what a command
   * returns with in this step, or -1.
   */
  after(closed: Members, choice: Choice, c: number, own: number, taken: Taken, answer: number): After {
    const { actor } = choice;
    let members = closed;
    if (taken.begins) {
      members = this.called(closed, choice, c, own);
      if (members.size === 0) return { instead: undefined, rows: this.row(firstOf(closed), own, -1) };
      if (taken.besides >= 0) members = this.shownBesides(this.closed(members), choice, -1, taken);
    } else if (taken.besides >= 0 || choice.fault) members = this.shownBesides(closed, choice, own, taken);
    else members = this.beside(closed, choice, own);
    if (members.size === 0) return this.otherBesides(closed, choice, own, taken, answer);
    members = this.closed(members);
    if (answer < 0) return { members };
    const returned: Members = new Map();
    for (const [number, rows] of members) {
      const member = this.members.at(number);
      if (member.notes[actor] === isBackWith(answer)) {
        const next = this.noted(member, member.state, actor, 0);
        if (!returned.has(next)) returned.set(next, rows);
      }
    }
    if (returned.size === 0) return this.otherAnswer(members, actor, taken, answer);
    return { members: this.closed(returned) };
  }

  /** Members whose actor can make the same call: it begins at once, or later. */
  private called(closed: Members, { actor, alike }: Choice, c: number, own: number): Members {
    const members: Members = new Map();
    const add = (next: number, rows: readonly Row[]): void => void (members.has(next) || members.set(next, rows));
    for (const [number, rows] of closed) {
      const member = this.members.at(number);
      if (member.notes[actor] !== 0) continue;
      let enabled = false;
      for (const t of alike[this.index]) {
        if (this.side.take(member.state, t) < 0 || !this.side.taken.begins) continue;
        enabled = true;
        for (const [next] of this.move(member, t, actor, true)) add(next, this.row(rows, own, t));
      }
      if (enabled) add(this.noted(member, member.state, actor, c + 1), this.row(rows, own, -1));
    }
    return members;
  }

  /** The side that runs takes a step that nobody sees, or that ends a command: the same step where it can, else none. */
  private beside(closed: Members, { t }: Choice, own: number): Members {
    if (!this.tracing) return closed;
    const together: Members = new Map();
    for (const [number, rows] of closed)
      for (const [next, each] of this.unseen(number))
        if (each === t[this.index] && !together.has(next)) together.set(next, this.row(rows, own, each));
    for (const [number, rows] of closed) if (!together.has(number)) together.set(number, this.row(rows, own, -1));
    return together;
  }

  /** Members after a step of the same choice, or of a call that was made before, at which others see the same. */
  private shownBesides(closed: Members, choice: Choice, own: number, taken: Taken): Members {
    const members: Members = new Map();
    for (const [number, rows] of closed) {
      const member = this.members.at(number);
      const note = choice.actor < 0 ? 0 : (member.notes[choice.actor] as number);
      const { alike } = note > 0 ? (this.parts.choices[note - 1] as Choice) : choice;
      for (const t of alike[this.index])
        for (const [next] of this.move(member, t, choice.actor, note > 0, taken.besides))
          if (!members.has(next)) members.set(next, this.row(rows, own, t));
    }
    return members;
  }

  private otherBesides(closed: Members, { alike }: Choice, own: number, taken: Taken, answer: number): After {
    if (this.bounds.size > 0) return 'bound';
    const shown = withAnswer(this.parts.shared, taken, answer);
    for (const [number, rows] of closed)
      for (const t of alike[this.index]) {
        if (this.side.take(this.members.at(number).state, t) < 0 || this.side.taken.begins !== taken.begins) continue;
        const { records, laws } = this.parts.shared.observations.at(this.side.taken.seen);
        return { instead: { ...shown, records, laws }, rows: this.row(rows, own, t) };
      }
    return { instead: { ...shown, records: [], laws: [] }, rows: this.row(firstOf(closed), own, -1) };
  }

  private otherAnswer(members: Members, actor: number, taken: Taken, answer: number): After {
    if (this.bounds.size > 0) return 'bound';
    const shown = withAnswer(this.parts.shared, taken, answer);
    for (const [number, rows] of members) {
      const note = this.members.at(number).notes[actor] as number;
      if (note < 0 && isBackWith(answerIn(note)) === note)
        return { instead: { ...shown, ...this.parts.shared.answers.at(answerIn(note)) }, rows };
    }
    return { instead: withoutAnswer(shown), rows: firstOf(members) };
  }
}

/** What a step shows, with the answer that a command returns with. */
export function withAnswer({ observations, answers }: Shared, { seen }: Taken, answer: number): Observation {
  const shown = observations.at(seen);
  return answer < 0 ? shown : { ...shown, ...answers.at(answer), ends: true, returns: true };
}

/** What is shown instead of a return by a command that goes on. */
export const withoutAnswer = (shown: Observation): Observation => ({
  ...shown,
  errno: null,
  values: {},
  ends: false,
  returns: false,
});

const firstOf = (members: Members): readonly Row[] => [...members.values()][0] ?? NO_ROWS;
