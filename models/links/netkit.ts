/** Links at netkit. Kernel: drivers/net/netkit.c netkit_link_attach, netkit_link_lops. Facts net 6. */
import type { Kernel, Link } from '../kernel.ts';
import { netkitSlot } from '../rules/netkit.ts';
import { checkProgramType } from '../rules/programs.ts';
import type { LinkType } from './link-type.ts';
import { attachMprogLink, updateMprogLink } from './tcx.ts';

export const netkitLink: LinkType = {
  name: 'netkit',
  feature: 'netkit',
  lock: 'rtnl_lock',
  attachTypes: { netkit_primary: 'sched_cls', netkit_peer: 'sched_cls' },
  create: {
    check: (k, _call, program) => checkProgramType(k, program, 'sched_cls'),
    resolve: null,
    attach: (k, call) =>
      attachMprogLink(k, call, netkitSlot(k, call.actor, call.args.netdev, String(call.args.attachType))),
    primesFirst: false,
    settlesUnderLock: true,
  },
  update: updateMprogLink,
  detach: (k: Kernel, link: Link) => k.rules.detachFromDevice(k, link),
  release: (k: Kernel, link: Link) => k.rules.detachFromDevice(k, link),
  // The link of a peer attachment reports the peer, which no call takes as a target (facts netkit-030).
  info: ({ slot, attachType }) => {
    const netdev = attachType === 'netkit_peer' ? slot?.netdev?.peer : slot?.netdev;
    return { netdev: netdev?.name ?? null };
  },
};
