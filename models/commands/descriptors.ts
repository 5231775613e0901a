/** Descriptors: close, dup, and what else changes one table. */

import { command, type Kernel, type Process } from '../kernel.ts';
import { PLAIN_FILES } from '../objects/file.ts';
import { capable } from '../rules/privileges.ts';
import { openFile, putFile } from '../rules/references.ts';
import { checkRoom, descriptor, install, numberOf, share, takeOut } from '../rules/resolve.ts';

export const close = command({
  op: 'close',
  name: 'close(2)',
  cites: 'fs/open.c close, fs/file.c file_close_fd; facts link-core 9.1, cgroup 11, H21, M02',
  args: { handle: { shape: 'handle' } },
  steps: {
    close(k: Kernel, { args, actor }) {
      const number = args.handle === null ? -1 : numberOf(actor, args.handle);
      const file = number < 0 ? null : takeOut(actor, number);
      if (file === null) return k.fail('descriptor is open', 'EBADF');
      putFile(k, file, `descriptor of ${actor.name}`, actor);
    },
  },
});

export const dup = command({
  op: 'dup',
  name: 'dup(2)',
  cites: 'fs/file.c dup; facts link-core 9.1, M01',
  args: { handle: { shape: 'handle' } },
  yieldsHandle: true,
  steps: {
    dup(k: Kernel, { args, actor, as }) {
      const file = args.handle === null ? null : descriptor(actor, args.handle);
      if (file === null) return k.fail('descriptor is open', 'EBADF');
      checkRoom(k, actor);
      share(k, actor, file, as, `descriptor of ${actor.name}`);
    },
  },
});

export const dup2 = command({
  op: 'dup2',
  name: 'dup2(2)',
  cites: 'fs/file.c ksys_dup3; facts link-core 9.1, cgroup M52, pr-015',
  args: { handle: { shape: 'handle' }, over: { shape: 'handle' } },
  steps: {
    dup2(k: Kernel, { args, actor }) {
      const file = args.handle === null ? null : descriptor(actor, args.handle);
      const number = args.over === null ? -1 : numberOf(actor, args.over);
      if (file === null || number < 0) return k.fail('descriptor is open', 'EBADF');
      const old = takeOut(actor, number);
      file.refs += 1;
      actor.table?.fds.put(number, file);
      if (old !== null) putFile(k, old, `descriptor of ${actor.name}`, actor);
    },
  },
});

export const setCloexec = command({
  op: 'set_cloexec',
  name: 'fcntl(F_SETFD)',
  cites: 'fs/fcntl.c set_close_on_exec; facts cgroup M09',
  args: { handle: { shape: 'handle' }, on: { shape: 'boolean' } },
  steps: {
    set(k: Kernel, { args, actor }) {
      const number = args.handle === null ? -1 : numberOf(actor, args.handle);
      k.check('descriptor is open', number >= 0 && actor.table?.fds.at(number) != null, 'EBADF');
      actor.table?.cloexec.put(number, !args.on);
    },
  },
});

export const getCloexec = command({
  op: 'get_cloexec',
  name: 'fcntl(F_GETFD)',
  cites: 'fs/fcntl.c get_close_on_exec; facts cgroup H15, link-core mx-331',
  args: { handle: { shape: 'handle' } },
  steps: {
    get(k: Kernel, { args, actor }) {
      const number = args.handle === null ? -1 : numberOf(actor, args.handle);
      k.check('descriptor is open', number >= 0 && actor.table?.fds.at(number) != null, 'EBADF');
      k.returns({ cloexec: !keepsOnExec(actor, number) });
    },
  },
});

/** The table stores the exception: BPF descriptors are close-on-exec unless it was cleared. */
export const keepsOnExec = (process: Process, number: number): boolean =>
  process.table !== null && process.table.cloexec.length > 0 && process.table.cloexec.at(number);

const full = <const Op extends string>(op: Op, value: boolean) =>
  command({
    op,
    name: 'setrlimit(2)',
    cites: 'fs/file.c alloc_fd; facts cgroup H28, link-core pr-046',
    args: {},
    steps: {
      set(_k: Kernel, { actor }) {
        if (actor.table !== null) actor.table.full = value;
      },
    },
  });
export const fillFds = full('fill_fds', true);
export const freeFds = full('free_fds', false);

