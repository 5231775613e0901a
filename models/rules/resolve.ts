/**
 * Descriptors: from a handle to what it stands for, with the errno of each failure, and back.
 * Kernel: kernel/bpf/syscall.c bpf_prog_get, bpf_link_get_from_fd; kernel/cgroup/cgroup.c cgroup_get_from_fd; fs/file.c. Facts cgroup 5.1.
 */
import type { BoundHandle, BpfMap, Cgroup, Kernel, Link, OpenFile, Process, Program, Table } from '../kernel.ts';
import { getFile, getLink, getProgram, openFile, putFile } from './references.ts';

export type Handle = BoundHandle;

/** Descriptor 0: open, and no BPF object. */
const STDIN = 0;

/** The number that a handle stands for, -1 if the process never had it. */
export function numberOf(process: Process, handle: Handle): number {
  if ('number' in handle) return -1;
  const { table } = process;
  return table === null ? -1 : table.names.at(handle.handle) - 1;
}

/** The open file behind a handle, or null. */
export function descriptor(process: Process, handle: Handle): OpenFile | null {
  const number = numberOf(process, handle);
  return number < 0 || process.table === null ? null : process.table.fds.at(number);
}

export const isStdin = (handle: Handle | null): boolean =>
  handle === null || ('number' in handle && handle.number === STDIN);

/** Number of the lowest free descriptor, or -1. */
export function lowestFree(table: Table): number {
  if (table.full) return -1;
  for (let n = 0; n < table.fds.length; n++) if (table.fds.at(n) === null) return n;
  return -1;
}

/** Installs a file; without a name it is dropped at once, as a step without `as` says. */
export function install(k: Kernel, process: Process, file: OpenFile, as: number | null): void {
  const { table } = process;
  if (as === null || table === null) {
    putFile(k, file, 'descriptor dropped at once', process);
    return;
  }
  const number = lowestFree(table);
  if (number < 0 && table.full) k.broken('full-table', `${process.name} gets a descriptor, and no number is free`);
  if (number < 0) k.exceeded(`descriptors of ${process.name}: the scenario names ${table.fds.length}`);
  table.fds.put(number, file);
  table.names.put(as, number + 1);
  tellNumber(k, table, number, as);
}

const FILE_OF = { program: 'prog', link: 'link', map: 'map' } as const;

/** A new descriptor of a program, link or map: a struct file of its own, with a reference of its own (bpf_prog_new_fd, bpf_link_new_fd). */
export function newDescriptor(
  k: Kernel,
  process: Process,
  file: OpenFile,
  object: Program | Link | BpfMap,
  as: number | null,
): void {
  const why = `descriptor of ${process.name}`;
  if (object.kind === 'program') getProgram(k, object, why);
  else if (object.kind === 'link') getLink(k, object, why);
  else {
    k.get(object, 'users', { why, what: `users of map ${object.name}` });
    k.get(object, 'refs', { why });
  }
  openFile(file, FILE_OF[object.kind], object).refs = 1;
  install(k, process, file, as);
}

/** For ho-036: which closed name of the scenario had this number before. */
function tellNumber(k: Kernel, table: Table, number: number, as: number): void {
  const had = k.handles.filter((_, h) => h !== as && table.names.at(h) === number + 1);
  if (had.length > 0) k.returns({ numberOf: had });
}

/** EMFILE unless a descriptor number is free; `as` null needs one for a moment all the same. */
export function checkRoom(k: Kernel, process: Process): void {
  k.check('descriptor number is free', process.table !== null && !process.table.full, 'EMFILE');
}

/** bpf_prog_get: closed EBADF, another kind of file EINVAL. */
export function resolveProgram(k: Kernel, process: Process, handle: Handle | null, what = 'program'): Program {
  if (isStdin(handle)) return k.fail(`${what} descriptor is a program`, 'EINVAL');
  const file = descriptor(process, handle as Handle);
  if (file === null) return k.fail(`${what} descriptor is open`, 'EBADF');
  const { target } = file;
  if (file.type !== 'prog' || target?.kind !== 'program') return k.fail(`${what} descriptor is a program`, 'EINVAL');
  return target;
}

/** bpf_link_get_from_fd. */
export function resolveLink(k: Kernel, process: Process, handle: Handle | null): Link {
  if (isStdin(handle)) return k.fail('link descriptor is a link', 'EINVAL');
  const file = descriptor(process, handle as Handle);
  if (file === null) return k.fail('link descriptor is open', 'EBADF');
  const { target } = file;
  if (file.type !== 'link' || target?.kind !== 'link') return k.fail('link descriptor is a link', 'EINVAL');
  return target;
}

/** cgroup_get_from_fd: death is noticed before v1 or v2 (facts A10); anything else that is no directory of v2: EBADF. */
export function resolveCgroup(k: Kernel, process: Process, target: Cgroup | Handle | null): Cgroup {
  if (target === null) return k.fail('target descriptor is a cgroup', 'EBADF');
  if ('kind' in target) {
    if (target.phase !== 'ONLINE') return k.fail('cgroup is alive', 'ENOENT');
    return target;
  }
  if (isStdin(target)) return k.fail('target descriptor is a cgroup', 'EBADF');
  const file = descriptor(process, target);
  if (file === null) return k.fail('target descriptor is open', 'EBADF');
  if (file.type === 'cgroup1_removed_dir') return k.fail('cgroup is alive', 'ENOENT');
  const cgroup = file.target;
  if (cgroup?.kind !== 'cgroup') return k.fail('target descriptor is a cgroup', 'EBADF');
  if (cgroup.phase !== 'ONLINE') return k.fail('cgroup is alive', 'ENOENT');
  return cgroup;
}

/** Copies a descriptor into a table (dup, fork, SCM_RIGHTS): the file is shared. */
export function share(k: Kernel, process: Process, file: OpenFile, as: number | null, why: string): void {
  getFile(k, file, why);
  install(k, process, file, as);
}

/** Takes the file out of the table; the caller puts it. */
export function takeOut(process: Process, number: number): OpenFile | null {
  const { table } = process;
  if (table === null) return null;
  const file = table.fds.at(number);
  if (file === null) return null;
  table.fds.put(number, null);
  if (table.cloexec.length > 0) table.cloexec.put(number, false);
  return file;
}
