/** Release: what happens when the last reference to a link or a file goes. Facts link-core 2.2, 3.2, 3.3, 8, 9. */
import type { Inode, Kernel, Link, OpenFile, Process, Socket } from '../kernel.ts';
import { linkTypeOf } from '../links/index.ts';
import { putUser } from './maps.ts';
import { putNetns } from './netdev.ts';
import { releaseEvent } from './perf.ts';
import { putBpf, putCss, putFile, putLink, putProgram } from './references.ts';

/**
 * One step of bpf_link_free: id removed, then detached, then the program put (kernel/bpf/syscall.c bpf_link_free; facts
 * link-core 3.3 F1 to F3). Between the first two the program still runs although no id names the link.
 */
export function freeLinkStep(k: Kernel, link: Link): void {
  switch (link.phase) {
    case 'ZERO':
    case 'DEFUNCT_ZERO':
      link.fire('UNLIST');
      return;
    case 'UNLISTED':
      linkTypeOf(link).release(k, link);
      link.fire('RELEASE');
      return;
    case 'RELEASED':
      k.rules.deallocateLink(k, link);
      return;
    default:
      k.broken('link-free', `link ${link.name} is freed in phase ${link.phase}`);
  }
}

/** A socket's file is gone: inet sockets let go of their cgroup, unix sockets of the messages that wait. */
export function releaseSocket(k: Kernel, socket: Socket, by: Process | null): void {
  socket.open = false;
  const { cgroup } = socket;
  if (cgroup !== null) {
    socket.cgroup = null;
    putBpf(k, cgroup, `socket ${socket.name}`);
    putCss(k, cgroup, `socket ${socket.name}`);
    return;
  }
  purgeQueue(k, socket, by);
  for (const collector of k.all.collector)
    if (k.all.socket.some((other) => other.queue.length > 0)) collector.asked = true;
}

export function purgeQueue(k: Kernel, socket: Socket, by: Process | null): void {
  const waiting = [...socket.queue];
  socket.queue.clear();
  for (const file of waiting) putFile(k, file, `message in flight to ${socket.name}`, by);
}

/** The last reference to a struct file is gone (fs/file_table.c __fput; bpf_link_release, bpf_prog_release). */
export function releaseFile(k: Kernel, file: OpenFile, by: Process | null): void {
  const { target, type: kind } = file;
  const keeps = [...file.keeps];
  file.type = 'free';
  // locks_remove_file: before anything else of the file goes.
  file.locked = 0;
  file.target = null;
  file.keeps.clear();
  if (target === null) return;
  // The seq file is released, then the name that it was opened by.
  for (const kept of keeps) if (kept.kind === 'map') putUser(k, kept, `file ${file.name}`);
  releaseTarget(k, file, kind, target, by);
  for (const kept of keeps) if (kept.kind === 'inode') closeInode(k, kept, by);
}

function closeInode(k: Kernel, inode: Inode, by: Process | null): void {
  inode.opens -= 1;
  k.rules.inodeMayGo(k, inode, by);
}

type Target = NonNullable<OpenFile['target']>;

function releaseTarget(k: Kernel, file: OpenFile, kind: OpenFile['type'], target: Target, by: Process | null): void {
  switch (target.kind) {
    case 'program':
      putProgram(k, target, `file ${file.name}`);
      break;
    case 'link':
      putLink(k, target, `file ${file.name}`, by);
      break;
    case 'socket':
      releaseSocket(k, target, by);
      break;
    case 'ring':
      // The end of a ring is a work item of io_uring; wait(2) does not cover it (facts link-core 9.1, pr-045).
      target.dying = true;
      break;
    case 'inode':
      closeInode(k, target, by);
      break;
    case 'map':
      putUser(k, target, `file ${file.name}`);
      break;
    case 'perf':
      releaseEvent(k, target);
      break;
    case 'netns':
      putNetns(k, target, `file ${file.name}`);
      break;
    case 'cgroup':
      // A directory descriptor holds the kernfs node only (facts cgroup 2, K30).
      break;
    default:
      k.broken('file-kind', `a file of kind ${kind} refers to something unknown`);
  }
}
