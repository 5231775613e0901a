/** Descriptors in messages: SCM_RIGHTS. */
import { command, type Kernel, type Process, type Socket } from '../kernel.ts';
import { getFile, openFile } from '../rules/references.ts';
import { checkRoom, descriptor, type Handle, install, share } from '../rules/resolve.ts';

export const socketpair = command({
  op: 'socketpair',
  name: 'socketpair(2)',
  cites: 'net/unix/af_unix.c unix_socketpair; facts link-core 9.1, cgroup M11',
  args: { peer: { shape: 'handle' } },
  makes: ['socket', 'file'],
  yieldsHandle: true,
  handleArguments: ['peer'],
  steps: {
    pair(k: Kernel, { args, made, actor, as }) {
      // Sockets and files are set aside per use; the second end is the twin of the first.
      const socket = k.all.socket.find(({ name }) => name === `${made.socket.name}.peer`);
      const file = k.all.file.find(({ name }) => name === `${made.file.name}.peer`);
      checkRoom(k, actor);
      if (socket === undefined || file === undefined) return k.broken('socketpair', 'no twin was set aside');
      connect(made.socket, socket);
      openFile(made.file, 'unix', made.socket).refs = 1;
      openFile(file, 'unix', socket).refs = 1;
      install(k, actor, made.file, as);
      install(k, actor, file, args.peer !== null && 'handle' in args.peer ? args.peer.handle : null);
    },
  },
});

function connect(one: Socket, other: Socket): void {
  one.open = true;
  other.open = true;
  one.peer = other;
  other.peer = one;
}

function socketOf(k: Kernel, process: Process, handle: Handle | null): Socket {
  const target = handle === null ? null : (descriptor(process, handle)?.target ?? null);
  return target?.kind === 'socket' ? target : k.fail('descriptor is a socket', 'EBADF');
}

export const sendMsg = command({
  op: 'send_msg',
  name: 'sendmsg(2) SCM_RIGHTS',
  cites: 'net/core/scm.c scm_fp_copy; facts link-core 9.1, cgroup M11–M14',
  args: { socket: { shape: 'handle' }, handle: { shape: 'handle' } },
  steps: {
    send(k: Kernel, { args, actor }) {
      const socket = socketOf(k, actor, args.socket);
      const file = args.handle === null ? null : descriptor(actor, args.handle);
      if (file === null) return k.fail('descriptor is open', 'EBADF');
      const { peer } = socket;
      if (peer === null || !peer.open) return k.fail('peer is open', 'EPIPE');
      getFile(k, file, `message in flight to ${peer.name}`);
      peer.queue.append(file);
    },
  },
});

export const recvMsg = command({
  op: 'recv_msg',
  name: 'recvmsg(2) SCM_RIGHTS',
  cites: 'net/core/scm.c scm_detach_fds; facts link-core 9.1, cgroup M12, M13',
  args: { socket: { shape: 'handle' } },
  yieldsHandle: true,
  steps: {
    receive(k: Kernel, { args, actor, as }) {
      const socket = socketOf(k, actor, args.socket);
      k.when(socket.queue.length > 0);
      const file = socket.queue.at(0);
      socket.queue.removeAt(0);
      if (file.target !== null) k.returns({ sameAs: file.target.name });
      // The message's reference becomes the descriptor's.
      install(k, actor, file, as);
    },
  },
});

export const sendFd = command({
  op: 'send_fd',
  name: 'SCM_RIGHTS',
  cites: 'net/core/scm.c; facts cgroup M15, M16',
  args: { handle: { shape: 'handle' }, to: { shape: 'actor' }, as: { shape: 'handle', optional: true } },
  handleArguments: ['as'],
  steps: {
    send(k: Kernel, { args, actor }) {
      const file = args.handle === null ? null : descriptor(actor, args.handle);
      const receiver = k.all.process[args.to];
      if (file === null) return k.fail('descriptor is open', 'EBADF');
      if (receiver === undefined || receiver.phase !== 'RUNNING') return k.fail('receiver is there', 'EPIPE');
      checkRoom(k, receiver);
      const name = args.as ?? args.handle;
      share(
        k,
        receiver,
        file,
        name !== null && 'handle' in name ? name.handle : null,
        `descriptor of ${receiver.name}`,
      );
    },
  },
});
