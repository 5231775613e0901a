/** Places, perf events and maps that a scenario speaks of, with their slots. */
import type { Declarations, Instance, Use } from '../src/modelling/index.ts';
import type { Declared } from './declared.ts';
import type { Flavour, HookType } from './objects/hook.ts';
import type { Template } from './objects/program.ts';
import { refTo } from './ref-to.ts';
import { WALKABLE } from './rules/maps.ts';
import {
  familyNamed,
  HOOKS_ON_THE_WAY,
  hookNamed,
  LINKED_FAMILIES,
  MAX_HOOK_COUNT,
  placeNamed,
} from './rules/netfilter.ts';

/** Tracepoints that every kernel has, for RAW_TRACEPOINT_OPEN by name. */
const TRACEPOINTS = new Set(['sys_enter', 'sys_exit', 'sched_switch', 'bpf_test_finish', 'task_newtask']);
/** Attach types of programs that are attached to functions. */
const TRAMPOLINE_TYPES = new Set(['trace_fentry', 'trace_fexit', 'modify_return', 'lsm_mac']);
const NETNS_TYPES = ['flow_dissector', 'sk_lookup'];
const SOCKMAP_TYPES = ['sk_msg_verdict', 'sk_skb_stream_parser', 'sk_skb_stream_verdict', 'sk_skb_verdict'];
/** Largest count that a cell holds. */
const CELL_MAX = 255;

export interface HookPopulation {
  readonly hooks: readonly Instance[];
  readonly perfs: readonly Instance[];
  readonly slots: readonly Instance[];
  /** Name of the slot of each link that attaches to probes, by the link's name. */
  readonly probes: ReadonlyMap<string, string>;
}

interface Load {
  readonly program: string;
  readonly template: Template;
}

class Places {
  readonly hooks = new Map<string, Instance>();
  readonly slots = new Map<string, Instance>();

  hook(name: string, type: HookType, place: string, more: Readonly<Record<string, unknown>> = {}): string {
    const constants = { type, place, program: null, map: null, netns: null, flavour: 'rcu' satisfies Flavour, ...more };
    if (!this.hooks.has(name)) this.hooks.set(name, { name, constants });
    return name;
  }

  slot(hook: string, attachType: string, limit: number = CELL_MAX): string {
    const name = `${hook}:${attachType}`;
    const constants = {
      cgroup: null,
      netdev: null,
      qdisc: null,
      hook: refTo('hook', hook),
      attachType,
      limit,
      countsRevisions: false,
      ancestors: [],
      subtree: [refTo('slot', name)],
    };
    this.slots.set(name, { name, constants });
    return name;
  }
}

/** Functions of a program that something may be attached to. */
const functionsOf = ({ mainFunc, subprogs }: Template): readonly string[] => [
  ...(mainFunc === null ? [] : [mainFunc]),
  ...subprogs.map(({ name }) => name),
];

const kindOf = ({ type, expectedAttachType }: Template): string =>
  type === 'ext' ? 'ext' : (expectedAttachType ?? '');

function tracepoints(places: Places, loads: readonly Load[], uses: readonly Use[]): void {
  const add = (tp: unknown): void => {
    if (typeof tp === 'string') places.slot(places.hook(`tracepoint ${tp}`, 'tracepoint', tp), 'trace_raw_tp');
  };
  const raw = (template: Template): boolean =>
    template.type === 'raw_tracepoint' || template.expectedAttachType === 'trace_raw_tp';
  for (const { template } of loads) if (raw(template)) add(template.attach?.tp);
  for (const { command, args } of uses)
    if (command.op === 'raw_tp_open' && TRACEPOINTS.has(String(args['tp']))) add(args['tp']);
}

