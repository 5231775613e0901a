/** The dice of the generator, and what it knows of the world that it makes: who lives, who holds what, what is there. */
import seedrandom from 'seedrandom';
import type { Json, TraceStep } from '../../trace/format.ts';

export type Args = Record<string, Json>;
export type Kind = 'prog' | 'link' | 'cgroup' | 'socket' | 'map' | 'perf' | 'iter' | 'netns';

export interface Actor {
  readonly name: string;
  readonly parent: string | undefined;
  /** Handles that are open, by name. */
  readonly handles: Map<string, Kind>;
}

export const ATTACH_TYPE = 'cgroup_inet_egress';
export const PROGRAMS = ['A', 'B', 'C', 'D', 'E'];
export const OTHER = 'X';
export const TREE: readonly (readonly [string, string | null])[] = [
  ['g', null],
  ['p', 'g'],
  ['k', 'p'],
  ['s', 'g'],
];
const ACTORS_MAX = 3;
export const MULTI = 'BPF_F_ALLOW_MULTI';
/** A trace needs an expectation; what is compared is what the model says. */
export const EXPECT = { ok: true } as const;

export class Dice {
  private readonly random: () => number;
  protected readonly steps: TraceStep[] = [];
  protected readonly actors: Actor[] = [{ name: 'P0', parent: undefined, handles: new Map() }];
  protected readonly links: string[] = [];
  protected readonly cgroups = new Set(TREE.map(([name]) => name));
  protected readonly remade: { name: string; path: string; parent: string | null }[] = [];
  private names = 0;

  constructor(seed: string) {
    this.random = seedrandom(seed);
  }

  protected below(n: number): number {
    return Math.floor(this.random() * n);
  }

  protected chance(p: number): boolean {
    return this.random() < p;
  }

  protected pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }

  protected add(actor: string, op: string, args: Args, as?: string, kind?: Kind): void {
    this.steps.push({ actor, op, args, ...(as === undefined ? {} : { as }), expect: EXPECT });
    if (as !== undefined && kind !== undefined) this.actors.find(({ name }) => name === actor)?.handles.set(as, kind);
  }

  protected name(prefix: string): string {
    this.names++;
    return `${prefix}${this.names}`;
  }

  /** A handle of this kind, seldom one that the actor does not have open. */
  protected handle(actor: Actor, kind: Kind): string | undefined {
    const open = [...actor.handles].filter(([, of]) => of === kind).map(([name]) => name);
    return open.length === 0 ? undefined : this.pick(open);
  }

  protected prog(actor: Actor): string | number {
    if (this.chance(0.02)) return this.pick([0, 99, -1]);
    if (this.chance(0.03)) return this.handle(actor, 'link') ?? 99;
    return this.handle(actor, 'prog') ?? 99;
  }

  protected cgroup(actor: Actor): Json {
    const held = this.chance(0.1) ? this.handle(actor, 'cgroup') : undefined;
    if (held !== undefined) return { handle: held };
    return this.chance(0.95) && this.cgroups.size > 0
      ? this.pick([...this.cgroups])
      : this.pick(TREE.map(([name]) => name));
  }

  protected anchor(actor: Actor, flags: string[], args: Args): void {
    if (this.chance(0.7)) return;
    flags.push(this.pick(['BPF_F_BEFORE', 'BPF_F_AFTER']));
    if (this.chance(0.05)) flags.push('BPF_F_BEFORE', 'BPF_F_AFTER');
    if (this.chance(0.3)) return;
    const link = this.chance(0.5) ? this.handle(actor, 'link') : undefined;
    if (link !== undefined && this.chance(0.95)) flags.push('BPF_F_LINK');
    if (this.chance(0.3)) {
      flags.push('BPF_F_ID');
      const id = link === undefined ? { progId: this.pick(PROGRAMS) } : { linkId: link };
      const known = link === undefined || this.links.includes(link);
      args['relative'] = this.chance(0.05) || !known ? { id: 2147483000 } : id;
    } else args['relative'] = link === undefined ? { prog: this.prog(actor) } : { link };
  }

  protected close(actor: Actor): void {
    const links = [...actor.handles].filter(([, kind]) => kind !== 'prog').map(([name]) => name);
    const all = [...actor.handles.keys()];
    const handle =
      links.length > 0 && this.chance(0.7) ? this.pick(links) : all.length > 0 ? this.pick(all) : undefined;
    if (handle === undefined) return;
    actor.handles.delete(handle);
    this.add(actor.name, 'close', { handle });
  }

  protected share(actor: Actor): void {
    const handle = [...actor.handles.keys()];
    if (handle.length === 0) return;
    const from = this.pick(handle);
    const kind = actor.handles.get(from) as Kind;
    const other = this.pick(this.actors);
    if (other !== actor && this.chance(0.6)) {
      other.handles.set(from, kind);
      this.add(actor.name, 'send_fd', { handle: from, to: other.name, as: this.fresh(other, from, kind) });
      return;
    }
    this.add(actor.name, 'dup', { handle: from }, this.name('d'), kind);
  }

  /** A name that the receiver does not use for something else. */
  private fresh(actor: Actor, handle: string, kind: Kind): string {
    actor.handles.delete(handle);
    const name = this.name('r');
    actor.handles.set(name, kind);
    return name;
  }

  protected processes(actor: Actor): void {
    const forked = this.steps.filter(({ op }) => op === 'fork').length;
    if (forked < ACTORS_MAX - 1) {
      const child = `P${forked + 1}`;
      this.add(actor.name, 'fork', {}, child);
      this.actors.push({ name: child, parent: actor.name, handles: new Map(actor.handles) });
      return;
    }
    const mortal = this.actors.filter(({ parent }) => parent !== undefined);
    if (mortal.length === 0) return;
    const victim = this.pick(mortal);
    this.actors.splice(this.actors.indexOf(victim), 1);
    if (this.chance(0.5)) {
      this.add(victim.name, 'exit', {});
      return;
    }
    const killer = this.pick(this.actors);
    this.add(killer.name, 'kill', { target: victim.name });
    // Who dies unobserved may be anywhere in its death while the next steps run, which makes many states possible.
    if (this.chance(0.9) || victim.handles.size > 8) this.add(killer.name, 'wait', { target: victim.name });
  }
}
