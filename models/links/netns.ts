/**
 * Links of network namespaces, which do not hold them. Kernel: kernel/bpf/net_namespace.c netns_bpf_link_create,
 * bpf_netns_link_update_prog, bpf_netns_link_detach. Facts net 7, link-core 4.2, 4.3, 12.5, 15 B2.
 */
import type { Kernel, Link, Program } from '../kernel.ts';
import { only } from '../rules/flags.ts';
import { isAlive, NETNS_ATTACH_TYPES, NETNS_CAPACITY, netnsSlot, resolveNetns } from '../rules/netns.ts';
import { getProgram, putProgram } from '../rules/references.ts';
import { insertAt, removeAt } from '../rules/trampoline.ts';
import type { LinkCreate, LinkType, LinkUpdate } from './link-type.ts';

function check(k: Kernel, { args, actor }: LinkCreate, program: Program): void {
  k.check('program type fits', NETNS_ATTACH_TYPES[String(args.attachType)] === program.template.type, 'EINVAL');
  k.check('flags are known', only(args.flags, 0), 'EINVAL');
  resolveNetns(k, actor, args.netns);
}

/** The call holds the namespace from its look-up to its end, so that it looks the same under the lock. */
function attach(k: Kernel, { args, frame, made, actor }: LinkCreate): void {
  const { program } = frame;
  if (program === null) return;
  const attachType = String(args.attachType);
  const slot = netnsSlot(k, resolveNetns(k, actor, args.netns), attachType);
  const links = [...slot.entries].filter(({ kind }) => kind === 'link').length;
  k.check('room for a link', links < (NETNS_CAPACITY[attachType] ?? 0), 'E2BIG');
  k.check('no program is attached without a link', slot.entries.length === links, 'EEXIST');
  made.link.prog = program;
  insertAt(k, slot, slot.entries.length, made.link);
  made.link.slot = slot;
  made.link.fire('ATTACH');
}

function compareOld(k: Kernel, { link, next, old }: LinkUpdate): void {
  const { prog } = link;
  k.check('old program is the current one', old === null || old === prog, 'EPERM');
  k.check('program type is the same', prog === null || next.template.type === prog.template.type, 'EINVAL');
}

/** Before netns_bpf_mutex is taken, on kernels that have not moved it: two updaters may both pass (facts cas-001, B2). */
function compare(k: Kernel, update: LinkUpdate): void {
  if (!k.has('netns-compare-under-lock')) compareOld(k, update);
}

function update(k: Kernel, request: LinkUpdate): void {
  const { link, next } = request;
  if (k.has('netns-compare-under-lock')) compareOld(k, request);
  const { prog, slot } = link;
  k.check('link is attached', slot !== null && isAlive(slot), 'ENOLINK');
  getProgram(k, next, `link ${link.name}`);
  link.prog = next;
  if (slot !== null) k.rules.replaceEffective(k, slot, link, next);
  if (prog !== null) putProgram(k, prog, `link ${link.name}`);
}

export const netnsLink: LinkType = {
  name: 'netns',
  lock: 'netns_bpf_mutex',
  attachTypes: NETNS_ATTACH_TYPES,
  create: { check, resolve: null, attach, primesFirst: true, settlesUnderLock: false },
  compare,
  update,
  detach: removeAt,
  release: removeAt,
  info: (link: Link) => ({ netns: isAlive(link.slot) ? (link.slot?.hook?.netns?.name ?? null) : null }),
};
