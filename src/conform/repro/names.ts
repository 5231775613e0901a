/** What a reproducer calls the things of a trace: C identifiers, each used for one name only. */
import type { TraceFile } from '../../trace/format.ts';

type Kind = 'program' | 'link' | 'map' | 'cgroup' | 'device' | 'actor' | 'descriptor';

const PREFIX: Readonly<Record<Kind, string>> = {
  program: 'PROG_',
  link: 'LINK_',
  map: 'THE_MAP_',
  cgroup: 'CGROUP_',
  device: 'DEV_',
  actor: '',
  descriptor: 'fd_',
};

/** Names that a process of the trace may have, and C or a header has already. */
const TAKEN = /^(?:[a-z]+|E[A-Z0-9]+|STEPS|ACTORS|LINKS|MAPS|CGROUPS|PROGRAMS|PREPARE|CLEAN|OURS.*|NULL|BPF_.*|SIG.*)$/;

export class Names {
  private readonly known = new Map<string, string>();
  private readonly used = new Set<string>();
  private readonly order: Record<Kind, string[]> = {
    program: [],
    link: [],
    map: [],
    cgroup: [],
    device: [],
    actor: [],
    descriptor: [],
  };

  constructor({ objects }: TraceFile) {
    for (const { name } of objects.cgroups ?? []) this.of('cgroup', name);
    this.of('actor', 'P0');
  }

  /** The identifier of this name. */
  of(kind: Kind, name: string): string {
    const key = `${kind} ${name}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const word = PREFIX[kind] + name.replaceAll(/[^A-Za-z0-9_]/g, '_');
    const base = kind === 'actor' && (TAKEN.test(word) || !/^[A-Za-z]/.test(word)) ? `ACTOR_${word}` : word;
    let identifier = base;
    for (let n = 2; this.used.has(identifier); n++) identifier = `${base}_${n}`;
    this.used.add(identifier);
    this.known.set(key, identifier);
    this.order[kind].push(name);
    return identifier;
  }

  /** Names of this kind in the order in which they were first asked for. */
  all(kind: Kind): readonly string[] {
    return this.order[kind];
  }

  /** `enum { PROG_a, PROG_b, PROGRAMS };` */
  enumeration(kind: Kind, count: string, first = 0): string {
    const identifiers = this.order[kind].map(
      (name, i) => this.of(kind, name) + (i === 0 && first > 0 ? ` = ${first}` : ''),
    );
    return `enum { ${[...identifiers, count].join(', ')} };`;
  }
}

/** Directory below the root: that of the parents, or of the cgroup whose directory is made again. */
export function cgroupPath(name: string, { objects, steps }: Pick<TraceFile, 'objects' | 'steps'>): string {
  const again = steps.find(({ op, args }) => op === 'mkdir' && args['cgroup'] === name)?.args['path'];
  if (typeof again === 'string') return cgroupPath(again, { objects, steps });
  const declared = (objects.cgroups ?? []).find((each) => each.name === name);
  const own = name.replaceAll(/[^A-Za-z0-9_.-]/g, '_');
  const parent = declared?.parent ?? null;
  return parent === null ? own : `${cgroupPath(parent, { objects, steps })}/${own}`;
}
