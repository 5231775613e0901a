/** Which objects a scenario or a trace has: what it declares, and what its commands will make. */
import type { Declarations, Instance, Population, Use } from '../src/modelling/index.ts';
import type { Declared, Refuse } from './declared.ts';
import type { Template } from './objects/program.ts';
import { bpffsInstances } from './populate-bpffs.ts';
import { type HookPopulation, hooksOf, mapConstants } from './populate-hooks.ts';
import { netInstances } from './populate-net.ts';
import { refTo } from './ref-to.ts';
import { CGROUP_ATTACH_TYPES } from './rules/programs.ts';
import { templateFrom } from './templates.ts';

/** BPF_CGROUP_MAX_PROGS. */
const MAX_PROGS = 64;
/** Largest count that a cell holds. */
const CELL_MAX = 255;

const isOp =
  (...ops: readonly string[]) =>
  (use: Use) =>
    ops.includes(use.command.op);

function templateOf(use: Use, declared: Declared, refuse: Refuse): Template {
  const name = String(use.args['prog']);
  const found = (declared.progs ?? []).find((prog) => prog.name === name);
  if (found === undefined)
    return refuse(`no program template "${name}"`, 'declare it under objects.progs (or programs)');
  return templateFrom(found);
}

function attachTypeOf(use: Use): string | undefined {
  const named = use.args['attachType'] ?? use.args['hook'];
  return use.command.op === 'send' ? 'cgroup_inet_egress' : typeof named === 'string' ? named : undefined;
}

/** Attach types that anything in the scenario speaks of, each of which gets a slot in every cgroup. */
function attachTypes(declarations: Declarations): string[] {
  const storage = declarations.uses.flatMap(
    (use) => (use.args['key'] as { attachType?: unknown } | undefined)?.attachType ?? [],
  );
  const named = [...declarations.uses.map(attachTypeOf), ...storage].filter(
    (name) => typeof name === 'string' && CGROUP_ATTACH_TYPES[name] !== undefined,
  );
  return [...new Set(named as string[])];
}

interface Tree {
  readonly cgroups: readonly Instance[];
  readonly slots: readonly Instance[];
}

const slotName = (cgroup: string, attachType: string): string => `${cgroup}:${attachType}`;

/** Revisions are followed only where something looks at them. */
const looksAtRevisions = ({ limits, uses }: Declarations): boolean =>
  limits['revisions'] !== undefined ||
  uses.some((use) => use.args['expectedRevision'] !== undefined || use.command.op === 'query');

function treeOf(declared: Declared, types: readonly string[], declarations: Declarations, refuse: Refuse): Tree {
  const all = declared.cgroups ?? [];
  const parents = new Map(all.map(({ name, parent }) => [name, parent]));
  for (const { name, parent } of all)
    if (parent !== null && !parents.has(parent)) refuse(`cgroup "${name}" has an unknown parent "${parent}"`);
  const ancestors = (name: string): string[] => {
    const parent = parents.get(name) ?? null;
    return parent === null ? [] : [parent, ...ancestors(parent)];
  };
  const subtree = (name: string): string[] => [
    name,
    ...all.filter(({ parent }) => parent === name).flatMap((child) => subtree(child.name)),
  ];
  const remade = new Map(
    declarations.uses.filter(isOp('mkdir')).map((use) => [String(use.args['cgroup']), use.args['path']]),
  );
  const limit = declarations.limits['entries'] ?? MAX_PROGS;
  const countsRevisions = looksAtRevisions(declarations);
  return {
    cgroups: all.map(({ name, parent }) => ({
      name,
      constants: { parent: parent === null ? null : refTo('cgroup', parent), path: remade.get(name) ?? name },
    })),
    slots: all.flatMap(({ name }) =>
      types.map((attachType) => ({
        name: slotName(name, attachType),
        constants: {
          cgroup: refTo('cgroup', name),
          hook: null,
          netdev: null,
          qdisc: null,
          attachType,
          limit,
          countsRevisions,
          ancestors: ancestors(name).map((ancestor) => refTo('slot', slotName(ancestor, attachType))),
          subtree: subtree(name).map((lower) => refTo('slot', slotName(lower, attachType))),
        },
      })),
    ),
  };
}

/** Objects that uses make, with the constants that their arguments fix. */
function madeBy(declarations: Declarations, declared: Declared, refuse: Refuse): Record<string, Instance[]> {
  const made: Record<string, Instance[]> = {};
  const add = (kind: string, instance: Instance): void => {
    made[kind] = [...(made[kind] ?? []), instance];
  };
  for (const use of declarations.uses)
    for (const [kind, name] of Object.entries(use.made)) {
      if (kind === 'program') {
        const device = use.args['netdev'];
        const constants = {
          template: templateOf(use, declared, refuse),
          device: typeof device === 'string' ? refTo('netdev', device) : null,
        };
        add(kind, { name, constants });
      } else if (kind === 'link') {
        const creator = declarations.actors.includes(use.actor) ? refTo('process', use.actor) : null;
        add(kind, { name, constants: { attachType: attachTypeOf(use) ?? '', creator, asked: use.args } });
      } else if (kind === 'map')
        add(kind, { name, constants: mapConstants(declared, name, use.args['map'], declarations.uses) ?? {} });
      else add(kind, { name });
      // A socket pair has two ends.
      if (use.command.op === 'socketpair') add(kind, { name: `${name}.peer` });
    }
  for (const [kind, list] of Object.entries(made)) {
    const names = list.map(({ name }) => name);
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined) refuse(`two steps make a ${kind} named "${twice}"`, 'give each its own "as"');
  }
  return made;
}

