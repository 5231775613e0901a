/** flock(2): what libxdp locks its directory with. */
import { command, type Kernel } from '../kernel.ts';
import { descriptor } from '../rules/resolve.ts';

export const flock = command({
  op: 'flock',
  name: 'flock(2)',
  cites:
    'fs/locks.c flock, flock_lock_inode_wait, locks_remove_flock; facts net 10.1; EAGAIN and EBADF (O_PATH) seen on 6.18.44',
  args: {
    handle: { shape: 'handle' },
    unlock: { shape: 'boolean', optional: true, says: 'LOCK_UN, else LOCK_EX' },
    nonblock: { shape: 'boolean', optional: true, says: 'LOCK_NB' },
  },
  steps: {
    lock(k: Kernel, { args, actor }) {
      const file = args.handle === null ? null : descriptor(actor, args.handle);
      if (file === null || file.type === 'opath') return k.fail('descriptor is open', 'EBADF');
      if (file.type !== 'dir') k.exceeded(`flock of a ${file.type}: only directories of bpffs are locked here`);
      if (args.unlock) {
        file.locked = 0;
        return;
      }
      const free = !k.all.file.some((other) => other !== file && other.locked > 0 && other.target === file.target);
      if (args.nonblock) k.check('nobody else holds the lock', free, 'EAGAIN');
      k.when(free);
      file.locked = 1;
    },
  },
});
