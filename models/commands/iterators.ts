/** Iterators: files that run the program that their link had when they were opened. */
import { command, type Inode, type Kernel, type Link, type OpenFile, type Process, type Program } from '../kernel.ts';
import { ATTR, checkAttr } from '../rules/attr.ts';
import { only } from '../rules/flags.ts';
import { getUser } from '../rules/maps.ts';
import { lookUp, resolved } from '../rules/pins.ts';
import { getProgram, openFile } from '../rules/references.ts';
import { checkRoom, descriptor, install, resolveLink } from '../rules/resolve.ts';

/**
 * A seq file with a reference of its own on the program, and on the map that it walks; the link is not held, unless by the inode that the
 * file was opened by (facts pin-179, pin-181, lt-088, lt-092).
 */
export function openIterator(
  k: Kernel,
  process: Process,
  file: OpenFile,
  link: Link,
  as: number | null,
  inode: Inode | null = null,
): void {
  const { prog } = link;
  if (prog === null || prog.template.expectedAttachType !== 'trace_iter') k.fail('link is an iterator', 'EINVAL');
  checkRoom(k, process);
  getProgram(k, prog, `iterator of ${process.name}`);
  const map = link.slot?.hook?.map ?? null;
  if (map !== null) {
    getUser(k, map, `iterator of ${process.name}`);
    file.keeps.append(map);
  }
  if (inode !== null) {
    inode.opens += 1;
    file.keeps.append(inode);
  }
  openFile(file, 'iter', prog).refs = 1;
  install(k, process, file, as);
}

export const iterCreate = command({
  op: 'iter_create',
  name: 'BPF_ITER_CREATE',
  cites: 'kernel/bpf/bpf_iter.c bpf_iter_new_fd; facts link-core 4.10, mx-324–327, lt-086–093',
  args: { link: { shape: 'handle' }, flags: { shape: 'flags', optional: true }, attr: ATTR },
  makes: ['file'],
  yieldsHandle: true,
  steps: {
    create(k: Kernel, { args, made, actor, as }) {
      checkAttr(k, actor, args.attr);
      k.check('flags are known', only(args.flags, 0), 'EINVAL');
      openIterator(k, actor, made.file, resolveLink(k, actor, args.link), as);
    },
  },
});

function programAt(k: Kernel, process: Process, path: Parameters<typeof lookUp>[2]): Program {
  const inode = resolved(lookUp(k, process, path, null).inode);
  if (inode === null) return k.fail('path exists', 'ENOENT');
  const { target } = inode;
  const program = target?.kind === 'link' ? target.prog : null;
  return program?.template.expectedAttachType === 'trace_iter' ? program : k.fail('pin is an iterator', 'EIO');
}

/** read(2) of any other BPF object is EINVAL, and of a link EINVAL as well: none of them is to be read. */
function iterated(k: Kernel, file: OpenFile | null): Program {
  if (file === null) return k.fail('descriptor is open', 'EBADF');
  if (file.type !== 'iter' || file.target?.kind !== 'program') return k.fail('file is an iterator', 'EINVAL');
  return file.target;
}

export const iterRead = command({
  op: 'iter_read',
  name: 'read(2) of an iterator',
  cites:
    'kernel/bpf/bpf_iter.c bpf_seq_read, kernel/bpf/inode.c bpffs_obj_open; facts link-core 4.10, 12.4, pin-181–184, lt-092, lt-093',
  args: { iter: { shape: 'handle', optional: true }, path: { shape: 'object', kind: 'path', optional: true } },
  steps: {
    read(k: Kernel, { args, actor }) {
      const file = args.path !== null || args.iter === null ? null : descriptor(actor, args.iter);
      const program = args.path !== null ? programAt(k, actor, args.path) : iterated(k, file);
      // The end of the file is the end of the walk (bpf_seq_read, BPF_ITER_STOP).
      if (file !== null && file.drained > 0) return k.returns({ ran: [], textContains: null });
      if (file !== null) file.drained = 1;
      k.returns({ ran: [program.name], textContains: program.template.iterOutput });
    },
  },
});
