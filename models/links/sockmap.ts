/**
 * Links of sockmaps: one program for each map and attach type. Kernel: net/core/sock_map.c sock_map_link_create,
 * sock_map_link_update_prog, sock_map_link_detach. Facts link-core 4.2, 4.3, 12.6, mx-380–384.
 */
import type { BpfMap, Kernel, Link, Program } from '../kernel.ts';
import { only } from '../rules/flags.ts';
import { getUser, putUser, resolveMap, SOCKMAPS } from '../rules/maps.ts';
import { getProgram, putProgram } from '../rules/references.ts';
import { insertAt, removeAt, slotAt } from '../rules/trampoline.ts';
import type { LinkCreate, LinkType, LinkUpdate } from './link-type.ts';

export const SOCKMAP_ATTACH_TYPES: Readonly<Record<string, string>> = {
  sk_msg_verdict: 'sk_msg',
  sk_skb_stream_parser: 'sk_skb',
  sk_skb_stream_verdict: 'sk_skb',
  sk_skb_verdict: 'sk_skb',
};

function check(k: Kernel, { args }: LinkCreate, program: Program): void {
  k.check('attach type has links', k.has('sockmap-link'), 'EINVAL');
  const takes = SOCKMAP_ATTACH_TYPES[String(args.attachType)];
  k.check('program type fits attach type', takes === program.template.type, 'EINVAL');
  k.check('flags are known', only(args.flags, 0), 'EINVAL');
}

/** bpf_map_get_with_uref: the link is a user of the map. */
function resolve(k: Kernel, { args, frame, actor }: LinkCreate): void {
  const map = resolveMap(k, actor, args.map);
  k.check('map is a sockmap', SOCKMAPS.has(map.mapType), 'EINVAL');
  getUser(k, map, `LINK_CREATE of ${actor.name}`);
  frame.target = map;
}

const hookOf = (k: Kernel, map: BpfMap): Kernel['all']['hook'][number] =>
  k.all.hook.find((hook) => hook.map === map) ?? k.broken('hook', `no place for ${map.name}`);

/** The place of a program in a map: one for each attach type. */
export const sockmapSlot = (k: Kernel, map: BpfMap, attachType: string) => slotAt(k, hookOf(k, map), attachType);

function attach(k: Kernel, { args, frame, made }: LinkCreate): void {
  const { program, target } = frame;
  if (program === null || target?.kind !== 'map') return;
  const slot = sockmapSlot(k, target, String(args.attachType));
  // A link keeps others out; what PROG_ATTACH left is replaced without a word (sock_map_prog_update).
  const old = slot.entries.length === 0 ? null : slot.entries.at(0);
  if (old !== null) {
    if (old.kind !== 'program') k.fail('no link is attached', 'EBUSY');
    k.rules.removeEntry(k, slot, old);
    putProgram(k, old, 'replaced entry');
  }
  made.link.prog = program;
  insertAt(k, slot, 0, made.link);
  made.link.slot = slot;
  made.link.fire('ATTACH');
  frame.target = null;
}

/** Old program, type, then liveness, all under sockmap_mutex (facts link-core 4.3). */
function update(k: Kernel, { link, next, old }: LinkUpdate): void {
  const { prog, slot } = link;
  if (prog === null) k.broken('link', `link ${link.name} has no program`);
  k.check('old program is the current one', old === null || old === prog, 'EPERM');
  const same =
    next.template.type === prog.template.type && next.template.expectedAttachType === prog.template.expectedAttachType;
  k.check('program type is the same', same, 'EINVAL');
  k.rules.checkNotSevered(k, link);
  getProgram(k, next, `link ${link.name}`);
  link.prog = next;
  // Without the check above the kernel would look into a map that is gone.
  if (slot !== null) k.rules.updateEffective(k, slot);
  putProgram(k, prog, `link ${link.name}`);
}

function detach(k: Kernel, link: Link): void {
  const map = link.slot?.hook?.map ?? null;
  if (link.slot === null) return;
  removeAt(k, link);
  if (map !== null) putUser(k, map, `link ${link.name}`);
}

export const sockmapLink: LinkType = {
  name: 'sockmap',
  lock: 'sockmap_mutex',
  attachTypes: SOCKMAP_ATTACH_TYPES,
  create: { check, resolve, attach, primesFirst: true, settlesUnderLock: false },
  update,
  detach,
  release: detach,
  info: (link) => ({ map: link.slot?.hook?.map?.name ?? null }),
};
