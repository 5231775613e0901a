/**
 * Maps: references and users, prog arrays with their entries, and what a program that uses a map holds.
 * Kernel: kernel/bpf/syscall.c bpf_map_put, bpf_map_put_uref; kernel/bpf/arraymap.c prog_fd_array_get_ptr, prog_array_map_clear. Facts link-core 2.4, 11.
 */
import type { BoundHandle, BpfMap, Kernel, Netdev, OpenFile, Process, Program } from '../kernel.ts';
import { mapsNamedBy } from '../templates.ts';
import { attachTypeOf } from './expected-attach-type.ts';
import { getProgram, putProgram } from './references.ts';
import { descriptor, isStdin } from './resolve.ts';

/** Maps whose elements an iterator walks (bpf_iter_attach_map). */
export const WALKABLE: ReadonlySet<string> = new Set(['hash', 'array']);

export const SOCKMAPS: ReadonlySet<string> = new Set(['sockmap', 'sockhash']);

export function getMap(k: Kernel, map: BpfMap, why: string): void {
  k.get(map, 'refs', { why });
}

export function putMap(k: Kernel, map: BpfMap, why: string): void {
  k.put(map, 'refs', { why });
}

/** A user: a descriptor, a pin, a link. It holds the map as well. */
export function getUser(k: Kernel, map: BpfMap, why: string): void {
  k.get(map, 'users', { why, what: `users of map ${map.name}` });
  getMap(k, map, why);
}

export function putUser(k: Kernel, map: BpfMap, why: string): void {
  k.put(map, 'users', { why, what: `users of map ${map.name}` }, () => k.rules.mapLostUsers(k, map));
  putMap(k, map, why);
}

const hasEntries = (map: BpfMap): boolean => [...map.entries].some((entry) => entry !== null);

/**
 * Without users a prog array is cleared by a work item, which holds it until then (seen on 6.18.44: its id can be opened), although
 * programs may go on using it (facts lt-021, lt-026). What was attached to a sockmap without a link goes at once
 * (net/core/sock_map.c sock_map_release_progs; seen on 6.18.44).
 */
export function mapLostUsers(k: Kernel, map: BpfMap): void {
  if (map.mapType === 'prog_array') {
    // prog_array_map_clear takes a reference and then queues the work; where it is queued already nobody ever puts it (obs-024).
    getMap(k, map, map.clearing === 0 ? 'its clearing' : 'a clearing that is queued already');
    map.clearing = 1;
  }
  if (!SOCKMAPS.has(map.mapType)) return;
  for (const slot of k.all.slot)
    for (const entry of slot.hook?.map === map ? [...slot.entries] : [])
      if (entry.kind === 'program') {
        k.rules.removeEntry(k, slot, entry);
        putProgram(k, entry, `map ${map.name}`);
      }
}

/** Is there anything for the work items of the map to do: the clearing, or the end of the map itself? */
export const mustClear = (map: BpfMap): boolean =>
  map.clearing > 0 || (map.created && map.refs === 0 && hasEntries(map));

export function clearEntries(k: Kernel, map: BpfMap): void {
  for (let key = 0; key < map.entries.length; key++) exchangeEntry(k, map, key, null);
  if (map.clearing === 0) return;
  map.clearing = 0;
  putMap(k, map, 'its clearing');
}

/** Puts a program, or none, in the place of what an entry has. */
export function exchangeEntry(k: Kernel, map: BpfMap, key: number, program: Program | null): void {
  const why = `entry ${key} of ${map.name}`;
  if (program !== null) getProgram(k, program, why);
  const old = map.entries.at(key);
  map.entries.put(key, program);
  if (old !== null) putProgram(k, old, why);
}

/** dev_map_notification: entries of a device go with it, when it is unregistered or leaves its namespace. */
export function forgetDevice(k: Kernel, netdev: Netdev): void {
  for (const map of k.all.map)
    for (let key = 0; key < map.devices.length; key++)
      if (map.devices.at(key) === netdev) {
        map.devices.put(key, null);
        exchangeEntry(k, map, key, null);
      }
}

/** A descriptor of a map, and the map: closed EBADF, another kind of file EINVAL, as descriptor 0. */
export function mapFile(
  k: Kernel,
  process: Process,
  handle: BoundHandle | null,
  what: string,
): { readonly file: OpenFile; readonly map: BpfMap } {
  if (handle === null || isStdin(handle)) return k.fail(`${what} is a map`, 'EINVAL');
  const file = descriptor(process, handle);
  if (file === null) return k.fail(`${what} is open`, 'EBADF');
  const { target } = file;
  return target?.kind === 'map' ? { file, map: target } : k.fail(`${what} is a map`, 'EINVAL');
}

/** bpf_map_get of a handle. */
export const resolveMap = (k: Kernel, process: Process, handle: BoundHandle | null, what = 'map'): BpfMap =>
  mapFile(k, process, handle, `${what} descriptor`).map;

/** The type that an array takes a program for: an extension for that of its target (resolve_prog_type). */
const runsAs = (k: Kernel, program: Program): string => {
  const { type } = program.template;
  return type === 'ext' && k.has('ext-runs-as-target') ? (program.target?.program?.template.type ?? 'ext') : type;
};

export const checkIndex = (k: Kernel, map: BpfMap, key: number, errno: string): void =>
  k.check('index is in the map', key >= 0 && key < map.length, errno);

/** Types whose programs also have to be for functions of one prototype: a function of the kernel, or of one program. */
const OF_FUNCTIONS = new Set(['tracing', 'lsm']);
const prototypeOf = ({ template: { attach }, target }: Program): string =>
  attach === null ? (target?.program?.name ?? '') : Object.entries(attach).flat().join(' ');

/** All programs of a prog array, and all that tail-call through it, are of one kind (bpf_prog_map_compatible). */
export function checkCompatible(k: Kernel, map: BpfMap, program: Program): void {
  if (map.owner.length === 0) return;
  const owner = map.owner.at(0);
  const type = runsAs(k, program);
  k.check('programs of the array are of one type', runsAs(k, owner) === type, 'EINVAL');
  if (!k.has('arrays-by-attach-type')) return;
  k.check('they are for one attach type', attachTypeOf(owner) === attachTypeOf(program), 'EINVAL');
  const same = !OF_FUNCTIONS.has(type) || prototypeOf(owner) === prototypeOf(program);
  k.check('they are for functions of one prototype', same, 'EINVAL');
}

export function becomeOwner(map: BpfMap, program: Program): void {
  if (map.owner.length === 0) map.owner.append(program);
}

/** `prog_array_member_cnt`: in how many entries of prog arrays the program stands. */
export const timesInArrays = (k: Kernel, program: Program): number =>
  k.all.map.reduce((sum, map) => sum + [...map.entries].filter((entry) => entry === program).length, 0);

/** Neither an extension nor an extended program may be tail-called (facts tr-084–091); before, both might (obs-047). */
export function mayEnterArray(k: Kernel, program: Program): void {
  if (!k.has('extended-not-in-arrays')) return;
  k.check('no extension in a prog array', program.template.type !== 'ext', 'EINVAL');
  k.check('program is not extended', program.isExtended === 0, 'EBUSY');
}

/** Maps that a program holds by its instructions: those that it tail-calls through, and its cgroup storage. */
export function mapsOf(k: Kernel, { template }: Program): readonly BpfMap[] {
  const named = mapsNamedBy(template);
  return named.length === 0 ? [] : k.all.map.filter(({ name }) => named.includes(name));
}
