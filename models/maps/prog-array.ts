/** Prog arrays: whoever may write the map overrides an entry; nothing is compared and nobody is told. Facts link-core 11, lt-004–018. */
import type { Kernel } from '../kernel.ts';
import { becomeOwner, checkCompatible, checkIndex, exchangeEntry } from '../rules/maps.ts';
import { resolveProgram } from '../rules/resolve.ts';
import type { MapType, MapUpdate } from './map-type.ts';

/** bpf_fd_array_map_update_elem, prog_fd_array_get_ptr */
function update(k: Kernel, { map, key, value, flags, actor }: MapUpdate): void {
  k.check('flags are BPF_ANY', flags === 0, 'EINVAL');
  checkIndex(k, map, key, 'E2BIG');
  const program = resolveProgram(k, actor, value.prog, 'value');
  // prog_fd_array_get_ptr: an array that nobody used yet is of the kind of the first, even if that may not enter in the end.
  if (program.template.type !== 'ext' || !k.has('extended-not-in-arrays')) {
    checkCompatible(k, map, program);
    becomeOwner(map, program);
  }
  k.rules.mayEnterArray(k, program);
  // No owner, nothing compared (facts lt-006).
  exchangeEntry(k, map, key, program);
}

export const progArray: MapType = {
  update,
  delete(k: Kernel, map, key) {
    checkIndex(k, map, key, 'E2BIG');
    k.check('entry is there', map.entries.at(key) !== null, 'ENOENT');
    exchangeEntry(k, map, key, null);
  },
  // A lookup gives the id of the program, not a descriptor.
  lookup(k: Kernel, map, key) {
    checkIndex(k, map, key, 'ENOENT');
    const program = map.entries.at(key);
    if (program === null) return k.fail('entry is there', 'ENOENT');
    k.returns({ prog: program.name });
  },
};
