/** Every type of maps whose entries the models follow, by the vocabulary's name. */
import type { BpfMap, Kernel } from '../kernel.ts';
import type { MapType } from './map-type.ts';
import { progArray } from './prog-array.ts';
import { cpumap, devmap } from './redirects.ts';
import { sockhash, sockmap } from './sockmap.ts';
import { structOps } from './struct-ops.ts';
import { array, hash } from './values.ts';

const MAP_TYPES: Readonly<Record<string, MapType>> = {
  prog_array: progArray,
  struct_ops: structOps,
  array,
  hash,
  devmap,
  cpumap,
  sockmap,
  sockhash,
};

/** Of other types nothing is followed: what bpf(2) cannot write from outside says EINVAL. */
export function mapTypeOf(k: Kernel, map: BpfMap): MapType {
  const found = Object.hasOwn(MAP_TYPES, map.mapType) ? MAP_TYPES[map.mapType] : undefined;
  return found ?? k.fail('entries of the map can be written', 'EINVAL');
}
