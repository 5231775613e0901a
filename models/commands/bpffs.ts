/** bpffs as a file system: names, inodes and mounts. */
import { command, type Inode, type Kernel, type Name, type Process } from '../kernel.ts';
import { has, RENAME_FLAG } from '../rules/flags.ts';
import {
  checkDirectory,
  instanceBusy,
  instanceMayGo,
  isSameMount,
  lookUp,
  modeIndex,
  modeName,
  removeName,
} from '../rules/pins.ts';
import { capable, mayRemove } from '../rules/privileges.ts';
import { openFile } from '../rules/references.ts';
import { checkRoom, install } from '../rules/resolve.ts';
import { openIterator } from './iterators.ts';
import { fill } from './pins.ts';

const PATH = { path: { shape: 'object', kind: 'path' } } as const;
const FROM_TO = { ...PATH, to: { shape: 'object', kind: 'path' } } as const;
const CITES = 'fs/namei.c; kernel/bpf/inode.c bpf_dir_iops; facts link-core 8';

/** A name that exists. */
function existing(k: Kernel, process: Process, path: Parameters<typeof lookUp>[2]): { name: Name; inode: Inode } {
  const { name, inode } = lookUp(k, process, path, null);
  if (name === undefined || inode === null) return k.fail('path exists', 'ENOENT');
  return { name, inode };
}

/** A name that is free, in a directory that the process may write. */
function free(k: Kernel, process: Process, path: Parameters<typeof lookUp>[2]): Name {
  const { name, where } = lookUp(k, process, path, null);
  if (where !== 'bpffs') k.exceeded('what is made on another file system');
  if (name === undefined || name.inode !== null) return k.fail('name is free', 'EEXIST');
  const directory = directoryOf(name);
  k.check(
    'may write the directory',
    directory == null || k.rules.mayAccess(k, process, directory, { read: false, write: true }),
    'EACCES',
  );
  return name;
}

const directoryOf = (name: Name): Inode | null =>
  name.parent === null ? (name.instance?.root ?? null) : name.parent.inode;

function checkMayRemove(k: Kernel, process: Process, name: Name, inode: Inode): void {
  const directory = directoryOf(name);
  k.check('may remove the name', directory === null || mayRemove(process, inode, modeName(k, directory)), 'EPERM');
}

export const unlink = command({
  op: 'unlink',
  name: 'unlink(2)',
  cites:
    'fs/namei.c do_unlinkat, fs/inode.c iput; kernel/bpf/inode.c bpf_free_inode; facts link-core 8, pin-051–057, cgroup M38–M45',
  args: PATH,
  steps: {
    unlink(k: Kernel, { args, actor }) {
      const { name, inode } = existing(k, actor, args.path);
      checkMayRemove(k, actor, name, inode);
      k.check('is no directory', inode.type !== 'dir', 'EISDIR');
      removeName(k, name, actor);
    },
  },
});

export const rename = command({
  op: 'rename',
  name: 'renameat2(2)',
  cites: 'fs/namei.c vfs_rename; kernel/bpf/inode.c; facts link-core 8.6, pin-058–068',
  args: { ...FROM_TO, flags: { shape: 'flags', optional: true } },
  steps: {
    rename(k: Kernel, { args, actor }) {
      // Both directories, then the mounts, and only then the names (seen on 6.18.44).
      checkDirectory(k, actor, args.path);
      checkDirectory(k, actor, args.to);
      k.check('same mount', isSameMount(args.path, args.to), 'EXDEV');
      const { name, inode } = existing(k, actor, args.path);
      const { name: target } = lookUp(k, actor, args.to, null);
      checkMayRemove(k, actor, name, inode);
      if (target === undefined) return;
      if (has(args.flags, RENAME_FLAG.RENAME_NOREPLACE)) k.check('new name is free', target.inode === null, 'EEXIST');
      // A name that is renamed over is removed, too (fs/namei.c may_delete of the new name).
      if (target.inode !== null) checkMayRemove(k, actor, target, target.inode);
      if (has(args.flags, RENAME_FLAG.RENAME_EXCHANGE)) {
        k.check('both names exist', target.inode !== null, 'ENOENT');
        // fs/libfs.c simple_rename, after all that the VFS checks.
        k.check('names can be exchanged', k.has('rename-exchange'), 'EINVAL');
        name.inode = target.inode;
        target.inode = inode;
        return;
      }
      if (target.inode === inode) return;
      // The new name never stops existing: whoever looks sees the old pin or the new one.
      const overwritten = target.inode;
      name.inode = null;
      target.inode = inode;
      if (overwritten === null) return;
      overwritten.nlink -= 1;
      k.rules.inodeMayGo(k, overwritten, actor);
    },
  },
});

