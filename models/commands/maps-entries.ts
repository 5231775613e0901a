/** Entries of maps: prog arrays, whose entries anybody with the map overrides, and values of struct_ops maps. */
import { type BpfMap, command, type Kernel, type OpenFile, type Process } from '../kernel.ts';
import { opsSlot } from '../links/struct-ops.ts';
import { ATTR, checkAttr, checkMayCall } from '../rules/attr.ts';
import { only } from '../rules/flags.ts';
import { becomeOwner, checkCompatible, getMap, putMap } from '../rules/maps.ts';
import { getProgram, putProgram } from '../rules/references.ts';
import { descriptor, type Handle, resolveProgram } from '../rules/resolve.ts';

function fileOf(k: Kernel, process: Process, handle: Handle | null): { file: OpenFile; map: BpfMap } {
  const file = handle === null ? null : descriptor(process, handle);
  if (file === null) return k.fail('descriptor is open', 'EBADF');
  const { target } = file;
  return target?.kind === 'map' ? { file, map: target } : k.fail('descriptor is a map', 'EINVAL');
}

/** A map that this descriptor may write (facts lt-035–037). */
function writable(k: Kernel, process: Process, handle: Handle | null): BpfMap {
  const { file, map } = fileOf(k, process, handle);
  k.check('descriptor may write', file.readOnly === 0 && map.frozen === 0, 'EPERM');
  return map;
}

const KEYED = {
  map: { shape: 'handle' },
  key: { shape: 'integer', optional: true },
} as const;

export const mapUpdate = command({
  op: 'map_update',
  name: 'BPF_MAP_UPDATE_ELEM',
  cites:
    'kernel/bpf/arraymap.c bpf_fd_array_map_update_elem, prog_fd_array_get_ptr; kernel/bpf/bpf_struct_ops.c bpf_struct_ops_map_update_elem; facts link-core 11, 12.7, lt-004–014',
  args: {
    ...KEYED,
    value: {
      shape: 'record',
      parts: {
        prog: { shape: 'handle', optional: true },
        name: { shape: 'word', optional: true },
        members: { shape: 'json', optional: true },
      },
    },
    flags: { shape: 'flags', optional: true },
    attr: ATTR,
  },
  steps: {
    update(k: Kernel, { args, actor }) {
      checkAttr(k, actor, args.attr);
      const map = writable(k, actor, args.map);
      if (map.mapType === 'struct_ops') return fillOps(k, map);
      k.check('map is a prog array', map.mapType === 'prog_array', 'EINVAL');
      k.check('flags are BPF_ANY', only(args.flags, 0), 'EINVAL');
      k.check('index is in the array', args.key < map.length, 'E2BIG');
      const program = resolveProgram(k, actor, args.value.prog, 'value');
      k.rules.mayEnterArray(k, program);
      checkCompatible(k, map, program);
      becomeOwner(map, program);
      getProgram(k, program, `entry ${args.key} of ${map.name}`);
      // An exchange: no owner, nothing compared (facts lt-006).
      const old = map.entries.at(args.key);
      map.entries.put(args.key, program);
      if (old !== null) putProgram(k, old, `entry ${args.key} of ${map.name}`);
    },
  },
});

/** Without BPF_F_LINK the value registers itself, and nobody owns the registration (facts link-core 12.7). */
function fillOps(k: Kernel, map: BpfMap): void {
  k.check('value is not there yet', map.filled === 0, 'EBUSY');
  map.filled = 1;
  if (map.byLink) return;
  const slot = opsSlot(k, map);
  k.check('name is free', slot.entries.length === 0 && !registered(k, map), 'EEXIST');
  getMap(k, map, 'its registration');
}

const registered = (k: Kernel, map: BpfMap): boolean =>
  k.all.map.some((other) => other !== map && !other.byLink && other.filled === 1 && other.opsName === map.opsName);

export const mapDelete = command({
  op: 'map_delete',
  name: 'BPF_MAP_DELETE_ELEM',
  cites:
    'kernel/bpf/arraymap.c fd_array_map_delete_elem; kernel/bpf/bpf_struct_ops.c bpf_struct_ops_map_delete_elem; facts link-core 11, 12.7, lt-016–018',
  args: { ...KEYED, attr: ATTR },
  steps: {
    delete(k: Kernel, { args, actor }) {
      checkAttr(k, actor, args.attr);
      const map = writable(k, actor, args.map);
      if (map.mapType === 'struct_ops') return unregister(k, map);
      k.check('map is a prog array', map.mapType === 'prog_array', 'EINVAL');
      k.check('index is in the array', args.key < map.length, 'E2BIG');
      const program = map.entries.at(args.key);
      if (program === null) return k.fail('entry is there', 'ENOENT');
      map.entries.put(args.key, null);
      putProgram(k, program, `entry ${args.key} of ${map.name}`);
    },
  },
});

/** A registration without a link is undone once; what a link registered goes with the link. */
function unregister(k: Kernel, map: BpfMap): void {
  k.check('registers without a link', !map.byLink, 'EOPNOTSUPP');
  k.check('value is there', map.filled !== 0, 'ENOENT');
  k.check('is registered', map.filled === 1, 'EINPROGRESS');
  map.filled = 2;
  putMap(k, map, 'its registration');
}

export const mapFreeze = command({
  op: 'map_freeze',
  name: 'BPF_MAP_FREEZE',
  cites: 'kernel/bpf/syscall.c map_freeze; facts link-core 11, lt-036, lt-037',
  args: { map: { shape: 'handle' }, attr: ATTR },
  steps: {
    freeze(k: Kernel, { args, actor }) {
      checkAttr(k, actor, args.attr);
      // A second time the map itself takes the right to write away: EPERM, and EBUSY never shows (seen on 6.18.44).
      writable(k, actor, args.map).frozen = 1;
    },
  },
});

export const mapLookup = command({
  op: 'map_lookup',
  name: 'BPF_MAP_LOOKUP_ELEM',
  cites:
    'kernel/bpf/local_storage.c cgroup_storage_lookup; kernel/bpf/arraymap.c bpf_fd_array_map_lookup_elem; facts cgroup 2, S01–S06, link-core 11, lt-008, lt-015',
  args: { map: { shape: 'handle' }, key: { shape: 'json' } },
  steps: {
    lookup(k: Kernel, { args, actor }) {
      checkMayCall(k, actor);
      const target = args.map === null ? null : (descriptor(actor, args.map)?.target ?? null);
      if (target?.kind !== 'map') return k.fail('descriptor is a map', 'EBADF');
      if (typeof args.key === 'number') return lookUpProgram(k, target, args.key);
      const { cgroup, attachType } = args.key as { readonly cgroup: string; readonly attachType: string };
      const storage = k.all.storage.find(
        ({ map, slot }) => map === target.name && slot?.cgroup?.name === cgroup && slot.attachType === attachType,
      );
      k.check('storage exists', storage?.present === true, 'ENOENT');
    },
  },
});

/** A lookup gives the id of the program, not a descriptor. */
function lookUpProgram(k: Kernel, map: BpfMap, index: number): void {
  k.check('index is in the array', index < map.length, 'ENOENT');
  const program = map.entries.length > index ? map.entries.at(index) : null;
  if (program === null) k.fail('entry is there', 'ENOENT');
  k.returns({ prog: program.name });
}
