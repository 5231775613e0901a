/**
 * Programs attached to sockmaps without a link: they belong to the map. Kernel: net/core/sock_map.c sock_map_get_from_fd,
 * sock_map_prog_detach, sock_map_bpf_prog_query. Facts link-core 12.6, mx-383, mx-384.
 */
import type { BpfMap, Kernel, Process, Program } from '../kernel.ts';
import { SOCKMAP_ATTACH_TYPES, sockmapSlot } from '../links/sockmap.ts';
import { only } from '../rules/flags.ts';
import { getMap, resolveMap, SOCKMAPS } from '../rules/maps.ts';
import { programOf } from '../rules/order.ts';
import { putProgram } from '../rules/references.ts';
import { resolveProgram } from '../rules/resolve.ts';
import { insertAt } from '../rules/trampoline.ts';
import type { ProgAttach, ProgDetach, ProgQuery, TargetType } from './target-type.ts';

function mapOf(k: Kernel, actor: Process, handle: Parameters<typeof resolveMap>[2]): BpfMap {
  const map = resolveMap(k, actor, handle);
  k.check('map is a sockmap', SOCKMAPS.has(map.mapType), 'EOPNOTSUPP');
  return map;
}

/** The program that stands in the map, unless a link does. */
function attached(k: Kernel, map: BpfMap, attachType: string): Program | null {
  const slot = sockmapSlot(k, map, attachType);
  if (slot.entries.length === 0) return null;
  const entry = slot.entries.at(0);
  if (entry.kind !== 'program') k.fail('no link is attached', 'EBUSY');
  return entry;
}

const attach: TargetType['attach'] = {
  checkAttr: (k: Kernel, { args }: ProgAttach) => k.check('flags are known', only(args.flags, 0), 'EINVAL'),
  checkProgram(k: Kernel, { args }: ProgAttach, program: Program) {
    k.check('program type fits', program.template.type === SOCKMAP_ATTACH_TYPES[String(args.attachType)], 'EINVAL');
  },
  resolve(k: Kernel, { args, frame, actor }: ProgAttach) {
    const map = mapOf(k, actor, args.map);
    getMap(k, map, `PROG_ATTACH of ${actor.name}`);
    frame.target = map;
  },
  resolveReplaced: null,
  attach(k: Kernel, { args, frame }: ProgAttach) {
    const { program, target } = frame;
    if (program === null || target?.kind !== 'map') return;
    const slot = sockmapSlot(k, target, String(args.attachType));
    const old = attached(k, target, String(args.attachType));
    if (old !== null) k.rules.removeEntry(k, slot, old);
    insertAt(k, slot, 0, program);
    if (old !== null) putProgram(k, old, 'replaced entry');
  },
};

const detach: TargetType['detach'] = {
  checkAttr: (k: Kernel, { args }: ProgDetach) => k.check('no flags', args.flags === 0, 'EINVAL'),
  resolve(k: Kernel, { args, frame, actor }: ProgDetach) {
    const map = resolveMap(k, actor, args.map);
    getMap(k, map, `PROG_DETACH of ${actor.name}`);
    frame.target = map;
  },
  resolveProgram(k: Kernel, { args, frame, actor }: ProgDetach) {
    const program = resolveProgram(k, actor, args.prog);
    k.check('program type fits', program.template.type === SOCKMAP_ATTACH_TYPES[String(args.attachType)], 'EINVAL');
    k.get(program, 'refs', { why: `PROG_DETACH of ${actor.name}` });
    frame.program = program;
    // What kind of map it is matters last: sock_map_prog_detach, sock_map_prog_link_lookup.
    const { target } = frame;
    k.check('map is a sockmap', target?.kind === 'map' && SOCKMAPS.has(target.mapType), 'EOPNOTSUPP');
  },
  detach(k: Kernel, { args, frame }: ProgDetach) {
    const { target, program } = frame;
    if (target?.kind !== 'map') return;
    const found = attached(k, target, String(args.attachType));
    k.check('program is attached', found !== null && found === program, 'ENOENT');
    k.rules.removeEntry(k, sockmapSlot(k, target, String(args.attachType)), found);
    putProgram(k, found, 'detached entry');
  },
};

export const sockmapTarget: TargetType = {
  attachTypes: SOCKMAP_ATTACH_TYPES,
  lock: 'sockmap_mutex',
  attach,
  detach,
  query(k: Kernel, { args, actor }: ProgQuery) {
    k.check('attach type has queries', k.has('sockmap-query'), 'EINVAL');
    const slot = sockmapSlot(k, mapOf(k, actor, args.map), String(args.attachType));
    const progs = [...slot.entries].flatMap((entry) => programOf(entry)?.name ?? []);
    k.returns({ count: progs.length, progs, attachFlags: [], revision: 0, links: [] });
  },
};
