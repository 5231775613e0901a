/** An initial file system in memory: a cpio archive in the format "newc", as the kernel unpacks it. */
import { gzipSync } from 'node:zlib';

export interface InitramfsEntry {
  /** Without a leading slash. */
  readonly path: string;
  /** File type and permissions, as in stat(2). */
  readonly mode: number;
  readonly content?: Uint8Array;
  /** Major and minor number of a device node. */
  readonly device?: readonly [number, number];
}

export const DIRECTORY = 0o040755;
export const PROGRAM = 0o100755;
export const CHARACTER_DEVICE = 0o020600;

const hex = (value: number): string => value.toString(16).toUpperCase().padStart(8, '0');

/** Zeros up to the next multiple of four. */
const padding = (length: number): Buffer => Buffer.alloc((4 - (length % 4)) % 4);

function record(inode: number, { path, mode, content = new Uint8Array(), device = [0, 0] }: InitramfsEntry): Buffer {
  const name = Buffer.from(`${path}\0`);
  const links = (mode & 0o170000) === 0o040000 ? 2 : 1;
  // inode, mode, uid, gid, links, mtime, size, device of the file system, device of the node, name size, checksum
  const fields = [inode, mode, 0, 0, links, 0, content.length, 0, 0, ...device, name.length, 0];
  const head = Buffer.concat([Buffer.from(`070701${fields.map(hex).join('')}`), name]);
  return Buffer.concat([head, padding(head.length), content, padding(content.length)]);
}

/** The archive; the same entries give the same bytes. */
export function cpio(entries: readonly InitramfsEntry[]): Buffer {
  const records = entries.map((entry, index) => record(index + 1, entry));
  return Buffer.concat([...records, record(0, { path: 'TRAILER!!!', mode: 0 })]);
}

/** A kernel module by the name of its file; init loads them in the order of their names. */
export interface ModuleFile {
  readonly name: string;
  readonly content: Uint8Array;
}

const FILE = 0o100644;

/** An initramfs whose only program is `init`. */
export function initramfs(init: Uint8Array, modules: readonly ModuleFile[] = []): Buffer {
  return gzipSync(
    cpio([
      ...['dev', 'proc', 'sys', 'tmp', 'mnt', 'modules'].map((path) => ({ path, mode: DIRECTORY })),
      { path: 'dev/console', mode: CHARACTER_DEVICE, device: [5, 1] },
      { path: 'init', mode: PROGRAM, content: init },
      ...modules.map(({ name, content }) => ({ path: `modules/${name}`, mode: FILE, content })),
    ]),
    { level: 1 },
  );
}
