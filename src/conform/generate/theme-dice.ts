/** Dice for kinds of attachments that have a theme each: programs and maps that belong together, and what is done with them. */
import type { Json, ProgTemplate, TraceFile, TraceObjects } from '../../trace/format.ts';
import { type Actor, type Args, Dice, EXPECT, type Kind } from './dice.ts';

export const PATHS = ['p1', 'p2', 'p3'];
/** Share of steps before which everything pending runs. */
const REST = 0.08;
/** Share of events that watch a processor: the longest of all steps. */
export const SAMPLES = 0.15;
export const ENTRIES = 2;
const NOT_OPEN = 99;
/** What may take the last user from an array. */
const CLOSING = new Set(['close', 'exit', 'kill', 'unlink']);

export type Move = (this: ThemeDice, actor: Actor) => void;

/** Programs and maps that belong together, and what is done with them. */
export interface Theme {
  readonly progs: readonly ProgTemplate[];
  readonly maps?: NonNullable<TraceObjects['maps']>;
  /** Programs that are loaded when something else is there. */
  readonly later?: readonly string[];
  readonly moves: readonly Move[];
}

export const tracing = (
  name: string,
  expectedAttachType: string,
  more: Readonly<Record<string, Json>> = {},
): ProgTemplate => ({
  name,
  type: 'tracing',
  expectedAttachType,
  ...more,
});

export class ThemeDice extends Dice {
  private loads = 0;

  trace(id: string, length: number, themes: readonly Theme[]): TraceFile {
    const maps = themes.flatMap((theme) => theme.maps ?? []);
    for (const { name } of maps) this.add('P0', 'map_create', { map: name }, name, 'map');
    for (const { progs, later = [] } of themes)
      for (const { name } of progs)
        if (!later.includes(name)) this.add('P0', 'prog_load', { prog: name }, name, 'prog');
    const moves = themes.flatMap((theme) => theme.moves);
    while (this.steps.length < length) this.one(moves);
    return { id, kind: 'generated', objects: { progs: themes.flatMap(({ progs }) => progs), maps }, steps: this.steps };
  }

  /** A program whose name begins so, if the actor has one open, and seldom any handle at all. */
  progOf(actor: Actor, letter: string): string | number {
    if (this.chance(0.06)) return this.prog(actor);
    const open = [...actor.handles].filter(([name, kind]) => kind === 'prog' && name.startsWith(letter));
    return open.length === 0 ? this.prog(actor) : (this.pick(open)[0] ?? 99);
  }

  /** Some kernels refuse to attach iterators otherwise than by LINK_CREATE. */
  openable(actor: Actor): string | number {
    const prog = this.progOf(actor, 'R');
    return /^[IJEdior]/.test(String(prog)) ? NOT_OPEN : prog;
  }

  of(actor: Actor, kind: Kind): string | undefined {
    return this.chance(0.03) ? this.handle(actor, 'prog') : this.handle(actor, kind);
  }

  mapOf(actor: Actor, name: string): string | undefined {
    if (this.chance(0.05)) return this.of(actor, 'map');
    return actor.handles.get(name) === 'map' ? name : this.handle(actor, 'map');
  }

  chose<T>(from: readonly T[]): T {
    return this.pick(from);
  }

  happens(p: number): boolean {
    return this.chance(p);
  }

  does(actor: Actor, op: string, args: Args): void {
    this.add(actor.name, op, args);
  }

  attaches(actor: Actor, op: string, args: Args): void {
    const name = this.name('L');
    this.links.push(name);
    this.add(actor.name, op, args, name, 'link');
  }

  makes(actor: Actor, op: string, args: Args, kind: Kind, prefix: string): void {
    this.add(actor.name, op, args, this.name(prefix), kind);
  }

  /** A template is loaded anew, for a function of a program. */
  loadFor(actor: Actor, prog: string, targetProg: string | number, targetFunc: string): void {
    this.loads++;
    this.add(actor.name, 'prog_load', { prog, targetProg, targetFunc }, `${prog}.${this.loads}`, 'prog');
  }

  /**
   * While the entries of an array are cleared, lookups and each caller see that at moments of their own, which the models do
   * not tell apart.
   */
  runs(actor: Actor, prog: string | number): void {
    const last = this.steps.findLastIndex(({ op }) => op === 'sleep');
    const mayClear = this.steps.slice(last + 1).some(({ op }) => CLOSING.has(op));
    if (mayClear) this.steps.push({ actor: '-', op: 'sleep', args: { ms: 1 }, expect: {} });
    this.does(actor, 'prog_test_run', { prog });
  }

  fires(args: Args): void {
    this.steps.push({ actor: '-', op: 'fire', args, expect: EXPECT });
  }

  private one(moves: readonly Move[]): void {
    if (this.chance(REST)) this.steps.push({ actor: '-', op: 'sleep', args: { ms: 1 }, expect: {} });
    const actor = this.pick(this.actors);
    if (this.chance(0.62)) {
      this.pick(moves).call(this, actor);
      return;
    }
    const what = this.below(100);
    if (what < 30) this.close(actor);
    else if (what < 42) this.share(actor);
    else if (what < 50) this.processes(actor);
    else if (what < 72) this.pins(actor);
    else if (what < 84) this.byId(actor);
    else this.onLink(actor);
  }

  private onLink(actor: Actor): void {
    const link = this.of(actor, 'link');
    if (link !== undefined) this.does(actor, this.pick(['link_info', 'link_info', 'link_detach']), { link });
  }

  private pins(actor: Actor): void {
    const path = this.pick(PATHS);
    const what = this.below(10);
    const obj = this.handle(actor, this.pick(['link', 'map', 'prog'] as const));
    if (what < 5 && obj !== undefined) this.does(actor, 'obj_pin', { obj, path });
    else if (what < 8) this.does(actor, 'unlink', { path });
    // What lies at the path is not known here, so the new handle is used as what most pins are.
    else this.makes(actor, 'obj_get', { path }, 'link', 'o');
  }

  private byId(actor: Actor): void {
    const link = this.links.length === 0 || this.chance(0.5) ? undefined : this.pick(this.links);
    const prog = this.steps.find(({ op }) => op === 'prog_load')?.as;
    if (link !== undefined) this.makes(actor, 'link_get_fd_by_id', { linkId: link }, 'link', 'i');
    else if (prog !== undefined) this.makes(actor, 'prog_get_fd_by_id', { progId: prog }, 'prog', 'i');
  }
}
