/**
 * Traces by chance: a few processes act on a small tree of cgroups with links, programs, pins and sockets. What is
 * written down is only the steps; the model says what they must return. The same seed gives the same traces.
 */
import type { TraceFile } from '../../trace/format.ts';
import type { TraceSource } from '../../trace/parse.ts';
import { InputError } from '../../world/input.ts';
import { type Actor, type Args, ATTACH_TYPE, Dice, EXPECT, MULTI, OTHER, PROGRAMS, TREE } from './dice.ts';
import { eventsTrace } from './generate-events.ts';
import { bridgeTrace, netTrace } from './generate-net.ts';
import { trampolinesTrace } from './generate-trampolines.ts';

/** What is generated unless something else is asked for. */
const FAMILY = 'cgroup';

type Generate = (seed: string, id: string, length: number) => TraceFile;

const GENERATORS = {
  net: netTrace,
  bridge: bridgeTrace,
  events: eventsTrace,
  trampolines: trampolinesTrace,
} satisfies Record<string, Generate>;

export type Family = keyof typeof GENERATORS | typeof FAMILY;
const FAMILIES: readonly Family[] = [FAMILY, ...(Object.keys(GENERATORS) as Family[])];

/** Throws InputError. */
export function familiesNamed(words: readonly string[] = [FAMILY]): readonly Family[] {
  return words.map((word) => {
    const found = FAMILIES.find((family) => family === word);
    if (found !== undefined) return found;
    throw new InputError(
      'LR001',
      `nothing is generated of the family "${word}"`,
      undefined,
      `one of ${FAMILIES.join(', ')}`,
    );
  });
}

const PATHS = ['p1', 'p2', 'p3'];
const REMADE_MAX = 3;
/** Share of steps before which everything pending runs. */
const REST = 0.08;
const MODES: readonly (readonly string[])[] = [[], ['BPF_F_ALLOW_OVERRIDE'], [MULTI], [MULTI], [MULTI], [MULTI]];

class Generator extends Dice {
  trace(id: string, length: number): TraceFile {
    for (const prog of [...PROGRAMS, OTHER]) this.add('P0', 'prog_load', { prog }, prog, 'prog');
    while (this.steps.length < length) this.one();
    const cgroups = [
      ...TREE.map(([name, parent]) => ({ name, parent, exists: true })),
      ...this.remade.map(({ name, parent }) => ({ name, parent, exists: false })),
    ];
    const progs = PROGRAMS.map((name) => ({ name, type: 'cgroup_skb', expectedAttachType: ATTACH_TYPE, returns: 1 }));
    const other = { name: OTHER, type: 'sock_ops', expectedAttachType: 'cgroup_sock_ops', returns: 1 };
    return { id, kind: 'generated', objects: { progs: [...progs, other], cgroups }, steps: this.steps };
  }

  private attach(actor: Actor): void {
    const flags = [...this.pick(MODES)];
    const args: Args = { cgroup: this.cgroup(actor), attachType: ATTACH_TYPE };
    args['prog'] = this.chance(0.03) ? OTHER : this.prog(actor);
    if (this.chance(0.2)) {
      flags.push('BPF_F_REPLACE');
      if (this.chance(0.95)) args['replace'] = this.prog(actor);
    } else this.anchor(actor, flags, args);
    if (this.chance(0.15)) flags.push('BPF_F_PREORDER');
    if (this.chance(0.1)) args['expectedRevision'] = 1 + this.below(6);
    args['flags'] = [...new Set(flags)];
    this.add(actor.name, 'prog_attach', args);
  }

  private detach(actor: Actor): void {
    const args: Args = { cgroup: this.cgroup(actor), attachType: ATTACH_TYPE };
    args['prog'] = this.chance(0.2) ? null : this.prog(actor);
    if (this.chance(0.1)) args['expectedRevision'] = 1 + this.below(6);
    this.add(actor.name, 'prog_detach', args);
  }

  private linkCreate(actor: Actor): void {
    const flags: string[] = [];
    const args: Args = { cgroup: this.cgroup(actor), attachType: ATTACH_TYPE, prog: this.prog(actor) };
    this.anchor(actor, flags, args);
    if (this.chance(0.15)) flags.push('BPF_F_PREORDER');
    if (this.chance(0.04)) flags.push(this.pick([MULTI, 'BPF_F_REPLACE', 'BPF_F_ALLOW_OVERRIDE']));
    if (this.chance(0.08)) args['expectedRevision'] = 1 + this.below(6);
    args['flags'] = [...new Set(flags)];
    const name = this.name('L');
    this.links.push(name);
    this.add(actor.name, 'link_create', args, name, 'link');
  }

  private linkUpdate(actor: Actor): void {
    const link = this.handle(actor, 'link');
    if (link === undefined) {
      this.linkCreate(actor);
      return;
    }
    const args: Args = { link, prog: this.chance(0.04) ? OTHER : this.prog(actor) };
    if (this.chance(0.3)) args['oldProg'] = this.prog(actor);
    if (args['oldProg'] !== undefined ? this.chance(0.9) : this.chance(0.05)) args['flags'] = ['BPF_F_REPLACE'];
    this.add(actor.name, 'link_update', args);
  }

  private linkOnly(actor: Actor, op: string): void {
    const link = this.handle(actor, 'link') ?? this.handle(actor, 'prog');
    if (link !== undefined) this.add(actor.name, op, { link });
  }

