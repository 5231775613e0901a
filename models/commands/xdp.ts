/** XDP over netlink: attachments that belong to nobody. */

import type { Netdev, Process } from '../kernel.ts';
import { command, type Kernel, type Program } from '../kernel.ts';
import { has, only, XDP_FLAG } from '../rules/flags.ts';
import { findNetdev } from '../rules/netdev.ts';
import { notifyXdp } from '../rules/notify.ts';
import { programOf } from '../rules/order.ts';
import { rtnlAdmin } from '../rules/privileges.ts';
import { getProgram } from '../rules/references.ts';
import { type Handle, resolveProgram } from '../rules/resolve.ts';
import { oneMode, XDP_MODES, xdpSlot } from '../rules/xdp.ts';

/** A negative descriptor means "none"; anything else has to be an XDP program. */
function xdpProgram(k: Kernel, actor: Process, handle: Handle | null, what: string): Program | null {
  if (handle === null || ('number' in handle && handle.number < 0)) return null;
  const program = resolveProgram(k, actor, handle, what);
  k.check(`${what} is an XDP program`, program.template.type === 'xdp', 'EINVAL');
  return program;
}

const MODE_NAMES = { native: 'drv', generic: 'skb' } as const;
/** IFLA_XDP_ATTACHED: XDP_ATTACHED_DRV, XDP_ATTACHED_SKB. */
const ATTACHED = { native: 1, generic: 2 } as const;

/** What the device says of its XDP program (rtnl_xdp_fill); null: none in this mode. */
function shownOn(k: Kernel, netdev: Netdev, wanted: string) {
  const modes = (['native', 'generic'] as const).filter((mode) => wanted === 'any' || MODE_NAMES[mode] === wanted);
  for (const mode of modes) {
    const slot = xdpSlot(k, netdev, mode);
    if (slot === null || slot.entries.length === 0) continue;
    const prog = programOf(slot.entries.at(0))?.name ?? null;
    return { prog, mode: MODE_NAMES[mode], attached: ATTACHED[mode] };
  }
  return null;
}

export const xdpSet = command({
  op: 'xdp_set',
  name: 'RTM_SETLINK IFLA_XDP',
  cites:
    'net/core/rtnetlink.c do_setlink, do_setlink_xdp; net/core/dev.c dev_change_xdp_fd, dev_xdp_attach; facts net 3.3, xdp-001 to xdp-064',
  args: {
    netdev: { shape: 'object', kind: 'netdev' },
    prog: { shape: 'handle', optional: true },
    flags: { shape: 'flags', optional: true },
    oldProg: { shape: 'handle', optional: true },
    expectedFd: { shape: 'handle', optional: true, says: 'IFLA_XDP_EXPECTED_FD as it is: implies no flag' },
    noExpectedFd: { shape: 'boolean', optional: true, says: 'the attribute is left out, whatever the flags say' },
    noFd: { shape: 'boolean', optional: true, says: 'the nest has no IFLA_XDP_FD' },
    progId: { shape: 'boolean', optional: true, says: 'the nest carries IFLA_XDP_PROG_ID, which is only for answers' },
  },
  steps: {
    'change [rtnl_lock]'(k: Kernel, { args, actor }) {
      k.check('CAP_NET_ADMIN', rtnlAdmin(actor), 'EPERM');
      const netdev = findNetdev(k, actor, args.netdev);
      const flags = args.flags | (args.oldProg === null ? 0 : XDP_FLAG.XDP_FLAGS_REPLACE);
      const replace = k.has('xdp-replace') ? XDP_FLAG.XDP_FLAGS_REPLACE : 0;
      k.check('only attributes of requests', !args.progId, 'EINVAL');
      k.check('flags are known', only(flags, XDP_FLAG.XDP_FLAGS_UPDATE_IF_NOEXIST | XDP_MODES | replace), 'EINVAL');
      k.check('at most one mode', oneMode(flags), 'EINVAL');
      if (args.noFd) return;
      const compares = has(flags, XDP_FLAG.XDP_FLAGS_REPLACE);
      k.check('an expected program is given', !compares || !args.noExpectedFd, 'EINVAL');
      const program = xdpProgram(k, actor, args.prog, 'program');
      const expected = compares ? xdpProgram(k, actor, args.expectedFd ?? args.oldProg, 'expected program') : null;
      k.rules.xdpAttach(k, { netdev, entry: program, flags, expected });
      if (program !== null) getProgram(k, program, `XDP of ${netdev.name}`);
      notifyXdp(k, shownOn(k, netdev, 'any')?.prog ?? null);
    },
  },
});

export const xdpQuery = command({
  op: 'xdp_query',
  name: 'RTM_GETLINK IFLA_XDP',
  cites: 'net/core/rtnetlink.c rtnl_xdp_fill; facts net 3.2, xdp-002',
  args: {
    netdev: { shape: 'object', kind: 'netdev' },
    mode: { shape: 'word', words: ['any', 'skb', 'drv', 'hw'], optional: true },
  },
  steps: {
    'read [rtnl_lock]'(k: Kernel, { args, actor }) {
      const netdev = findNetdev(k, actor, args.netdev);
      k.returns(shownOn(k, netdev, args.mode ?? 'any') ?? { prog: null, mode: 'none', attached: 0 });
    },
  },
});
