/** How scenario files abbreviate: `fw1: cgroup_skb/egress`, `web/api: {}`, attach types taken from the program. */
import type { ModelDefinition } from '../src/modelling/index.ts';
import type { Declared, Refuse } from './declared.ts';
import { attachTypesOf } from './links/index.ts';
import { mapsNamedBy, templateFrom } from './templates.ts';

/** `egress` → `cgroup_inet_egress`, `tcx_ingress`: the attach type of this program type whose name ends so. */
function attachTypeFor(type: string, word: string, refuse: Refuse): string {
  const own = attachTypesOf(type);
  const found = own.find((name) => name === word) ?? own.find((name) => name.endsWith(`_${word}`));
  return (
    found ??
    refuse(
      `program type ${type} has no attach type "${word}"`,
      own.length === 0 ? `nothing takes programs of type ${type} by attach type` : `one of ${own.join(', ')}`,
    )
  );
}

function program(name: string, written: unknown, refuse: Refuse): NonNullable<Declared['progs']>[number] {
  const options = typeof written === 'string' ? { is: written } : (written as Readonly<Record<string, unknown>> | null);
  const is = options?.['is'];
  if (typeof is !== 'string') return refuse(`program "${name}" needs a type`, 'such as cgroup_skb/egress');
  const [type = '', named] = is.split('/');
  // A type with one attach type needs no word.
  const only = attachTypesOf(type);
  const word = named ?? (type !== '' && only.length === 1 ? only[0] : undefined);
  const { is: _, ...rest } = options ?? {};
  return { name, type, expectedAttachType: word === undefined ? null : attachTypeFor(type, word, refuse), ...rest };
}

/** `jumps: prog_array/2`: the type, and how many entries. */
function map(name: string, written: unknown, refuse: Refuse): NonNullable<Declared['maps']>[number] {
  const options = typeof written === 'string' ? { is: written } : (written as Readonly<Record<string, unknown>> | null);
  const is = options?.['is'];
  if (typeof is !== 'string') return refuse(`map "${name}" needs a type`, 'such as prog_array/2');
  const [type = '', length] = is.split('/');
  const { is: _, ...rest } = options ?? {};
  return { name, type, ...(length === undefined ? {} : { maxEntries: Number(length) }), ...rest };
}

/** A path such as `web/api` lies below `web`. */
function cgroup(name: string, options: unknown, all: readonly string[]): NonNullable<Declared['cgroups']>[number] {
  const above = name.includes('/') ? name.slice(0, name.lastIndexOf('/')) : null;
  const given = (options ?? {}) as { readonly exists?: boolean; readonly parent?: string };
  return {
    name,
    parent: given.parent ?? (above !== null && all.includes(above) ? above : null),
    exists: given.exists ?? true,
  };
}

/** A device is a kind, or parts; `peer` is declared by one end and is a device itself. */
function netdev(name: string, written: unknown): NonNullable<Declared['netdevs']>[number] {
  const given =
    typeof written === 'string' ? { kind: written } : ((written ?? {}) as Readonly<Record<string, unknown>>);
  return { name, kind: 'physical', ...given };
}

const KNOWN = ['programs', 'cgroups', 'netdevs', 'netns', 'progs', 'maps'];
/** Sections that map names to what is declared of them, with an example. */
const MAPPINGS: Readonly<Record<string, string>> = {
  programs: 'such as { fw: cgroup_skb/egress }',
  cgroups: 'such as { web: {} }',
  netdevs: 'such as { eth0: {}, v0: { kind: veth, peer: v1 }, v1: { kind: veth } }',
  netns: 'such as { blue: {} }',
  maps: 'such as { jumps: prog_array/2 }',
};

const mapping = (value: unknown): [string, unknown][] => Object.entries((value ?? {}) as Record<string, unknown>);

