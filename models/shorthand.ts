/** How scenario files abbreviate: `fw1: cgroup_skb/egress`, `web/api: {}`, attach types taken from the program. */
import type { ModelDefinition } from '../src/modelling/index.ts';
import type { Declared, Refuse } from './declared.ts';
import { LINK_TYPES } from './links/index.ts';
import { CGROUP_ATTACH_TYPES } from './rules/programs.ts';

/** Attach types of all families, and the program type that each takes. */
const ATTACH_TYPES: Readonly<Record<string, string>> = Object.assign(
  {},
  ...LINK_TYPES.map(({ attachTypes }) => attachTypes),
  CGROUP_ATTACH_TYPES,
);

/** `egress` → `cgroup_inet_egress`: the attach type of this program type whose name ends so. */
function attachTypeFor(type: string, word: string, refuse: Refuse): string {
  const own = Object.entries(ATTACH_TYPES).flatMap(([name, takes]) => (takes === type ? [name] : []));
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
  const [type = '', word] = is.split('/');
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

const SUCH_AS: Readonly<Record<string, string>> = {
  programs: 'such as { fw: cgroup_skb/egress }',
  cgroups: 'such as { web: {} }',
  maps: 'such as { jumps: prog_array/2 }',
};
const KNOWN = ['programs', 'cgroups', 'progs', 'maps'];

/** Operations whose attach type is that of the program they name. */
const BY_PROGRAM = new Set(['prog_attach', 'prog_detach', 'link_create', 'query']);

function defaultAttachType(args: Readonly<Record<string, unknown>>, progs: NonNullable<Declared['progs']>): unknown {
  const named = progs.find(({ name }) => name === args['prog']) ?? progs[0];
  return named?.['expectedAttachType'] ?? undefined;
}

export const shorthand: NonNullable<ModelDefinition['shorthand']> = {
  objects(declared, refuse) {
    for (const key of Object.keys(declared))
      if (!KNOWN.includes(key)) refuse(`unknown kind of objects "${key}"`, `one of ${KNOWN.join(', ')}`);
    for (const key of ['progs'])
      if (declared[key] !== undefined && !Array.isArray(declared[key]))
        refuse(`objects.${key} is a list`, 'each with a name and a type');
    for (const key of ['programs', 'cgroups', 'maps'])
      if (
        declared[key] !== undefined &&
        (typeof declared[key] !== 'object' ||
          declared[key] === null ||
          (Array.isArray(declared[key]) && key !== 'maps'))
      )
        refuse(`objects.${key} is a mapping from names`, SUCH_AS[key]);
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
    };
  },
  args(op, args, objects) {
    const progs = (objects as Declared).progs ?? [];
    if (BY_PROGRAM.has(op) && args['attachType'] === undefined) {
      const attachType = defaultAttachType(args, progs);
      return attachType === undefined ? args : { ...args, attachType };
    }
    return op === 'fire' && args['hook'] === undefined
      ? { ...args, hook: progs[0]?.['expectedAttachType'] ?? 'cgroup_inet_egress' }
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
  // Maps first: programs that tail-call need theirs when they are loaded. What is loaded for a target is loaded by a step.
  provided: (objects) => [
    ...((objects as Declared).maps ?? []).map(({ name }) => name),
    ...((objects as Declared).progs ?? [])
      .filter((prog) => prog['load'] !== false && prog.type !== 'ext')
      .map(({ name }) => name),
  ],
  leave: 'exit',
};