const looksAtStorage = (uses: readonly Use[]): boolean => uses.some(isOp('map_lookup'));

/** One for each attach type in each cgroup, or one for all attach types where the key of the map says so. */
function storagesOf(declared: Declared, types: readonly string[], cgroups: readonly Instance[], uses: readonly Use[]) {
  const maps = (declared.maps ?? []).filter(({ type }) => type === 'cgroup_storage');
  const counts = looksAtStorage(uses);
  return maps.flatMap(({ name: map, key }) =>
    cgroups.flatMap(({ name: cgroup }) =>
      (key === 'cgroup' ? [null] : types).map(
        (attachType): Instance => ({
          name: [map, cgroup, ...(attachType === null ? [] : [attachType])].join('@'),
          constants: { map, cgroup: refTo('cgroup', cgroup), attachType, counts },
        }),
      ),
    ),
  );
}

/** Descriptors whose name a later step takes over: they stay open without one. */
function unnamed(uses: readonly Use[]): number {
  // A name may stand in the table of another process than the one that gave it.
  const mixed = uses.some(isOp('fork', 'clone_files', 'send_fd'));
  const given = uses.flatMap(({ command, args, actor, as }) =>
    [command.yieldsHandle ? as : undefined, ...command.handleArguments.map((argument) => args[argument])]
      .filter((name) => typeof name === 'string')
      .map((name) => (mixed ? name : `${actor} ${name}`)),
  );
  return given.length - new Set(given).size;
}

/** May a file be one of an iterator? */
const iterates = (uses: readonly Use[]): boolean =>
  uses.some(isOp('iter_create')) ||
  (uses.some(isOp('open_pin')) && uses.some(({ args }) => args['attachType'] === 'trace_iter'));

function limitsOf(
  declarations: Declarations,
  made: Record<string, Instance[]>,
  slots: readonly Instance[],
  cgroups: number,
  inodes: number,
): Population['limits'] {
  const count = (...ops: readonly string[]): number => declarations.uses.filter(isOp(...ops)).length;
  const bounded = (n: number): number => Math.min(CELL_MAX, n);
  const { actors, handles, uses } = declarations;
  const attaches = count(
    'prog_attach',
    'link_create',
    'raw_tp_open',
    'perf_event_set_bpf',
    'xdp_set',
    'tc_filter_attach',
  );
  const files = made['file']?.length ?? 0;
  const fds = bounded(handles.size + unnamed(uses) + 1);
  const revisions = slots.some(({ constants }) => constants?.['countsRevisions'] === true);
  const maps = Math.min(1, made['map']?.length ?? 0);
  return {
    // One more than the limit, so that rules which exceed it are found by the property capacity and not by a bound.
    entries: Math.min((declarations.limits['entries'] ?? MAX_PROGS) + 1, attaches + 1),
    effective: bounded(attaches + 1),
    changes: revisions ? (declarations.limits['revisions'] ?? bounded(uses.length + 1)) : 0,
    programRefs: bounded(
      files +
        attaches +
        (made['link']?.length ?? 0) +
        inodes +
        2 * actors.length +
        2 +
        count('map_update', 'prog_load') * maps,
    ),
    linkRefs: bounded(files + inodes + actors.length + 2),
    fileRefs: bounded(actors.length * Math.max(1, handles.size) + count('send_msg', 'io_uring_register') + 2),
    cssRefs: bounded((made['link']?.length ?? 0) + (made['socket']?.length ?? 0) + 2 * actors.length + 2),
    // Links and calls hold none today; a proposal may let them.
    bpfRefs: bounded((made['socket']?.length ?? 0) + cgroups + (made['link']?.length ?? 0) + 2 * actors.length),
    fds,
    handles: handles.size,
    cloexec: count('set_cloexec', 'get_cloexec', 'execve') > 0 ? fds : 0,
    messages: count('send_msg'),
    storageRuns: looksAtStorage(uses) ? bounded(count('fire', 'send') * Math.max(1, made['program']?.length ?? 0)) : 0,
    statisticRuns: count('enable_stats') > 0 ? bounded(count('fire', 'send', 'prog_test_run')) : 0,
    boundMaps: count('prog_bind_map'),
    flocks: count('flock'),
    freezable: Math.min(1, count('map_freeze')),
    mapWriters: count('map_freeze') > 0 || count('map_update', 'map_delete') > 0 ? actors.length : 0,
    iteratorKeeps: iterates(uses) ? 2 : 0,
    iterReads: count('iter_read'),
    // Only where both can be at one tracepoint does their order matter.
    rawTracepoints: bounded(count('perf_event_open') > 0 ? (made['link']?.length ?? 0) : 0),
    readOnlyFiles: maps > 0 && uses.some(({ args }) => args['rawOpenFlags'] !== undefined) ? 1 : 0,
    mapRefs: bounded(maps * (files + inodes + uses.length + 2 * actors.length + 2)),
  };
}

