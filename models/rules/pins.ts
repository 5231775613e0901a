/** bpffs: looking paths up, permissions, and when an inode goes. Kernel: kernel/bpf/inode.c, fs/namei.c. Facts link-core 4.7, 4.8, 8. */
import type { Inode, Instance, Kernel, Name, Path, Process } from '../kernel.ts';
import { putUser } from './maps.ts';
import { putLink, putProgram } from './references.ts';
import { descriptor, type Handle } from './resolve.ts';

/** Modes that every scenario knows; the first is that of a fresh pin, and no bits are set in its inode. */
export const DEFAULT_MODES: readonly string[] = ['0600', '1777', '0755'];

/** Modes of the scenario by index. */
const modesOf = (k: Kernel): readonly string[] => k.all.modes[0]?.list ?? DEFAULT_MODES;
export const modeName = (k: Kernel, inode: Inode): string => modesOf(k)[inode.mode] ?? '0600';
export const modeIndex = (k: Kernel, mode: string): number => {
  const index = modesOf(k).indexOf(mode);
  return index >= 0 ? index : k.broken('modes', `mode ${mode} was not declared`);
};

/** The inode's object reference goes when neither a name nor an open file is left (facts link-core 8.1, 8.2). */
export function inodeMayGo(k: Kernel, inode: Inode, by: Process | null): void {
  const { instance } = inode;
  if (inode.nlink > 0 || inode.opens > 0) {
    if (instance !== null && inode.opens === 0) instanceMayGo(k, instance, by);
    return;
  }
  if (inode.type === 'free') return;
  inode.mode = 0;
  inode.foreign = false;
  if (inode.type === 'pin' && k.has('pin-put-by-rcu')) {
    // Holds its object until the grace period is over; bpf_free_inode is the work that puts it.
    for (const packet of k.all.packet) if (packet.running) inode.readers.add(packet);
  } else freeInode(k, inode, by);
  if (instance !== null) {
    inode.instance = null;
    instanceMayGo(k, instance, by);
  }
}

/** A link is put by a work item, since 6.5; a program at once (facts link-core 3.2, 8.3, pin-163, pin-165). */
function dropPinned(k: Kernel, inode: Inode, target: Inode['target'], by: Process | null): void {
  if (target?.kind === 'program') putProgram(k, target, `pin ${inode.name}`);
  if (target?.kind === 'map') putUser(k, target, `pin ${inode.name}`);
  if (target?.kind === 'link') putLink(k, target, `pin ${inode.name}`, k.has('deferred-pin-put') ? null : by);
}

/** A pin without a name and without an open file, which waits for the end of its grace period. */
export const awaitsGracePeriod = ({ type, nlink, opens }: Inode): boolean =>
  type === 'pin' && nlink === 0 && opens === 0;

/**
 * The inode goes, and puts what it held. `by` is null in the RCU callback: that is softirq, where a link is freed by a work
 * item (kernel/bpf/syscall.c bpf_link_put, in_atomic).
 */
export function freeInode(k: Kernel, inode: Inode, by: Process | null): void {
  const { type, target } = inode;
  inode.type = 'free';
  inode.target = null;
  if (type === 'pin') dropPinned(k, inode, target, by);
}

/** Is some file of the instance open? Then a plain unmount says EBUSY. */
export function instanceBusy(k: Kernel, instance: Instance): boolean {
  return k.all.inode.some((inode) => inode.instance === instance && inode.opens > 0);
}

/** The super block goes with its last mount and its last open file; every name goes with it (facts link-core 8.8). */
export function instanceMayGo(k: Kernel, instance: Instance, by: Process | null): void {
  if (instance.mounts > 0 || !instance.alive || instanceBusy(k, instance)) return;
  instance.alive = false;
  for (const name of k.all.name) if (name.instance === instance) removeName(k, name, by);
}

/** A name goes: unlink, rename over it, unmount. */
export function removeName(k: Kernel, name: Name, by: Process | null): void {
  const { inode } = name;
  if (inode === null) return;
  name.inode = null;
  inode.nlink -= 1;
  k.rules.inodeMayGo(k, inode, by);
}

export interface Found {
  readonly where: 'bpffs' | 'elsewhere';
  /** Undefined where the path names the root or an O_PATH descriptor. */
  readonly name: Name | undefined;
  readonly inode: Inode | null;
  readonly instance: Instance | null;
}

/** Walks a path as the VFS does, up to its last component. `dir` is the descriptor of BPF_F_PATH_FD. */
export function lookUp(k: Kernel, process: Process, path: Path, dir: Handle | null): Found {
  if (path.where === 'elsewhere') return { where: 'elsewhere', name: undefined, inode: null, instance: null };
  if (path.where === 'fd') {
    const file = descriptor(process, { handle: path.handle ?? 0 });
    k.check('descriptor of the path', file !== null, 'ENOENT');
    const target = file?.target ?? null;
    return { where: 'bpffs', name: undefined, inode: target?.kind === 'inode' ? target : null, instance: null };
  }
  const instance = startOf(k, process, path, dir);
  const name = path.names.find((candidate) => candidate.instance === instance);
  if (name === undefined) return { where: 'bpffs', name: undefined, inode: instance.root, instance };
  checkParents(k, name);
  k.check('length of the name', path.fault !== 'long', 'ENAMETOOLONG');
  k.check('no dot in the name', path.fault !== 'dot', 'EPERM');
  return { where: 'bpffs', name, inode: name.inode, instance };
}

/** The part of a path before its last name, as rename(2) walks it first. */
export function checkDirectory(k: Kernel, process: Process, path: Path): void {
  if (path.where !== 'bpffs') return;
  const instance = startOf(k, process, path, null);
  const name = path.names.find((candidate) => candidate.instance === instance);
  if (name !== undefined) checkParents(k, name);
}

/** link(2) and rename(2) compare mounts: two mounts of one super block are not the same (fs/namei.c do_linkat, do_renameat2). */
export const isSameMount = (from: Path, to: Path): boolean =>
  from.where === 'bpffs' && to.where === 'bpffs' && from.mount === to.mount;

function startOf(k: Kernel, process: Process, path: Path, dir: Handle | null): Instance {
  if (dir !== null) {
    const file = descriptor(process, dir);
    k.check('path_fd is open', file !== null, 'EBADF');
    const target = file?.target ?? null;
    if (target?.kind !== 'inode' || target.instance === null) return k.fail('path_fd is a directory', 'ENOTDIR');
    return target.instance;
  }
  const { mount } = path;
  if (
    mount === null ||
    mount.instance === null ||
    mount.phase !== 'MOUNTED' ||
    (mount.isPrivate && mount.owner !== process)
  )
    return k.fail('something is mounted there', 'ENOENT');
  return mount.instance;
}

function checkParents(k: Kernel, name: Name): void {
  const { parent } = name;
  if (parent === null) return;
  checkParents(k, parent);
  k.check('parent directory exists', parent.inode !== null, 'ENOENT');
  k.check('parent is a directory', parent.inode?.type === 'dir', 'ENOTDIR');
}

/** Follows symbolic links. */
export function resolved(inode: Inode | null): Inode | null {
  return inode?.type === 'symlink' && inode.target?.kind === 'name' ? resolved(inode.target.inode) : inode;
}
