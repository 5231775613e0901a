/** BPF_OBJ_PIN and BPF_OBJ_GET. */
import { command, type Inode, type Kernel } from '../kernel.ts';
import { ATTR, checkAttr } from '../rules/attr.ts';
import { has, OPEN_FLAG, only } from '../rules/flags.ts';
import { getUser } from '../rules/maps.ts';
import { lookUp, resolved } from '../rules/pins.ts';
import { getLink, getProgram } from '../rules/references.ts';
import { checkRoom, descriptor, newDescriptor } from '../rules/resolve.ts';

/** Files of objects that have pins. */
const PINNABLE = new Set(['prog', 'link', 'map']);
const WRITE = { read: false, write: true } as const;

export const objPin = command({
  op: 'obj_pin',
  name: 'BPF_OBJ_PIN',
  cites: 'kernel/bpf/inode.c bpf_obj_pin_user, bpf_obj_do_pin; facts link-core 4.7, pin-004–026, cgroup M30–M37',
  args: {
    obj: { shape: 'handle' },
    path: { shape: 'object', kind: 'path' },
    flags: { shape: 'flags', optional: true },
    pathFd: { shape: 'handle', optional: true },
    attr: ATTR,
  },
  makes: ['inode'],
  steps: {
    pin(k: Kernel, { args, made, actor }) {
      checkAttr(k, actor, args.attr);
      const known = k.has('path-fd') ? OPEN_FLAG.BPF_F_PATH_FD : 0;
      const relative = has(args.flags, OPEN_FLAG.BPF_F_PATH_FD);
      k.check('flags are known', only(args.flags, known), 'EINVAL');
      k.check('path_fd only with its flag', relative || args.pathFd === null, 'EINVAL');
      // Never EBADF: whatever is no map, program or link is EINVAL (facts pin-014).
      const file = args.obj === null ? null : descriptor(actor, args.obj);
      const target = file === null || !PINNABLE.has(file.type) ? null : file.target;
      if (target?.kind !== 'program' && target?.kind !== 'link' && target?.kind !== 'map')
        return k.fail('descriptor can be pinned', 'EINVAL');
      const found = lookUp(k, actor, args.path, relative ? args.pathFd : null);
      k.check('directory is in bpffs', found.where === 'bpffs', 'EPERM');
      const { name } = found;
      if (name === undefined) return k.fail('name is free', 'EEXIST');
      k.check('name is free', name.inode === null, 'EEXIST');
      const directory = name.parent === null ? name.instance?.root : name.parent.inode;
      k.check('may write the directory', directory == null || k.rules.mayAccess(k, actor, directory, WRITE), 'EACCES');
      k.allocates('the inode');
      if (target.kind === 'program') getProgram(k, target, `pin ${name.path}`);
      else if (target.kind === 'map') getUser(k, target, `pin ${name.path}`);
      else getLink(k, target, `pin ${name.path}`);
      fill(made.inode, 'pin', target);
      made.inode.foreign = actor.unprivileged;
      made.inode.instance = name.instance;
      name.inode = made.inode;
    },
  },
});

/** A fresh inode with one name. */
export function fill(inode: Inode, kind: Inode['type'], target: Inode['target']): void {
  inode.type = kind;
  inode.target = target;
  inode.nlink = 1;
}

export const objGet = command({
  op: 'obj_get',
  name: 'BPF_OBJ_GET',
  cites:
    'kernel/bpf/inode.c bpf_obj_get_user, bpf_obj_do_get; facts link-core 4.8, pin-032–049, cgroup M31–M34, N30–N33',
  args: {
    path: { shape: 'object', kind: 'path' },
    flags: { shape: 'flags', optional: true },
    pathFd: { shape: 'handle', optional: true },
    bpfFd: { shape: 'handle', optional: true },
    mapDef: { shape: 'json', optional: true },
    attr: ATTR,
  },
  makes: ['file'],
  yieldsHandle: true,
  steps: {
    get(k: Kernel, { args, made, actor, as }) {
      checkAttr(k, actor, args.attr);
      const relative = has(args.flags, OPEN_FLAG.BPF_F_PATH_FD);
      const read = has(args.flags, OPEN_FLAG.BPF_F_RDONLY);
      const write = has(args.flags, OPEN_FLAG.BPF_F_WRONLY);
      const known = OPEN_FLAG.BPF_F_RDONLY | OPEN_FLAG.BPF_F_WRONLY | (k.has('path-fd') ? OPEN_FLAG.BPF_F_PATH_FD : 0);
      k.check('flags are known', only(args.flags, known) && !(read && write), 'EINVAL');
      k.check('bpf_fd is 0', args.bpfFd === null, 'EINVAL');
      const found = lookUp(k, actor, args.path, relative ? args.pathFd : null);
      k.check('is in bpffs', found.where === 'bpffs', 'EACCES');
      const inode = resolved(found.inode);
      if (inode === null) return k.fail('path exists', 'ENOENT');
      k.check('may open the pin', k.rules.mayAccess(k, actor, inode, { read: !write, write: !read }), 'EACCES');
      const { target } = inode;
      if (inode.type !== 'pin' || target === null || target.kind === 'name') return k.fail('is a pin', 'EACCES');
      if (k.has('link-opens-read-write'))
        k.check('a link is opened for reading and writing', target.kind !== 'link' || !(read || write), 'EINVAL');
      checkRoom(k, actor);
      k.returns({ sameAs: target.name });
      newDescriptor(k, actor, made.file, target, as);
    },
  },
});