/** Sections of the network, where there are any. */
const net = (declared: Readonly<Record<string, unknown>>): Pick<Declared, 'netdevs' | 'netns'> => ({
  ...(declared['netdevs'] === undefined
    ? {}
    : { netdevs: mapping(declared['netdevs']).map(([name, given]) => netdev(name, given)) }),
  ...(declared['netns'] === undefined
    ? {}
    : { netns: mapping(declared['netns']).map(([name, given]) => ({ name, ...(given ?? {}) })) }),
});

/** Operations whose attach type is that of the program they name. */
const BY_PROGRAM = new Set(['prog_attach', 'prog_detach', 'link_create', 'query']);

function defaultAttachType(args: Readonly<Record<string, unknown>>, progs: NonNullable<Declared['progs']>): unknown {
  const named = progs.find(({ name }) => name === args['prog']) ?? progs[0];
  return named?.['expectedAttachType'] ?? undefined;
}

const hookOf = (prog: { readonly [key: string]: unknown } | undefined): unknown =>
  prog?.['expectedAttachType'] ?? 'cgroup_inet_egress';

export const shorthand: NonNullable<ModelDefinition['shorthand']> = {
  objects(declared, refuse) {
    for (const key of Object.keys(declared))
      if (!KNOWN.includes(key)) refuse(`unknown kind of objects "${key}"`, `one of ${KNOWN.join(', ')}`);
    for (const key of ['progs'])
      if (declared[key] !== undefined && !Array.isArray(declared[key]))
        refuse(`objects.${key} is a list`, 'each with a name and a type');
    for (const [key, example] of Object.entries(MAPPINGS)) {
      const value = declared[key];
      const isList = Array.isArray(value) && key !== 'maps';
      if (value !== undefined && (typeof value !== 'object' || value === null || isList))
        refuse(`objects.${key} is a mapping from names`, example);
    }
    const programs = Object.entries((declared['programs'] ?? {}) as Readonly<Record<string, unknown>>);
    const cgroups = Object.entries((declared['cgroups'] ?? {}) as Readonly<Record<string, unknown>>);
    const names = cgroups.map(([name]) => name);
    return {
      progs: [
        ...programs.map(([name, written]) => program(name, written, refuse)),
        ...((declared['progs'] as Declared['progs']) ?? []),
      ],
      cgroups: cgroups.map(([name, options]) => cgroup(name, options, names)),
      maps: Array.isArray(declared['maps'])
        ? declared['maps']
        : Object.entries((declared['maps'] ?? {}) as Readonly<Record<string, unknown>>).map(([name, written]) =>
            map(name, written, refuse),
          ),
      ...net(declared),
    };
  },
  args(op, args, objects) {
    const progs = (objects as Declared).progs ?? [];
    if (BY_PROGRAM.has(op) && args['attachType'] === undefined) {
      const attachType = defaultAttachType(args, progs);
      return attachType === undefined ? args : { ...args, attachType };
    }
    return op === 'fire' && args['hook'] === undefined
      ? { ...args, hook: args['netdev'] === undefined ? hookOf(progs[0]) : 'rx' }
      : args;
  },
  provide(name, first, objects) {
    if (((objects as Declared).maps ?? []).some((map) => map.name === name))
      return first
        ? { op: 'map_create', args: { map: name }, as: name }
        : { op: 'map_get_fd_by_id', args: { mapId: name }, as: name };
    return first
      ? { op: 'prog_load', args: { prog: name }, as: name }
      : { op: 'prog_get_fd_by_id', args: { progId: name }, as: name };
  },
  demands: (op, args, objects) => {
    const template =
      op === 'prog_load' ? (objects as Declared).progs?.find(({ name }) => name === args['prog']) : undefined;
    return template === undefined ? [] : mapsNamedBy(templateFrom(template));
  },
  // Maps first: programs that tail-call need theirs when they are loaded. What is loaded for a target is loaded by a step.
  provided: (objects) => [
    ...((objects as Declared).maps ?? []).map(({ name }) => name),
    ...((objects as Declared).progs ?? [])
      .filter((prog) => prog['load'] !== false && prog.type !== 'ext')
      .map(({ name }) => name),
  ],
  leave: 'exit',
};