export const hardlink = command({
  op: 'hardlink',
  name: 'link(2)',
  cites: `${CITES}.1, pin-054–057, cgroup M43`,
  args: FROM_TO,
  steps: {
    link(k: Kernel, { args, actor }) {
      const { inode } = existing(k, actor, args.path);
      // What is to be made is looked up before the mounts are compared, and its directory is asked after (seen on 6.18.44).
      const to = lookUp(k, actor, args.to, null);
      k.check('name is free', to.where !== 'bpffs' || (to.name !== undefined && to.inode === null), 'EEXIST');
      k.check('same mount', isSameMount(args.path, args.to), 'EXDEV');
      const name = free(k, actor, args.to);
      k.check('is no directory', inode.type !== 'dir', 'EPERM');
      name.inode = inode;
      inode.nlink += 1;
    },
  },
});

export const symlink = command({
  op: 'symlink',
  name: 'symlink(2)',
  cites: `${CITES}.5, pin-031, pin-040`,
  args: FROM_TO,
  makes: ['inode'],
  steps: {
    link(k: Kernel, { args, made, actor }) {
      const target = lookUp(k, actor, args.path, null).name ?? null;
      const name = free(k, actor, args.to);
      fill(made.inode, 'symlink', target);
      made.inode.instance = name.instance;
      name.inode = made.inode;
    },
  },
});

export const pinMkdir = command({
  op: 'pin_mkdir',
  name: 'mkdir(2) in bpffs',
  cites: `${CITES}.5, pin-026–030`,
  args: PATH,
  makes: ['inode'],
  steps: {
    mkdir(k: Kernel, { args, made, actor }) {
      const name = free(k, actor, args.path);
      fill(made.inode, 'dir', null);
      made.inode.mode = modeIndex(k, '0755');
      made.inode.foreign = actor.unprivileged;
      made.inode.instance = name.instance;
      name.inode = made.inode;
    },
  },
});

export const pinRmdir = command({
  op: 'pin_rmdir',
  name: 'rmdir(2) in bpffs',
  cites: `${CITES}.5, pin-027, pin-028`,
  args: PATH,
  steps: {
    rmdir(k: Kernel, { args, actor }) {
      const { name, inode } = existing(k, actor, args.path);
      k.check('is a directory', inode.type === 'dir', 'ENOTDIR');
      k.check('is empty', !k.all.name.some((inner) => inner.parent === name && inner.inode !== null), 'ENOTEMPTY');
      removeName(k, name, actor);
    },
  },
});

export const createFile = command({
  op: 'create_file',
  name: 'creat(2)',
  cites: `${CITES}.5, pin-029, pin-043`,
  args: PATH,
  steps: {
    create(k: Kernel, { args, actor }) {
      const { where } = lookUp(k, actor, args.path, null);
      k.check('plain files are allowed here', where === 'elsewhere', 'EACCES');
    },
  },
});

/** A directory is named by itself and by each directory in it (kernel/bpf/inode.c bpf_mkdir, fs/libfs.c simple_fill_super). */
function linksOfDirectory(k: Kernel, inode: Inode): number {
  const own = k.all.name.find((name) => name.inode === inode) ?? null;
  const below = k.all.name.filter(
    (name) => name.inode?.type === 'dir' && name.parent === own && name.instance === inode.instance,
  );
  return 2 + below.length;
}

