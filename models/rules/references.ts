/**
 * References: every get and put of the models goes through here, so that whoever watches sees who held what.
 * Kernel: kernel/bpf/syscall.c bpf_prog_put, bpf_link_put, bpf_link_put_direct; fs/file_table.c fput. Facts link-core 2, 3.2.
 */
import type { Cgroup, Kernel, Link, OpenFile, Process, Program, Target } from '../kernel.ts';

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
  const readers = k.all.packet.filter((packet) => packet.running);
  program.fire(readers.length === 0 ? 'FREE' : 'LAST_PUT');
  for (const packet of readers) program.readers.add(packet);
}

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
  putCss(k, target, why);
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
