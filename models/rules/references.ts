/**
 * References: every get and put of the models goes through here, so that whoever watches sees who held what.
 * Kernel: kernel/bpf/syscall.c bpf_prog_put, bpf_link_put, bpf_link_put_direct; fs/file_table.c fput. Facts link-core 2, 3.2.
 */
import type { BpfMap, Cgroup, Kernel, Link, Netdev, OpenFile, Process, Program, Target } from '../kernel.ts';
import { mapsNamedBy } from '../templates.ts';

export function getProgram(k: Kernel, program: Program, why: string): void {
  if (program.phase !== 'LOADED')
    k.broken('use-after-free', `${why} takes a reference on program ${program.name}, which nobody holds`);
  k.get(program, 'refs', { why });
}

export function putProgram(k: Kernel, program: Program, why: string): void {
  k.put(program, 'refs', { why }, () => k.rules.freeProgram(k, program));
}

/** Last put: the id is freed inline; memory goes after a grace period for packets that are running (facts link-core 2.5). */
export function freeProgram(k: Kernel, program: Program): void {
  // PERF_RECORD_BPF_EVENT of the unloading (facts link-core 3.3 G2, pr-008).
  k.tell({ type: 'record', key: 'unloaded', object: program.name });
  const readers = k.rules.readersOf(k, program);
  // What it holds besides itself is put after the grace period, whoever reads (facts link-core 2.5 G3, G4).
  program.fire(readers.length === 0 && !holdsMore(program) ? 'FREE' : 'LAST_PUT');
  for (const packet of readers) program.readers.add(packet);
}

/** Does it hold its target or maps? */
const holdsMore = ({ holdsTarget, bound, template }: Program): boolean =>
  holdsTarget > 0 || mapsNamedBy(template).length > 0 || bound.length > 0;

export function getLink(k: Kernel, link: Link, why: string): void {
  if (link.refs === 0 && link.phase !== 'ABSENT' && link.phase !== 'PRIMED')
    k.broken('use-after-free', `${why} takes a reference on link ${link.name}, which nobody holds`);
  k.get(link, 'refs', { why });
}

/**
 * Drops a reference. At zero the link is freed: by the process that dropped it before it returns to user mode, or by a
 * work item where the put came from a pin (facts link-core 3.2) or from the kernel itself.
 */
export function putLink(k: Kernel, link: Link, why: string, by: Process | null): void {
  k.put(link, 'refs', { why }, () => {
    if (link.phase === 'PRIMED') return;
    link.fire('LAST_PUT');
    if (by === null) link.deferred = true;
    else by.releasing.append(link);
  });
}

export function getFile(k: Kernel, file: OpenFile, why: string): void {
  k.get(file, 'refs', { why });
}

/** A file's last reference: what it stands for is released by the process that dropped it, or by the kernel (null). */
export function putFile(k: Kernel, file: OpenFile, why: string, by: Process | null): void {
  k.put(file, 'refs', { why }, () => k.rules.releaseFile(k, file, by));
}

/** A new struct file for something that holds its own reference already. */
export function openFile(file: OpenFile, kind: OpenFile['type'], target: OpenFile['target']): OpenFile {
  file.type = kind;
  file.target = target;
  return file;
}

/** A css reference: keeps the memory of a cgroup, not its BPF state. */
export function getCss(k: Kernel, cgroup: Cgroup, why: string): void {
  k.get(cgroup, 'cssRefs', { why, what: `css of ${cgroup.name}` });
}

export function putCss(k: Kernel, cgroup: Cgroup, why: string): void {
  k.put(cgroup, 'cssRefs', { why, what: `css of ${cgroup.name}` });
}

/** Puts the reference that a command took on what it attaches to. */
export function putTarget(k: Kernel, target: Target, why: string): void {
  switch (target.kind) {
    case 'cgroup':
      putCss(k, target, why);
      return;
    case 'netdev':
      putNetdev(k, target, why);
      return;
    case 'hook':
      // A function of a program is held by its program; other places never go.
      if (target.program !== null) putProgram(k, target.program, why);
      return;
    case 'map':
      putMapOf(k, target, why);
      return;
    case 'perf': {
      const file = k.all.file.find((candidate) => candidate.target === target);
      if (file !== undefined) putFile(k, file, why, null);
      return;
    }
  }
}

/** LINK_CREATE of a sockmap is a user of the map; of a struct_ops map, and by PROG_ATTACH, a call is only a holder. */
function putMapOf(k: Kernel, map: BpfMap, why: string): void {
  if (map.mapType !== 'struct_ops' && !why.startsWith('PROG_'))
    k.put(map, 'users', { why, what: `users of map ${map.name}` }, () => k.rules.mapLostUsers(k, map));
  k.put(map, 'refs', { why });
}

/** dev_hold, dev_put: a device that is unregistered waits for its references. */
export function getNetdev(k: Kernel, netdev: Netdev, why: string): void {
  netdev.refs += 1;
  k.tell({ type: 'get', object: `device ${netdev.name}`, refs: netdev.refs, why });
}

export function putNetdev(k: Kernel, netdev: Netdev, why: string): void {
  netdev.refs -= 1;
  k.tell({ type: 'put', object: `device ${netdev.name}`, refs: netdev.refs, why });
}

/** A reference on the BPF state: sockets and descendants keep programs of a dying cgroup running. */
export function getBpf(k: Kernel, cgroup: Cgroup, why: string): void {
  k.get(cgroup, 'bpfRefs', { why, what: `BPF state of ${cgroup.name}` });
}

/** At zero a dying cgroup is drained: its release work is queued (kernel/bpf/cgroup.c cgroup_bpf_release_fn). */
export function putBpf(k: Kernel, cgroup: Cgroup, why: string): void {
  k.put(cgroup, 'bpfRefs', { why, what: `BPF state of ${cgroup.name}` }, () => {
    if (cgroup.phase === 'DYING') cgroup.fire('DRAIN');
  });
}

/** All ancestors, nearest first. */
export function ancestors(cgroup: Cgroup): Cgroup[] {
  const found: Cgroup[] = [];
  for (let next = cgroup.parent; next !== null; next = next.parent) found.push(next);
  return found;
}