/** At the coarse grains an invocation is one step and needs no packet. */
function packetsOf({ grain, uses }: Declarations): Instance[] {
  if (grain !== 'lock') return [];
  return [...new Set(uses.filter(isOp('fire', 'send')).map(({ actor }) => actor))].map((owner) => ({
    name: `packet of ${owner}`,
    constants: { owner },
  }));
}

/** A link of probes knows its place by name. */
function withSlot(link: Instance, probes: ReadonlyMap<string, string>): Instance {
  const slot = probes.get(link.name);
  if (slot === undefined) return link;
  const asked = link.constants?.['asked'] as Readonly<Record<string, unknown>>;
  return { ...link, constants: { ...link.constants, asked: { ...asked, slot } } };
}

/** Bounds that are there only where a scenario has such places or maps. */
function hookLimits(
  { hooks }: HookPopulation,
  maps: readonly Instance[],
  packets: number,
  links: number,
  loads: readonly { readonly template: Template }[],
): Population['limits'] {
  const nested = loads.some(({ template }) => template.type === 'ext' || template.tailCalls.length > 0);
  const ofType = (type: string): readonly Instance[] => maps.filter(({ constants }) => constants?.['mapType'] === type);
  const longest = (...types: readonly string[]): number =>
    Math.max(0, ...types.flatMap(ofType).map(({ constants }) => constants?.['length'] as number));
  const most = (name: 'keys' | 'written' | 'members', ...types: readonly string[]): number =>
    Math.max(
      0,
      ...types
        .flatMap(ofType)
        .map(({ constants }) => (constants?.[name] as readonly unknown[] | undefined)?.length ?? 0),
    );
  const any = hooks.length > 0;
  return {
    mapEntries: Math.max(longest('prog_array', 'devmap', 'cpumap'), most('members', 'struct_ops')),
    mapDevices: longest('devmap'),
    mapKeys: most('keys', 'array', 'hash', 'cpumap'),
    mapValues: most('written', 'array', 'hash', 'cpumap'),
    structOps: ofType('struct_ops').length > 0 ? 1 : 0,
    inside: packets > 0 && nested ? loads.length : 0,
    linkReaders: any ? packets : 0,
    packetLinks: any && packets > 0 ? Math.min(CELL_MAX, links) : 0,
  };
}

export function populate(declarations: Declarations, refuse: Refuse): Population {
  const declared = declarations.objects as Declared;
  const types = attachTypes(declarations);
  const tree = treeOf(declared, types, declarations, refuse);
  const made = madeBy(declarations, declared, refuse);
  const net = netInstances(declarations, made, looksAtRevisions(declarations), refuse);
  const slots = [...tree.slots, ...net.slots];
  const bpffs = bpffsInstances(declarations, made['inode'] ?? []);
  const tables = declarations.actors.map((actor) => ({ name: `table of ${actor}` }));
  const processes = declarations.actors.map((actor) => ({
    name: actor,
    constants: { ownTable: refTo('table', `table of ${actor}`) },
  }));
  const list = (kind: string): readonly Instance[] => made[kind] ?? [];
  const loads = list('program').map(({ name, constants }) => ({
    program: name,
    template: constants?.['template'] as Template,
  }));
  const places = hooksOf(declarations, declared, loads, list('map'), net.instances.netns);
  const links = list('link').map((link) => withSlot(link, places.probes));
  const packets = packetsOf(declarations);
  return {
    instances: {
      program: list('program'),
      link: links,
      file: list('file'),
      socket: list('socket'),
      ring: list('ring'),
      map: list('map'),
      cgroup: tree.cgroups,
      slot: [...slots, ...places.slots],
      storage: storagesOf(declared, types, tree.cgroups, declarations.uses),
      ...net.instances,
      filter: list('filter'),
      table: tables,
      process: processes,
      packet: packets,
      hook: places.hooks,
      perf: places.perfs,
      collector: list('socket').some(({ name }) => name.endsWith('.peer')) ? [{ name: 'unix_gc' }] : [],
      ...bpffs.instances,
    },
    limits: {
      ...limitsOf(declarations, made, slots, tree.cgroups.length, bpffs.inodes),
      ...net.limits,
      ...hookLimits(places, list('map'), packets.length, links.length, loads),
      modeIndex: bpffs.modes,
    },
  };
}
