/**
 * Links of struct_ops: what is attached is a map, under the name that it carries. Kernel: kernel/bpf/bpf_struct_ops.c
 * bpf_struct_ops_link_create, bpf_struct_ops_map_link_update, bpf_struct_ops_map_link_detach; net/ipv4/bpf_tcp_ca.c. Facts link-core 4.2, 4.3, 12.7, 15 B1.
 */
import type { BpfMap, Kernel, Link } from '../kernel.ts';
import { getMap, putMap, resolveMap } from '../rules/maps.ts';
import { insertAt, removeAt } from '../rules/trampoline.ts';
import type { LinkCreate, LinkType } from './link-type.ts';

/** bpf_struct_ops_valid_to_reg: a struct_ops map that registers by a link, and whose value is there. */
function checkRegistrable(k: Kernel, map: BpfMap): void {
  k.check('map is a struct_ops map', map.mapType === 'struct_ops' && map.byLink, 'EINVAL');
  k.check('map is filled', map.filled === 1, 'EINVAL');
}

/** Where a map registers: a name, as tcp_register_congestion_control takes each once. */
export function opsSlot(k: Kernel, map: BpfMap) {
  const slot = k.all.slot.find(({ hook }) => hook?.type === 'struct_ops' && hook.place === map.opsName);
  return slot ?? k.broken('slot', `no place for ${map.name}`);
}

function resolve(k: Kernel, { args, frame, actor }: LinkCreate): void {
  // Without them a program is looked for: what is not open is EBADF there as well, and a map is none.
  const map = resolveMap(k, actor, args.structOpsMap);
  k.check('attach type has links', k.has('struct-ops-link'), 'EINVAL');
  checkRegistrable(k, map);
  getMap(k, map, `LINK_CREATE of ${actor.name}`);
  frame.target = map;
}

function attach(k: Kernel, { frame, made }: LinkCreate): void {
  const { target } = frame;
  if (target?.kind !== 'map') return;
  const slot = opsSlot(k, target);
  k.check('name is free', slot.entries.length === 0, 'EEXIST');
  made.link.map.append(target);
  insertAt(k, slot, 0, made.link);
  made.link.slot = slot;
  made.link.fire('ATTACH');
  frame.target = null;
}

function detach(k: Kernel, link: Link): void {
  if (link.slot === null) return;
  removeAt(k, link);
  const map = link.map.at(0);
  link.map.clear();
  putMap(k, map, `link ${link.name}`);
}

/** Registrable, liveness, old map, then the subsystem (facts link-core 4.3). */
function updateMap(k: Kernel, link: Link, next: BpfMap, old: BpfMap | null): void {
  checkRegistrable(k, next);
  if (link.slot === null) k.fail('link is attached', 'ENOLINK');
  const map = link.map.at(0);
  k.check('old map is the current one', old === null || old === map, 'EPERM');
  k.check('new map has the same name', next.opsName === map.opsName, 'EINVAL');
  // The subsystem adds the new element before it deletes the old one, which is the same: a kernel BUG (facts link-core 15 B1).
  if (next === map) k.exceeded(`LINK_UPDATE of ${link.name} to the map that it has: the kernel does not survive it`);
  getMap(k, next, `link ${link.name}`);
  link.map.clear();
  link.map.append(next);
  putMap(k, map, `link ${link.name}`);
}

export const structOpsLink: LinkType = {
  name: 'struct_ops',
  lock: 'update_mutex',
  attachTypes: { struct_ops: 'struct_ops' },
  create: { check() {}, resolve, attach, primesFirst: true, settlesUnderLock: false, fromMap: true },
  update: null,
  updateMap,
  detach,
  release: detach,
  info: (link) => ({ map: link.map.length === 0 ? null : link.map.at(0).name }),
};