  private query(actor: Actor): void {
    const args: Args = { cgroup: this.cgroup(actor), attachType: ATTACH_TYPE };
    if (this.chance(0.4)) args['flags'] = ['BPF_F_QUERY_EFFECTIVE'];
    if (this.chance(0.2)) args['capacity'] = 1 + this.below(3);
    else if (this.chance(0.1)) args['noBuffers'] = true;
    if (this.chance(0.1)) args['progAttachFlags'] = true;
    this.add(actor.name, 'query', args);
  }

  private pins(actor: Actor): void {
    const path = this.pick(PATHS);
    const obj = this.chance(0.6) ? this.handle(actor, 'link') : this.handle(actor, 'prog');
    const what = this.below(10);
    if (what < 4 && obj !== undefined) {
      this.add(actor.name, 'obj_pin', { obj, path });
      return;
    }
    if (what < 7) {
      this.add(actor.name, 'unlink', { path });
      return;
    }
    if (what < 8) {
      this.add(actor.name, 'rename', { path, to: this.pick(PATHS) });
      return;
    }
    // What lies at the path is not known here, so the new handle is used as what most pins are.
    this.add(actor.name, 'obj_get', { path }, this.name('o'), 'link');
  }

  private tree(actor: Actor): void {
    if (this.remade.length < REMADE_MAX && this.cgroups.size < TREE.length && this.chance(0.5)) {
      const anew = (of: string | null): boolean => this.remade.some(({ path }) => path === of);
      // Below a directory that was made anew is beyond the model.
      const gone = TREE.filter(([name, parent]) => !this.cgroups.has(name) && !anew(name) && !anew(parent));
      const again = gone.length === 0 ? undefined : this.pick(gone);
      if (again === undefined) return;
      const name = `${again[0]}2`;
      this.remade.push({ name, path: again[0], parent: again[1] });
      this.cgroups.add(name);
      this.add(actor.name, 'mkdir', { cgroup: name, path: again[0] });
      return;
    }
    const cgroup = this.chance(0.7) ? this.pick(['k', 's']) : this.pick([...this.cgroups]);
    // Refused while busy: the name stays in the running only by chance, which is as good.
    if (this.chance(0.6)) this.cgroups.delete(cgroup);
    this.add(actor.name, 'rmdir', { cgroup });
  }

  private events(actor: Actor): void {
    const what = this.below(10);
    const socket = this.handle(actor, 'socket');
    const cgroup = this.cgroups.size > 0 ? this.pick([...this.cgroups]) : 'outside';
    if (what < 5 || (what < 7 && socket === undefined)) {
      this.fire(cgroup);
      return;
    }
    if (what < 7 && socket !== undefined) {
      this.add(actor.name, 'send', { socket });
      return;
    }
    if (what < 8) {
      this.add(actor.name, 'join', { cgroup: this.chance(0.4) ? 'outside' : cgroup });
      return;
    }
    this.add(actor.name, 'open_socket', {}, this.name('u'), 'socket');
  }

  private fire(cgroup: string): void {
    const args: Args = { hook: ATTACH_TYPE };
    if (cgroup !== 'outside') args['cgroup'] = cgroup;
    this.steps.push({ actor: '-', op: 'fire', args, expect: EXPECT });
  }

  private byId(actor: Actor): void {
    const link = this.links.length === 0 || this.chance(0.4) ? undefined : this.pick(this.links);
    if (link === undefined) {
      const args: Args = { progId: this.pick(PROGRAMS) };
      this.add(actor.name, 'prog_get_fd_by_id', args, this.name('i'), 'prog');
      return;
    }
    this.add(actor.name, 'link_get_fd_by_id', { linkId: link }, this.name('i'), 'link');
  }

  private one(): void {
    // Work that may or may not have run makes every later step dearer to follow; now and then all of it has.
    if (this.chance(REST)) this.steps.push({ actor: '-', op: 'sleep', args: { ms: 1 }, expect: {} });
    const actor = this.pick(this.actors);
    const what = this.below(100);
    if (what < 20) this.attach(actor);
    else if (what < 29) this.detach(actor);
    else if (what < 45) this.linkCreate(actor);
    else if (what < 56) this.linkUpdate(actor);
    else if (what < 60) this.linkOnly(actor, 'link_detach');
    else if (what < 63) this.linkOnly(actor, 'link_info');
    else if (what < 66) this.query(actor);
    else if (what < 74) this.close(actor);
    else if (what < 78) this.share(actor);
    else if (what < 81) this.processes(actor);
    else if (what < 87) this.pins(actor);
    else if (what < 90) this.tree(actor);
    else if (what < 96) this.events(actor);
    else if (what < 98) this.byId(actor);
    else
      this.add(actor.name, 'open_cgroup', { cgroup: this.pick(TREE.map(([name]) => name)) }, this.name('c'), 'cgroup');
  }
}

/** Trace number `number` of a seed: of the first of these families, the second, and so on. */
export function generatedTrace(
  seed: string,
  number: number,
  length: number,
  families: readonly Family[] = [FAMILY],
): TraceFile {
  const family = families[number % families.length] ?? FAMILY;
  const id = `generated-${seed}-${number}`;
  if (family === FAMILY) return new Generator(`${seed}/${number}`).trace(id, length);
  return GENERATORS[family](`${seed}/${family}/${number}`, id, length);
}

/** A trace that comes from no file. */
export function sourceOfTrace(trace: TraceFile): TraceSource {
  const file = `${trace.id}.json`;
  return { file, trace, steps: trace.steps.map((_, index) => ({ file, line: index + 1 })) };
}
