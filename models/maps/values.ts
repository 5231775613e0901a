/**
 * Arrays and hashes of plain values. Only what a trace writes and reads back is followed, by the keys that it speaks of.
 * Kernel: kernel/bpf/arraymap.c array_map_update_elem, kernel/bpf/hashtab.c htab_map_update_elem; docs/observations.md obs-003, obs-004.
 */
import type { BpfMap, Kernel } from '../kernel.ts';
import { checkIndex } from '../rules/maps.ts';
import { BPF_EXIST, BPF_NOEXIST, type MapType, type MapUpdate } from './map-type.ts';

/** Where the value of a key stands; every key that is spoken of has a place. */
export const placeOf = (map: BpfMap, key: number): number => map.keys.indexOf(key);
/** The value under a key; undefined where none was written. */
export function elementOf(map: BpfMap, key: number): number | undefined {
  const place = placeOf(map, key);
  return place < 0 ? undefined : map.written[map.values.at(place) - 1];
}

function write(k: Kernel, { map, key, value }: MapUpdate): void {
  map.values.put(placeOf(map, key), 1 + map.written.indexOf(value.number ?? k.fail('value is given', 'EFAULT')));
}

function checkFlags(k: Kernel, flags: number): void {
  k.check('flags are known', flags >= 0 && flags <= BPF_EXIST, 'EINVAL');
}

/** Where every entry is there from the start: array_map_update_elem, dev_map_update_elem, cpu_map_update_elem. */
export function checkArrayUpdate(k: Kernel, { map, key, flags }: MapUpdate): void {
  checkFlags(k, flags);
  checkIndex(k, map, key, 'E2BIG');
  k.check('entries are always there', flags !== BPF_NOEXIST, 'EEXIST');
}

export const array: MapType = {
  update(k: Kernel, update) {
    checkArrayUpdate(k, update);
    write(k, update);
  },
  delete: (k) => k.fail('elements of an array can go', 'EINVAL'),
  lookup(k: Kernel, map, key) {
    checkIndex(k, map, key, 'ENOENT');
    k.returns({ value: elementOf(map, key) ?? 0 });
  },
};

const filled = (map: BpfMap): number => [...map.values].filter((value) => value > 0).length;

export const hash: MapType = {
  update(k: Kernel, update) {
    const { map, key, flags } = update;
    checkFlags(k, flags);
    const there = elementOf(map, key) !== undefined;
    k.check('element is not there yet', !there || flags !== BPF_NOEXIST, 'EEXIST');
    k.check('element is there', there || flags !== BPF_EXIST, 'ENOENT');
    k.check('hash has room', there || filled(map) < map.length, 'E2BIG');
    write(k, update);
  },
  delete(k: Kernel, map, key) {
    k.check('element is there', elementOf(map, key) !== undefined, 'ENOENT');
    map.values.put(placeOf(map, key), 0);
  },
  lookup: (k: Kernel, map, key) => k.returns({ value: elementOf(map, key) ?? k.fail('element is there', 'ENOENT') }),
};
