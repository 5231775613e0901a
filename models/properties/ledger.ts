/** Counts references by walking everything that can hold one. Facts cgroup 2, link-core 2. */
import type { Kernel } from '../kernel.ts';
import { mapsOf } from '../rules/maps.ts';

export interface Account {
  readonly counted: number;
  found: number;
}

type Named = { readonly kind: string; readonly name: string };

/** Accounts of programs, links, files, cgroups, devices, qdiscs and namespaces. */
export function ledger(k: Kernel): Map<string, Account> {
  const books = new Map<string, Account>();
  const key = (object: Named, what = ''): string => `${what}${object.kind} ${object.name}`;
  const open = (object: Named, counted: number, what = ''): void =>
    void books.set(key(object, what), { counted, found: 0 });
  const found = (object: Named | null, what = ''): void => {
    const account = object === null ? undefined : books.get(key(object, what));
    if (account !== undefined) account.found += 1;
  };
  for (const program of k.all.program) open(program, program.refs);
  for (const link of k.all.link) open(link, link.refs);
  for (const file of k.all.file) open(file, file.refs);
  for (const cgroup of k.all.cgroup) {
    open(cgroup, cgroup.cssRefs, 'css of ');
    open(cgroup, cgroup.bpfRefs, 'BPF state of ');
  }
  for (const map of k.all.map) {
    open(map, map.refs);
    open(map, map.users, 'users of ');
  }
  for (const counted of [...k.all.netdev, ...k.all.netns, ...k.all.qdisc]) open(counted, counted.refs);
  for (const inode of k.all.inode) {
    open(inode, inode.nlink, 'names of ');
    open(inode, inode.opens, 'open files of ');
  }
  for (const instance of k.all.instance) open(instance, instance.mounts, 'mounts of ');
  for (const table of k.all.table) open(table, table.users, 'users of ');
  countNames(k, found);
  countFiles(k, found);
  countAttachments(k, found);
  countMaps(k, found);
  countCgroups(k, found);
  countNetwork(k, found);
  countCalls(k, found);
  return books;
}

type Found = (object: Named | null, what?: string) => void;

/** A user of a map holds it as well. */
function foundUser(found: Found, map: Named): void {
  found(map);
  found(map, 'users of ');
}

const ALIVE: readonly string[] = ['LOADED', 'ID_FREED'];

/** Maps: programs that use them until their own grace period is over, links, registrations; and entries of prog arrays. */
function countMaps(k: Kernel, found: Found): void {
  for (const map of k.all.map) {
    for (const program of map.entries) found(program);
    if (map.filled === 1 && !map.byLink) found(map);
    if (map.clearing > 0) found(map);
  }
  for (const program of k.all.program) {
    if (program.holdsTarget > 0) found(program.target?.program ?? null);
    if (!ALIVE.includes(program.phase)) continue;
    for (const map of mapsOf(k, program)) found(map);
    for (const map of program.bound) found(map);
  }
  for (const link of k.all.link) {
    for (const map of link.map) found(map);
    const hook = link.slot?.hook ?? null;
    found(hook?.program ?? null);
    if (hook?.map != null) foundUser(found, hook.map);
  }
}

function countFiles(k: Kernel, found: Found): void {
  for (const table of k.all.table) for (const file of table.fds) found(file);
  for (const socket of k.all.socket) for (const file of socket.queue) found(file);
  for (const ring of k.all.ring) found(ring.registered);
  for (const kept of k.all.file.flatMap(({ keeps }) => [...keeps]))
    if (kept.kind === 'map') foundUser(found, kept);
    else found(kept, 'open files of ');
  for (const file of k.all.file)
    if (file.target?.kind === 'program' || file.target?.kind === 'link') found(file.target);
    else if (file.target?.kind === 'map') foundUser(found, file.target);
  for (const { entry, index } of k.all.perf)
    if (entry?.kind === 'link')
      found(k.all.file.find(({ target }) => target?.kind === 'perf' && target.index === index) ?? null);
  for (const inode of k.all.inode)
    if (inode.type === 'pin' && inode.target !== null) {
      if (inode.target.kind === 'map') foundUser(found, inode.target);
      else found(inode.target);
    }
}

/** Names, open files and mounts of bpffs, and users of descriptor tables. */
function countNames(k: Kernel, found: Found): void {
  // A root has no name, and one link all the same.
  for (const instance of k.all.instance) found(instance.root, 'names of ');
  for (const name of k.all.name) found(name.inode, 'names of ');
  for (const file of k.all.file) if (file.target?.kind === 'inode') found(file.target, 'open files of ');
  for (const mount of k.all.mount) if (mount.phase === 'MOUNTED') found(mount.instance, 'mounts of ');
  for (const process of k.all.process) found(process.table, 'users of ');
}

function countAttachments(k: Kernel, found: Found): void {
  for (const slot of k.all.slot) for (const entry of slot.entries) if (entry.kind === 'program') found(entry);
  for (const link of k.all.link) {
    if (link.phase !== 'PRIMED') found(link.prog);
    found(link.slot?.cgroup ?? null, 'css of ');
  }
}

/** What a register of a running command holds: of a place its program, of a perf event its file. */
function countHeld(k: Kernel, op: string, held: Kernel['all'][keyof Kernel['all']][number], found: Found): void {
  switch (held.kind) {
    case 'cgroup':
      found(held, 'css of ');
      return;
    case 'hook':
      found(held.program);
      return;
    case 'map':
      op !== 'link_create' || held.mapType === 'struct_ops' ? found(held) : foundUser(found, held);
      return;
    case 'perf':
      found(k.all.file.find(({ target }) => target === held) ?? null);
      return;
    default:
      found(held);
      return;
  }
}

/** Filters hold programs; devices their qdisc; names, descriptors, processes and netfilter links their namespace. */
function countNetwork(k: Kernel, found: Found): void {
  for (const { prog } of k.all.filter) found(prog);
  for (const qdisc of k.all.qdisc) if (qdisc.phase === 'GRAFTED') found(qdisc);
  for (const netns of k.all.netns) if (netns.named) found(netns);
  for (const { netns } of k.all.process) found(netns);
  for (const { target } of k.all.file) if (target?.kind === 'netns') found(target);
  if (!k.has('netfilter-holds-netns')) return;
  for (const { slot } of k.all.link) if (slot?.attachType === 'netfilter') found(slot.hook?.netns ?? null);
}

/** Registers of running commands hold references; a link that is being created is held by the call until its file is. */
function countCalls(k: Kernel, found: Found): void {
  for (const call of k.calls()) {
    for (const held of call.registers) countHeld(k, call.op, held, found);
    const { link, file } = call.op === 'link_create' || call.op === 'raw_tp_open' ? call.made : {};
    if (link?.kind === 'link' && link.refs > 0 && file?.kind === 'file' && file.type === 'free') found(link);
  }
}

function countCgroups(k: Kernel, found: Found): void {
  for (const socket of k.all.socket) {
    found(socket.cgroup, 'css of ');
    found(socket.cgroup, 'BPF state of ');
  }
  const HOLDING = new Set(['ONLINE', 'DYING', 'DRAINED']);
  for (const cgroup of k.all.cgroup)
    for (let n = k.rules.furtherBpfRefs(k, cgroup); n > 0; n--) found(cgroup, 'BPF state of ');
  for (const cgroup of k.all.cgroup) {
    if (!HOLDING.has(cgroup.phase) || !k.has('descendants-hold-ancestors')) continue;
    for (let above = cgroup.parent; above !== null; above = above.parent) found(above, 'BPF state of ');
  }
}