/** Functions of the kernel, LSM hooks and iterators, as programs name them. */
function kernelPlaces(places: Places, loads: readonly Load[]): void {
  for (const { template } of loads) {
    const { attach, expectedAttachType } = template;
    if (typeof attach?.lsm === 'string') places.slot(places.hook(`lsm ${attach.lsm}`, 'lsm', attach.lsm), 'lsm_mac');
    if (typeof attach?.kernelFunc === 'string' && TRAMPOLINE_TYPES.has(expectedAttachType ?? ''))
      places.slot(places.hook(`function ${attach.kernelFunc}`, 'function', attach.kernelFunc), kindOf(template));
    if (typeof attach?.iter === 'string')
      places.slot(places.hook(`iterator ${attach.iter}`, 'iterator', attach.iter), 'trace_iter');
  }
}

/** Functions of programs: every program that is loaded may be a target once anything is loaded for one. */
function programPlaces(places: Places, loads: readonly Load[], uses: readonly Use[]): void {
  if (!uses.some(({ args }) => args['targetProg'] !== undefined && args['targetProg'] !== null)) return;
  const attaching = loads.filter(({ template }) => template.attach?.kernelFunc === undefined);
  const kinds = new Set(
    attaching.map(({ template }) => kindOf(template)).filter((kind) => kind === 'ext' || TRAMPOLINE_TYPES.has(kind)),
  );
  for (const { program, template } of loads)
    for (const func of functionsOf(template)) {
      const more = { program: refTo('program', program) };
      const hook = places.hook(`${program}:${func}`, 'subprogram', func, more);
      for (const kind of kinds) places.slot(hook, kind);
    }
}

/** Any map may be meant: a descriptor says nothing of its name. */
const walksMap = ({ command, args }: Use): boolean =>
  command.op === 'link_create' && args['attachType'] === 'trace_iter' && (args['map'] ?? null) !== null;
const walkable = (mapType: string | undefined): boolean => WALKABLE.has(mapType ?? '');

function mapPlaces(places: Places, declared: Declared, maps: readonly Instance[], uses: readonly Use[]): void {
  for (const { name, constants } of maps) {
    const { mapType, opsName } = (constants ?? {}) as { readonly mapType?: string; readonly opsName?: string };
    const used = (attachType: string): boolean =>
      uses.some(({ args }) => args['attachType'] === attachType) ||
      (declared.progs ?? []).some((prog) => prog['expectedAttachType'] === attachType);
    const more = { map: refTo('map', name) };
    if (mapType === 'sockmap' || mapType === 'sockhash')
      for (const attachType of SOCKMAP_TYPES.filter(used))
        places.slot(places.hook(`map ${name}`, 'struct_ops', name, more), attachType);
    if (mapType === 'struct_ops' && opsName !== undefined)
      places.slot(places.hook(`struct_ops ${opsName}`, 'struct_ops', opsName), 'struct_ops');
    if (walkable(mapType) && uses.some(walksMap))
      places.slot(places.hook(`iterator of ${name}`, 'iterator', name, more), 'trace_iter');
  }
}

/** Tracepoints and kprobes have one array for all events; other events have one each. */
function perfEvents(places: Places, uses: readonly Use[]): Instance[] {
  return uses.flatMap(({ command, args, made }) => {
    const name = made['perf'];
    if (command.op !== 'perf_event_open' || name === undefined) return [];
    const event = String(args['event']);
    const place = String(event === 'tracepoint' ? args['tp'] : event === 'kprobe' ? args['func'] : name);
    // Kprobes and tracepoints run their array under RCU tasks trace where uprobes do; others by classic RCU.
    const flavour: Flavour = event === 'cpu_clock' ? 'rcu' : 'tasks-trace';
    const hook = places.hook(`perf ${event} ${place}`, 'perf', place, { flavour });
    return [{ name, constants: { event, slot: refTo('slot', places.slot(hook, 'perf_event')) } }];
  });
}