export const stat = command({
  op: 'stat',
  name: 'stat(2)',
  cites: `${CITES}.7, pin-003, pin-005, pin-055`,
  args: PATH,
  steps: {
    stat(k: Kernel, { args, actor }) {
      const { inode } = lookUp(k, actor, args.path, null);
      if (inode === null) return k.fail('path exists', 'ENOENT');
      const mode = modeName(k, inode).padStart(4, '0');
      const type = inode.type === 'dir' ? '04' : '010';
      k.returns({ mode: `${type}${mode}`, nlink: inode.type === 'dir' ? linksOfDirectory(k, inode) : inode.nlink });
    },
  },
});

export const chmod = command({
  op: 'chmod',
  name: 'chmod(2)',
  cites: `${CITES}.7, pin-095–098`,
  args: { ...PATH, mode: { shape: 'word' } },
  steps: {
    chmod(k: Kernel, { args, actor }) {
      const { inode } = lookUp(k, actor, args.path, null);
      if (inode === null) return k.fail('path exists', 'ENOENT');
      k.check('owns the file', !actor.unprivileged || inode.foreign, 'EPERM');
      inode.mode = modeIndex(k, args.mode);
    },
  },
});

const opener = (op: 'open_pin' | 'open_dir', kind: 'opath' | 'dir') =>
  command({
    op,
    name: 'open(2)',
    cites: `${CITES}.4, pin-045–053, pin-169–173`,
    args: { ...PATH, oPath: { shape: 'boolean', optional: true } },
    makes: ['file'],
    yieldsHandle: true,
    steps: {
      open(k: Kernel, { args, made, actor, as }) {
        const { inode } = lookUp(k, actor, args.path, null);
        if (inode === null) return k.fail('path exists', 'ENOENT');
        if (kind === 'dir') k.check('is a directory', inode.type === 'dir', 'ENOTDIR');
        else if (!args.oPath) {
          const link = inode.target?.kind === 'link' ? inode.target : null;
          if (link?.prog?.template.expectedAttachType !== 'trace_iter') return k.fail('opened with O_PATH', 'EIO');
          return openIterator(k, actor, made.file, link, as, inode);
        }
        checkRoom(k, actor);
        inode.opens += 1;
        openFile(made.file, kind, inode).refs = 1;
        install(k, actor, made.file, as);
      },
    },
  });
export const openPin = opener('open_pin', 'opath');
export const openDir = opener('open_dir', 'dir');

export const mountBpffs = command({
  op: 'mount_bpffs',
  name: 'mount(2)',
  cites: `${CITES}.9; link-core pin-001, pin-094, pin-174–176, N36`,
  args: {
    mount: { shape: 'object', kind: 'mount' },
    bindOf: { shape: 'word', optional: true },
    private: { shape: 'boolean', optional: true },
  },
  steps: {
    mount(k: Kernel, { args, actor }) {
      k.check('CAP_SYS_ADMIN', capable(actor, 'CAP_SYS_ADMIN'), 'EPERM');
      const { mount } = args;
      // The kernel stacks a second mount on the first (seen on 6.18.44), and one after an unmount is a new instance.
      if (mount.phase !== 'ABSENT') k.exceeded(`a second mount at ${mount.name}`);
      mount.fire('MOUNT');
      if (args.private) {
        mount.isPrivate = true;
        mount.owner = actor;
      }
      if (mount.instance === null) return;
      mount.instance.mounts += 1;
      mount.instance.alive = true;
    },
  },
});

export const umountBpffs = command({
  op: 'umount_bpffs',
  name: 'umount2(2)',
  cites: `${CITES}.8; link-core pin-166–175, cgroup M46`,
  args: { mount: { shape: 'object', kind: 'mount' }, lazy: { shape: 'boolean', optional: true } },
  steps: {
    umount(k: Kernel, { args, actor }) {
      const { mount } = args;
      const { instance } = mount;
      if (mount.phase !== 'MOUNTED' || instance === null) return k.fail('something is mounted there', 'EINVAL');
      if (!args.lazy) k.check('nothing inside is open', !instanceBusy(k, instance), 'EBUSY');
      mount.fire('UMOUNT');
      instance.mounts -= 1;
      instanceMayGo(k, instance, actor);
    },
  },
});
