/** Deferred work of the network: devices wait for references, namespaces are torn down, filters are freed. */
import { noFrameOn } from '../commands/netdevs.ts';
import { type Kernel, type Netdev, work } from '../kernel.ts';
import { firstNetns, moveNetdev, unregisterNetdev } from '../rules/netdev.ts';
import { releaseNetnsHooks } from '../rules/netns.ts';
import { putProgram } from '../rules/references.ts';

/** After rtnl_unlock: the device waits for its references, then for readers, and is freed. */
export const netdevRunTodo = work({
  name: 'netdev_run_todo',
  cites: 'net/core/dev.c netdev_run_todo, netdev_wait_allrefs_any, free_netdev; facts net 14',
  on: 'netdev',
  ready: (k, netdev) =>
    (netdev.phase === 'UNREGISTERING' && netdev.refs === 0) ||
    (netdev.phase === 'UNREGISTERED' && noFrameOn(k, netdev)),
  run: (_k, netdev) => netdev.fire(netdev.phase === 'UNREGISTERING' ? 'REFS_GONE' : 'FREE'),
});

/** Cards go back to where they came from, everything else is destroyed (default_device_exit_net; facts net 3.9). */
function leaveNetns(k: Kernel, netdev: Netdev): void {
  const first = firstNetns(k);
  if (netdev.type === 'physical' && first !== null) moveNetdev(k, netdev, first);
  else unregisterNetdev(k, netdev);
}

/** Before the devices go, what is attached to the namespace itself is detached. */
export const cleanupNet = work({
  name: 'cleanup_net',
  cites: 'net/core/net_namespace.c cleanup_net, ops_exit_list; facts net 14, xdp-173 to xdp-176',
  on: 'netns',
  ready: (k, netns) =>
    netns.phase === 'DYING' ||
    (netns.phase === 'EXITING' && k.all.netdev.every((netdev) => netdev.netns !== netns || noFrameOn(k, netdev))),
  run(k, netns) {
    if (netns.phase === 'DYING') {
      releaseNetnsHooks(k, netns);
      return netns.fire('PRE_EXIT');
    }
    for (const netdev of k.all.netdev)
      if (netdev.netns === netns && netdev.phase === 'REGISTERED') leaveNetns(k, netdev);
    netns.fire('EXIT');
  },
});

/** The program of a deleted filter is put by a work item after a grace period (facts net 4, item 9). */
export const filterFree = work({
  name: 'cls_bpf_delete_prog_work',
  cites: 'net/sched/cls_bpf.c cls_bpf_delete_prog_work, tcf_queue_work; facts net 4 item 9, cls-047',
  on: 'filter',
  ready: (_k, filter) => filter.phase === 'DELETED' && filter.readers.empty,
  run(k, filter) {
    const { prog } = filter;
    filter.prog = null;
    filter.fire('FREE');
    if (prog !== null) putProgram(k, prog, `filter ${filter.name}`);
  },
});
