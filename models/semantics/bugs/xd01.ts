/** XD01 xdp-link-vs-unregister: the device is looked up before the lock is taken. Fix 5acc7d3e8d34 (5.14), introduced by aa8d3a716b59. */
import type { Kernel } from '../../kernel.ts';
import type { LinkCreate } from '../../links/link-type.ts';
import { attachTo } from '../../links/xdp.ts';
import { findNetdev } from '../../rules/netdev.ts';
import { getNetdev } from '../../rules/references.ts';
import { proposal } from '../proposal.ts';

/** The reference keeps the device's memory, and not its place in the lists. */
function lookUp(k: Kernel, call: LinkCreate): void {
  const { args, frame, actor } = call;
  if (args.attachType !== 'xdp') return;
  const netdev = findNetdev(k, actor, args.netdev, 'EINVAL');
  getNetdev(k, netdev, `LINK_CREATE of ${actor.name}`);
  frame.target = netdev;
}

export const xd01 = proposal({
  name: 'bug-XD01',
  base: 'linux-6.18',
  says: 'an XDP link looks its device up before rtnl_lock, and does not look again',
  changes: ({ steps }) => ({
    steps: {
      link_create: {
        'attach [rtnl_lock]': {
          'look up the device': lookUp,
          'attach [rtnl_lock], to what was found': (k: Kernel, call: LinkCreate) => {
            const { target } = call.frame;
            if (target?.kind !== 'netdev') return steps.link_create['attach [rtnl_lock]'](k, call);
            attachTo(k, call, target);
            call.frame.program = null;
            return 'settle: publish the id';
          },
        },
      },
    },
  }),
});