function probes(places: Places, uses: readonly Use[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const { command, args, made } of uses) {
    const { attachType } = args;
    const link = made['link'];
    if (command.op !== 'link_create' || link === undefined) continue;
    if (attachType !== 'trace_kprobe_multi' && attachType !== 'trace_uprobe_multi') continue;
    const place = JSON.stringify(args['syms'] ?? args['addrs'] ?? '');
    const flavour: Flavour = attachType === 'trace_uprobe_multi' ? 'tasks-trace' : 'rcu';
    const hook = places.hook(`probe ${place}`, 'probe', place.replace(/["[\]]/g, ''), { flavour });
    found.set(link, places.slot(hook, attachType));
  }
  return found;
}

/** Every namespace has the hooks that the scenario speaks of. */
function netnsPlaces(places: Places, netns: readonly Instance[], uses: readonly Use[]): void {
  const spoken = new Set(uses.flatMap(({ args }) => [args['attachType'], args['hook']]));
  for (const attachType of NETNS_TYPES)
    if (spoken.has(attachType))
      for (const { name } of netns)
        places.slot(places.hook(name, 'netns', name, { netns: refTo('netns', name) }), attachType);
}

/** Every namespace has the netfilter hooks that the scenario attaches to, in the order in which a datagram meets them. */
function netfilterPlaces(places: Places, netns: readonly Instance[], { uses, limits }: Declarations): void {
  const written = (raw: unknown): string | number | null => (raw ?? null) as string | number | null;
  const spoken = new Set(
    uses
      .filter(({ command, args }) => command.op === 'link_create' && args['attachType'] === 'netfilter')
      .map(({ args }) => placeNamed(familyNamed(written(args['pf'])) ?? '', hookNamed(written(args['hooknum'])) ?? '')),
  );
  const all = LINKED_FAMILIES.flatMap((pf) => HOOKS_ON_THE_WAY.map((hook) => placeNamed(pf, hook)));
  for (const { name } of netns)
    for (const place of all.filter((candidate) => spoken.has(candidate)))
      places.slot(
        places.hook(`${name} ${place}`, 'netfilter', place, { netns: refTo('netns', name) }),
        'netfilter',
        limits['entries'] ?? MAX_HOOK_COUNT,
      );
}

export function hooksOf(
  declarations: Declarations,
  declared: Declared,
  loads: readonly Load[],
  maps: readonly Instance[],
  netns: readonly Instance[],
): HookPopulation {
  const places = new Places();
  const { uses } = declarations;
  tracepoints(places, loads, uses);
  kernelPlaces(places, loads);
  programPlaces(places, loads, uses);
  mapPlaces(places, declared, maps, uses);
  netnsPlaces(places, netns, uses);
  netfilterPlaces(places, netns, declarations);
  const perfs = perfEvents(places, uses);
  const named = probes(places, uses);
  return { hooks: [...places.hooks.values()], perfs, slots: [...places.slots.values()], probes: named };
}

const numbersIn = (values: readonly unknown[]): readonly number[] => [
  ...new Set(values.filter((value) => typeof value === 'number')),
];

/** Numbers that a value of a map may be: a plain one, or the queue of a processor. */
function writtenBy(value: unknown): readonly unknown[] {
  const { number, qsize } = (value ?? {}) as { readonly number?: unknown; readonly qsize?: unknown };
  return [value, number, qsize];
}

/** Constants of a map: its kind, its length, and what a struct_ops map registers. */
export function mapConstants(
  declared: Declared,
  name: string,
  template: unknown,
  uses: readonly Use[],
): Instance['constants'] {
  const found = (declared.maps ?? []).find((map) => map.name === template);
  const filled = uses.find(({ command, args }) => command.op === 'map_update' && args['map'] === name);
  const value = filled?.args['value'] as { readonly name?: string; readonly members?: object } | undefined;
  const touched = uses.filter(({ command }) => /^map_(?:update|delete|lookup)$/.test(command.op));
  return {
    keys: numbersIn(touched.map(({ args }) => args['key'] ?? 0)),
    written: numbersIn(touched.flatMap(({ args }) => writtenBy(args['value']))),
    mapType: found?.type ?? '',
    length: typeof found?.['maxEntries'] === 'number' ? found['maxEntries'] : 1,
    byLink: found?.['linkFlag'] === true,
    members: Object.keys(value?.members ?? {}),
    ...(value?.name === undefined ? {} : { opsName: value.name }),
  };
}