export const openPlain = command({
  op: 'open_file',
  name: 'open(2)',
  cites: 'fs/open.c; facts cgroup A02–A10',
  args: { kind: { shape: 'word', words: PLAIN_FILES } },
  makes: ['file'],
  yieldsHandle: true,
  steps: {
    open(k: Kernel, { args, made, actor, as }) {
      checkRoom(k, actor);
      openFile(made.file, args.kind as (typeof PLAIN_FILES)[number], null);
      made.file.refs = 1;
      install(k, actor, made.file, as);
    },
  },
});

export const pidfdGetfd = command({
  op: 'pidfd_getfd',
  name: 'pidfd_getfd(2)',
  cites: 'kernel/pid.c pidfd_getfd; facts link-core 9.1, pr-032–037, cgroup M17',
  args: { from: { shape: 'actor' }, handle: { shape: 'handle' } },
  yieldsHandle: true,
  steps: {
    get(k: Kernel, { args, actor, as }) {
      const from = k.all.process[args.from];
      k.check(
        'may trace the process',
        !actor.unprivileged || from?.unprivileged === true || capable(actor, 'CAP_SYS_ADMIN'),
        'EPERM',
      );
      // A zombie has no descriptors; since 6.9 that is told apart from a descriptor that is not open.
      const gone = from === undefined || from.phase === 'ABSENT' || from.phase === 'REAPED';
      const ended = gone || from.phase !== 'RUNNING';
      k.check('process exists', !gone && (!ended || !k.has('getfd-esrch')), 'ESRCH');
      const file = ended || args.handle === null ? null : descriptor(from, args.handle);
      if (file === null) return k.fail('descriptor is open there', 'EBADF');
      checkRoom(k, actor);
      const { target } = file;
      if (target !== null) k.returns({ sameAs: target.name });
      share(k, actor, file, as, `descriptor of ${actor.name}`);
    },
  },
});

/** One file operation on a descriptor of a BPF object, with the errno that its file says (facts link-core 4.11). */
const fileOperation = <const Op extends string>(
  op: Op,
  name: string,
  errno: (file: { readonly type: string }) => string,
) =>
  command({
    op,
    name,
    cites: 'kernel/bpf/syscall.c bpf_link_fops; facts link-core 4.11, mx-328–333, H17',
    args: { handle: { shape: 'handle' }, from: { shape: 'actor', optional: true } },
    steps: {
      act(k: Kernel, { args, actor }) {
        const owner = args.from === null ? actor : k.all.process[args.from];
        const file = args.handle === null || owner === undefined ? null : descriptor(owner, args.handle);
        if (file === null) return k.fail('descriptor is open', 'EBADF');
        k.fail(`${name} of a BPF object`, errno(file));
      },
    },
  });

export const readFd = fileOperation('read_fd', 'read(2)', () => 'EINVAL');
// Link files are open for reading only, program files for both.
export const writeFd = fileOperation('write_fd', 'write(2)', (file) => (file.type === 'link' ? 'EBADF' : 'EINVAL'));
export const mmapFd = fileOperation('mmap_fd', 'mmap(2)', () => 'EACCES');
export const openProcFd = fileOperation('open_proc_fd', 'open(2)', () => 'ENXIO');
export const epollAdd = fileOperation('epoll_add', 'epoll_ctl(2)', () => 'EPERM');

/** Name of the anonymous inode; descriptors by id and from pins spell it differently (facts link-core 4.11). */
export const readlinkFd = command({
  op: 'readlink_fd',
  name: 'readlink(2)',
  cites: 'kernel/bpf/syscall.c bpf_link_prime, bpf_link_new_fd; facts cgroup H16, link-core 4.11',
  args: { handle: { shape: 'handle' } },
  steps: {
    read(k: Kernel, { args, actor }) {
      const file = args.handle === null ? null : descriptor(actor, args.handle);
      // What is not open has no entry in /proc.
      if (file === null) return k.fail('descriptor is open', 'ENOENT');
      if (file.type !== 'link') return k.returns({ target: `anon_inode:bpf-${file.type}` });
      k.returns({
        target: /^(link_create|raw_tp_open)/.test(file.name) ? 'anon_inode:bpf_link' : 'anon_inode:bpf-link',
      });
    },
  },
});
