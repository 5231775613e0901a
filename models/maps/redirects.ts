/**
 * Maps that XDP programs send frames through, with a second program in each entry: devices and processors.
 * Kernel: kernel/bpf/devmap.c dev_map_update_elem, __dev_map_alloc_node, dev_map_notification; kernel/bpf/cpumap.c
 * cpu_map_update_elem, __cpu_map_entry_alloc; docs/observations.md obs-005, obs-006.
 */
import type { Kernel, Process, Program } from '../kernel.ts';
import { checkIndex, exchangeEntry } from '../rules/maps.ts';
import { findNetdev } from '../rules/netdev.ts';
import { descriptor } from '../rules/resolve.ts';
import type { MapType, MapValue } from './map-type.ts';
import { checkArrayUpdate, elementOf, placeOf } from './values.ts';

/** The deepest queue of a processor. */
const QSIZE_MAX = 16_384;

/** Numbers up to 0 are no program here, unlike anywhere else in bpf(2) but for 0. */
const namesProgram = ({ prog }: MapValue): boolean => prog !== null && (!('number' in prog) || prog.number > 0);

/** The program of an entry was loaded for this kind of map. One errno for all that may be wrong with it. */
function programFor(k: Kernel, actor: Process, { prog }: MapValue, attachType: string, errno: string): Program {
  const target = prog === null ? null : (descriptor(actor, prog)?.target ?? null);
  if (target?.kind !== 'program') return k.fail('value descriptor is a program', errno);
  k.check('program was loaded for entries of such a map', target.template.expectedAttachType === attachType, errno);
  return target;
}

export const devmap: MapType = {
  update(k: Kernel, update) {
    const { map, key, value, actor } = update;
    checkArrayUpdate(k, update);
    if (value.netdev === null) k.check('a program comes with a device', !namesProgram(value), 'EINVAL');
    const netdev = value.netdev === null ? null : findNetdev(k, actor, value.netdev, 'EINVAL');
    const program = namesProgram(value) ? programFor(k, actor, value, 'xdp_devmap', 'EINVAL') : null;
    map.devices.put(key, netdev);
    exchangeEntry(k, map, key, program);
  },
  delete(k: Kernel, map, key) {
    checkIndex(k, map, key, 'EINVAL');
    map.devices.put(key, null);
    exchangeEntry(k, map, key, null);
  },
  lookup(k: Kernel, map, key) {
    checkIndex(k, map, key, 'ENOENT');
    const netdev = map.devices.at(key);
    if (netdev === null) return k.fail('entry is there', 'ENOENT');
    k.returns({ netdev: netdev.name, prog: map.entries.at(key)?.name ?? null });
  },
};

export const cpumap: MapType = {
  update(k: Kernel, update) {
    const { map, key, value, actor } = update;
    checkArrayUpdate(k, update);
    const qsize = value.qsize ?? 0;
    k.check('queue is not too deep', qsize <= QSIZE_MAX, 'EOVERFLOW');
    // Whatever is wrong with the program is told as if memory had run out.
    const program = qsize > 0 && namesProgram(value) ? programFor(k, actor, value, 'xdp_cpumap', 'ENOMEM') : null;
    map.values.put(placeOf(map, key), qsize === 0 ? 0 : 1 + map.written.indexOf(qsize));
    exchangeEntry(k, map, key, program);
  },
  delete(k: Kernel, map, key) {
    checkIndex(k, map, key, 'EINVAL');
    map.values.put(placeOf(map, key), 0);
    exchangeEntry(k, map, key, null);
  },
  lookup(k: Kernel, map, key) {
    checkIndex(k, map, key, 'ENOENT');
    const value = elementOf(map, key) ?? k.fail('entry is there', 'ENOENT');
    k.returns({ value, prog: map.entries.at(key)?.name ?? null });
  },
};
