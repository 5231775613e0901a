/** Entries of maps: written, deleted and looked up by whoever has a descriptor of the map (models/maps). */
import { ref } from '../../src/modelling/index.ts';
import { type BpfMap, command, type Kernel, type Process } from '../kernel.ts';
import { mapTypeOf } from '../maps/index.ts';
import { ATTR, checkAttr, checkMayCall } from '../rules/attr.ts';
import { getMap, mapFile, putMap } from '../rules/maps.ts';
import { bpfCapable } from '../rules/privileges.ts';
import { descriptor, type Handle } from '../rules/resolve.ts';

/** A map that this descriptor may write (facts lt-035–037). */
function writable(k: Kernel, process: Process, handle: Handle | null): BpfMap {
  const { file, map } = mapFile(k, process, handle, 'descriptor');
  k.check('descriptor may write', file.readOnly === 0 && map.frozen === 0, 'EPERM');
  return map;
}

const WRITE_REGISTERS = { map: ref('map') };

interface WriteCall {
  readonly actor: Process;
  readonly args: { readonly map: Handle | null; readonly attr: unknown };
  readonly frame: { map: BpfMap | null };
}

/** Counts the call among the writers of its map, before anything else is asked (bpf_map_write_active_inc; obs-048). */
function startWriting(k: Kernel, { actor, args, frame }: WriteCall): void {
  checkAttr(k, actor, args.attr);
  const target = args.map === null ? null : (descriptor(actor, args.map)?.target ?? null);
  if (target?.kind !== 'map') return;
  target.writers += 1;
  getMap(k, target, `write of ${actor.name}`);
  frame.map = target;
}

function endWriting(k: Kernel, { actor, frame }: WriteCall): void {
  const { map } = frame;
  if (map === null) return;
  map.writers -= 1;
  putMap(k, map, `write of ${actor.name}`);
}

/** Before 6.5 whoever has CAP_BPF may freeze a map, through a descriptor of any kind. */
function freezable(k: Kernel, process: Process, handle: Handle | null): BpfMap {
  const { map } = mapFile(k, process, handle, 'descriptor');
  k.check('nobody writes', map.writers === 0, 'EBUSY');
  k.check('is not frozen', map.frozen === 0, 'EBUSY');
  k.check('may use BPF', bpfCapable(process), 'EPERM');
  return map;
}

const KEYED = {
  map: { shape: 'handle' },
  key: { shape: 'integer', optional: true },
} as const;

export const mapUpdate = command({
  op: 'map_update',
  name: 'BPF_MAP_UPDATE_ELEM',
  cites: 'kernel/bpf/syscall.c map_update_elem; facts link-core 11, 12.7, lt-004–014',
  args: {
    ...KEYED,
    value: {
      shape: 'record',
      bare: 'number',
      parts: {
        number: { shape: 'integer', optional: true },
        prog: { shape: 'handle', optional: true },
        netdev: { shape: 'object', kind: 'netdev', optional: true },
        qsize: { shape: 'integer', optional: true },
        name: { shape: 'word', optional: true },
        members: { shape: 'named', of: { shape: 'handle' }, optional: true },
      },
    },
    flags: { shape: 'flags', optional: true },
    attr: ATTR,
  },
  registers: WRITE_REGISTERS,
  steps: {
    start: startWriting,
    update(k: Kernel, { args: { map, key, value, flags }, actor }) {
      const target = writable(k, actor, map);
      mapTypeOf(k, target).update(k, { map: target, key, value, flags, actor });
    },
  },
  cleanup: endWriting,
});

export const mapDelete = command({
  op: 'map_delete',
  name: 'BPF_MAP_DELETE_ELEM',
  cites: 'kernel/bpf/syscall.c map_delete_elem; facts link-core 11, 12.7, lt-016–018',
  args: { ...KEYED, attr: ATTR },
  registers: WRITE_REGISTERS,
  steps: {
    start: startWriting,
    delete(k: Kernel, { args, actor }) {
      const map = writable(k, actor, args.map);
      mapTypeOf(k, map).delete(k, map, args.key);
    },
  },
  cleanup: endWriting,
});

export const mapFreeze = command({
  op: 'map_freeze',
  name: 'BPF_MAP_FREEZE',
  cites: 'kernel/bpf/syscall.c map_freeze; facts link-core 11, lt-036, lt-037; docs/observations.md obs-010',
  args: { map: { shape: 'handle' }, attr: ATTR },
  steps: {
    freeze(k: Kernel, { args, actor }) {
      checkAttr(k, actor, args.attr);
      // A second time the map itself takes the right to write away: EPERM, and EBUSY never shows.
      const byWriters = k.has('freeze-by-writers');
      const map = byWriters ? writable(k, actor, args.map) : freezable(k, actor, args.map);
      if (byWriters) k.check('nobody writes', map.writers === 0, 'EBUSY');
      map.frozen = 1;
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
      const { map: target } = mapFile(k, actor, args.map, 'descriptor');
      if (typeof args.key === 'number') return mapTypeOf(k, target).lookup(k, target, args.key);
      const { cgroup, attachType } = args.key as { readonly cgroup: string; readonly attachType?: string };
      const storage = k.all.storage.find(
        (one) =>
          one.map === target.name &&
          one.cgroup?.name === cgroup &&
          (one.attachType === null || one.attachType === attachType),
      );
      if (storage?.present !== true) return k.fail('storage exists', 'ENOENT');
      if (storage.counts) k.returns({ value: storage.runs });
    },
  },
});
