/** The one value of a struct_ops map: where it registers, and that without BPF_F_LINK nobody owns the registration. Facts link-core 12.7. */
import type { BoundHandle, BpfMap, Kernel, Process, Program, Slot } from '../kernel.ts';
import { opsSlot } from '../links/struct-ops.ts';
import { exchangeEntry, getMap, putMap } from '../rules/maps.ts';
import { resolveProgram } from '../rules/resolve.ts';
import type { MapType } from './map-type.ts';

/** Does the map hold this name by its value, and not by a link? */
const registers = ({ byLink, filled, opsName }: BpfMap, name: string | undefined): boolean =>
  !byLink && filled === 1 && opsName === name;

/** Programs of the value that is registered under a name, by a link or without. */
export function membersAt(k: Kernel, slot: Slot): readonly Program[] {
  const entry = slot.entries.length === 0 ? null : slot.entries.at(0);
  const map =
    entry?.kind === 'link' && entry.map.length > 0
      ? entry.map.at(0)
      : k.all.map.find((other) => registers(other, slot.hook?.place));
  return [...(map?.entries ?? [])].filter((program) => program !== null);
}

const registered = (k: Kernel, map: BpfMap): boolean =>
  k.all.map.some((other) => other !== map && registers(other, map.opsName));

/** A member is a program of the same kind, and the map holds it. */
function memberFor(k: Kernel, actor: Process, handle: BoundHandle | null): Program {
  const program = resolveProgram(k, actor, handle, 'member');
  k.check('member is a struct_ops program', program.template.type === 'struct_ops', 'EINVAL');
  return program;
}

export const structOps: MapType = {
  /** bpf_struct_ops_map_update_elem; where it cannot register, the map is as empty as before (obs-044). */
  update(k: Kernel, { map, value, actor }) {
    k.check('value is not there yet', map.filled === 0, 'EBUSY');
    const programs = Object.values(value.members ?? {}).map((handle) => memberFor(k, actor, handle));
    const isFree = (): boolean => opsSlot(k, map).entries.length === 0 && !registered(k, map);
    k.check('name is free', map.byLink || isFree(), 'EEXIST');
    for (const [place, program] of programs.entries()) exchangeEntry(k, map, place, program);
    map.filled = 1;
    if (!map.byLink) getMap(k, map, 'its registration');
  },
  /** bpf_struct_ops_map_delete_elem: a registration without a link is undone once; what a link registered goes with the link. */
  delete(k: Kernel, map) {
    k.check('registers without a link', !map.byLink, 'EOPNOTSUPP');
    k.check('value is there', map.filled !== 0, 'ENOENT');
    k.check('is registered', map.filled === 1, 'EINPROGRESS');
    map.filled = 2;
    putMap(k, map, 'its registration');
  },
  lookup: (k) => k.fail('entry is there', 'ENOENT'),
};
