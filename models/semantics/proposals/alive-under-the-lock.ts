/** The cgroup is tested again under the lock: an attach that came too late fails (facts cgroup 4 and 15). */
import type { Kernel } from '../../kernel.ts';
import { proposal } from '../proposal.ts';

type Target = { readonly kind: string; readonly phase?: string } | null;

function checkAlive(k: Kernel, target: Target): void {
  k.check('cgroup is alive under the lock', target?.phase === 'ONLINE', 'ENOENT');
}

export const aliveUnderTheLock = proposal({
  name: 'alive-under-the-lock',
  base: 'linux-6.18',
  says: 'PROG_ATTACH and LINK_CREATE ask under cgroup_mutex whether the cgroup is still there',
  claims: ['C2', 'C8'],
  changes: ({ steps }) => ({
    steps: {
      prog_attach: {
        'attach [cgroup_mutex]'(k, call) {
          checkAlive(k, call.frame.target);
          return steps.prog_attach['attach [cgroup_mutex]'](k, call);
        },
      },
      link_create: {
        'attach [cgroup_mutex]'(k, call) {
          checkAlive(k, call.frame.target);
          return steps.link_create['attach [cgroup_mutex]'](k, call);
        },
      },
    },
  }),
});
