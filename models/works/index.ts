/** Deferred kernel actions. Each may run at any time after it was queued, in any order. */

import { type Cgroup, type Kernel, work } from '../kernel.ts';
import { freeLink, isFreed, releaseHeld } from '../rules/dealloc.ts';
import { clearEntries, mustClear } from '../rules/maps.ts';
import { awaitsGracePeriod, freeInode } from '../rules/pins.ts';
import { ancestors, putBpf, putFile } from '../rules/references.ts';
import { purgeQueue } from '../rules/release.ts';
import { cleanupNet, filterFree, netdevRunTodo } from './net.ts';

/** A pin's put leaves the free to the system workqueue (kernel/bpf/syscall.c bpf_link_put_deferred; facts link-core 3.2). */
export const linkPutDeferred = work({
  name: 'bpf_link_put_deferred',
  cites: 'kernel/bpf/syscall.c bpf_link_put_deferred; facts link-core 3.2, 3.3, pin-163',
  on: 'link',
  ready: (_k, link) => link.deferred && !isFreed(link),
  run: (k, link) => k.rules.freeLinkStep(k, link),
});

/** The grace period of an inode is over: what the pin held is put (only where the inode's destruction does not do it). */
export const freeInodeRcu = work({
  name: 'bpf_free_inode',
  cites:
    'kernel/bpf/inode.c bpf_free_inode, bpf_any_put of 5.10.262; fs/inode.c destroy_inode, i_callback; facts link-core 16',
  on: 'inode',
  ready: (_k, inode) => awaitsGracePeriod(inode) && inode.readers.empty,
  run: (k, inode) => freeInode(k, inode, null),
});

/** Memory of a program goes when every packet that was running has ended. */
export const programFree = work({
  name: 'bpf_prog_free_rcu',
  cites: 'kernel/bpf/syscall.c __bpf_prog_put_rcu; facts link-core 2.5 G3',
  on: 'program',
  ready: (_k, program) => program.phase === 'ID_FREED' && program.readers.empty,
  run(k, program) {
    program.fire('GRACE_PERIOD');
    releaseHeld(k, program);
  },
});

/** Readers that ran by the link's own address are gone (facts rc-002, rc-013). */
export const linkDealloc = work({
  name: 'bpf_link_defer_dealloc_rcu_gp',
  cites: 'kernel/bpf/syscall.c bpf_link_defer_dealloc_rcu_gp; facts link-core 3.3 F3b, 3.4, rc-002, rc-013',
  on: 'link',
  ready: (_k, link) => link.phase === 'DEFERRED' && link.readers.length === 0,
  run: (k, link) => freeLink(k, link),
});

/** A prog array without users is cleared; entries of a map that is gone go with it. */
export const progArrayClear = work({
  name: 'prog_array_map_clear_deferred',
  cites: 'kernel/bpf/arraymap.c prog_array_map_clear_deferred; facts link-core 11, lt-021–034',
  on: 'map',
  ready: (_k, map) => mustClear(map),
  run: (k, map) => clearEntries(k, map),
});

/**
 * Who keeps the memory of a cgroup: css references, and processes through their css_set, which goes when they are reaped
 * (kernel/cgroup/cgroup.c cgroup_free; seen on 6.18.44 as nr_dying_descendants).
 */
const isReferenced = (k: Kernel, cgroup: Cgroup): boolean =>
  cgroup.cssRefs > 0 || k.all.process.some((process) => process.cgroup === cgroup);

/** Before 5.3 the release came with the last css reference, and a child's css holds its parent's: children were first. */
const isUnused = (k: Kernel, cgroup: Cgroup): boolean =>
  !isReferenced(k, cgroup) &&
  !k.all.cgroup.some(({ parent, phase }) => parent === cgroup && phase !== 'ABSENT' && phase !== 'FREED');

/** All attachments of a dead cgroup in one go under cgroup_mutex; then the ancestors' references, nearest first. */
export const cgroupRelease = work({
  name: 'cgroup_bpf_release',
  cites: 'kernel/bpf/cgroup.c cgroup_bpf_release; facts cgroup 3 rmdir, K24, K31',
  on: 'cgroup',
  ready: (k, cgroup) => cgroup.phase === 'DRAINED' && (k.has('release-at-offline') || isUnused(k, cgroup)),
  run(k, cgroup) {
    k.tell({ type: 'lock', name: 'cgroup_mutex' });
    for (const slot of k.all.slot) if (slot.cgroup === cgroup) k.rules.releaseSlot(k, slot);
    cgroup.fire('RELEASE');
    if (k.has('descendants-hold-ancestors'))
      for (const ancestor of ancestors(cgroup)) putBpf(k, ancestor, `descendant ${cgroup.name}`);
  },
});

/** Nobody refers to a released cgroup any more. */
export const cgroupFree = work({
  name: 'css_release_work_fn',
  cites: 'kernel/cgroup/cgroup.c css_release_work_fn; facts cgroup 3 rmdir, K30',
  on: 'cgroup',
  ready: (k, cgroup) => cgroup.phase === 'RELEASED' && !isReferenced(k, cgroup),
  run: (_k, cgroup) => cgroup.fire('FREE'),
});

/** The end of an io_uring puts its registered file. */
export const ringExit = work({
  name: 'io_ring_exit_work',
  cites: 'io_uring/io_uring.c io_ring_exit_work; include/linux/io_uring_types.h; facts link-core 9.1, pr-044, pr-045',
  on: 'ring',
  ready: (_k, ring) => ring.dying,
  run(k, ring) {
    const { registered } = ring;
    ring.dying = false;
    ring.registered = null;
    if (registered !== null) putFile(k, registered, `ring ${ring.name}`, null);
  },
});

/** Sockets that nobody can reach but through messages in flight: their queues are purged (facts pr-031). */
export const unixGc = work({
  name: 'unix_gc',
  cites: 'net/unix/garbage.c unix_gc; facts link-core 9.1, pr-031',
  on: 'collector',
  ready: (_k, collector) => collector.asked,
  run(k, collector) {
    collector.asked = false;
    for (const socket of k.all.socket) {
      const file = k.all.file.find((candidate) => candidate.target === socket);
      if (file === undefined) continue;
      const inFlight = k.all.socket.reduce(
        (sum, other) => sum + [...other.queue].filter((message) => message === file).length,
        0,
      );
      if (inFlight > 0 && file.refs === inFlight) purgeQueue(k, socket, null);
    }
  },
});

const all = [
  linkPutDeferred,
  linkDealloc,
  freeInodeRcu,
  programFree,
  progArrayClear,
  cgroupRelease,
  cgroupFree,
  ringExit,
  unixGc,
  netdevRunTodo,
  cleanupNet,
  filterFree,
] as const;

/** Every deferred work with its static types, by name. */
export type Works = { readonly [W in (typeof all)[number] as W['name']]: W };
export const works = Object.fromEntries(all.map((each) => [each.name, each])) as unknown as Works;
