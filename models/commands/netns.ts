/** Network namespaces: made, entered, held open, deleted. */
import { command, type Kernel } from '../kernel.ts';
import { enterNetns, getNetns, putNetns } from '../rules/netdev.ts';
import { openByName } from '../rules/netns.ts';
import { capable } from '../rules/privileges.ts';
import { openFile } from '../rules/references.ts';
import { checkRoom, install } from '../rules/resolve.ts';

const NETNS = { shape: 'object', kind: 'netns' } as const;

export const netnsAdd = command({
  op: 'netns_add',
  name: 'unshare(CLONE_NEWNET)',
  cites: 'net/core/net_namespace.c copy_net_ns; facts net 3.9, 7',
  args: { netns: NETNS },
  steps: {
    make(k: Kernel, { args: { netns }, actor }) {
      k.check('name is free', netns.phase === 'ABSENT', 'EEXIST');
      k.check('CAP_SYS_ADMIN', capable(actor, 'CAP_SYS_ADMIN'), 'EPERM');
      netns.fire('UNSHARE');
      netns.named = true;
      getNetns(k, netns, 'its name');
    },
  },
});

export const netnsDelete = command({
  op: 'netns_delete',
  name: 'umount(2) of a namespace file',
  cites:
    'net/core/net_namespace.c __put_net, cleanup_net; facts net 3.9, 7, xdp-173 to xdp-176, netns-061 to netns-071',
  args: { netns: NETNS },
  steps: {
    'drop the name'(k: Kernel, { args: { netns } }) {
      k.check('namespace has a name', netns.named, 'ENOENT');
      netns.named = false;
      putNetns(k, netns, 'its name');
    },
  },
});

export const enter = command({
  op: 'enter_netns',
  name: 'setns(2)',
  cites: 'net/core/net_namespace.c netns_install; facts net 3.9, xdp-135 to xdp-137',
  args: { netns: NETNS },
  steps: {
    enter(k: Kernel, { args: { netns }, actor }) {
      openByName(k, netns);
      k.check('CAP_SYS_ADMIN', capable(actor, 'CAP_SYS_ADMIN'), 'EPERM');
      enterNetns(k, actor, netns);
    },
  },
});

export const openNetns = command({
  op: 'open_netns',
  name: 'open(2) of a namespace file',
  cites: 'fs/nsfs.c open_namespace; facts net 7, netns-061',
  args: { netns: NETNS },
  makes: ['file'],
  yieldsHandle: true,
  steps: {
    open(k: Kernel, { args: { netns }, made, actor, as }) {
      openByName(k, netns);
      checkRoom(k, actor);
      getNetns(k, netns, `descriptor of ${actor.name}`);
      openFile(made.file, 'netns', netns).refs = 1;
      install(k, actor, made.file, as);
    },
  },
});
