/** Devices: made, deleted, moved, enslaved. */
import { command, type Kernel, type Netdev } from '../kernel.ts';
import { BOND_MODES, type BondMode } from '../objects/netdev.ts';
import { findNetdev, isHere, moveNetdev, netnsOf, unregisterNetdev } from '../rules/netdev.ts';
import { openByName } from '../rules/netns.ts';
import { rtnlAdmin } from '../rules/privileges.ts';

const NETDEV = { shape: 'object', kind: 'netdev' } as const;

const isOn = (netdev: Netdev, other: Netdev | null): boolean => other === netdev || other?.peer === netdev;

/**
 * The device is closed, and frames that were under way have passed, before anything is taken off (synchronize_net). Whoever
 * replaces its qdisc holds rtnl_lock.
 */
export const noFrameOn = (k: Kernel, netdev: Netdev): boolean =>
  !netdev.replacing && !k.all.packet.some(({ running, slot }) => running && isOn(netdev, slot?.netdev ?? null));

export const netdevAdd = command({
  op: 'netdev_add',
  name: 'RTM_NEWLINK',
  cites: 'net/core/dev.c register_netdevice; facts net 3.6, xdp-160, netkit-001',
  args: { netdev: NETDEV },
  steps: {
    'register [rtnl_lock]'(k: Kernel, { args, actor }) {
      k.check('CAP_NET_ADMIN', rtnlAdmin(actor), 'EPERM');
      const { netdev } = args;
      k.check('name is free', netdev.phase === 'ABSENT', 'EEXIST');
      for (const device of netdev.peer === null ? [netdev] : [netdev, netdev.peer]) {
        device.fire('REGISTER');
        device.netns = netnsOf(k, actor);
      }
    },
  },
});

export const netdevDelete = command({
  op: 'netdev_delete',
  name: 'RTM_DELLINK',
  cites:
    'net/core/rtnetlink.c rtnl_dellink; net/core/dev.c unregister_netdevice_many_notify; facts net 3.6, 14, xdp-151 to xdp-166, tcx-193 to tcx-204',
  args: { netdev: NETDEV },
  steps: {
    'unregister [rtnl_lock]'(k: Kernel, { args, actor }) {
      k.when(noFrameOn(k, args.netdev));
      k.check('CAP_NET_ADMIN', rtnlAdmin(actor), 'EPERM');
      const netdev = findNetdev(k, actor, args.netdev);
      k.check('device was made by somebody', netdev.type !== 'loopback', 'EOPNOTSUPP');
      unregisterNetdev(k, netdev);
    },
  },
});

/** Kinds that are local to their namespace (netns_immutable; observed on 6.18.44). */
const STAYS = new Set(['loopback', 'bridge', 'bond']);

export const netdevMove = command({
  op: 'netdev_move',
  name: 'RTM_SETLINK IFLA_NET_NS_FD',
  cites: 'net/core/dev.c __dev_change_net_namespace; facts net 1 fact 12, 14, xdp-167 to xdp-172, tcx-205 to tcx-208',
  args: { netdev: NETDEV, netns: { shape: 'object', kind: 'netns' } },
  steps: {
    'move [rtnl_lock]'(k: Kernel, { args, actor }) {
      k.when(noFrameOn(k, args.netdev));
      openByName(k, args.netns);
      k.check('CAP_NET_ADMIN', rtnlAdmin(actor), 'EPERM');
      const netdev = findNetdev(k, actor, args.netdev);
      const isThere = netdev.netns === args.netns;
      if (isThere && k.has('move-to-own-netns')) return;
      k.check('device may leave its namespace', !STAYS.has(netdev.type), 'EINVAL');
      if (!isThere) moveNetdev(k, netdev, args.netns);
    },
  },
});

export const netdevUp = command({
  op: 'netdev_up',
  name: 'RTM_SETLINK IFF_UP',
  cites: 'net/core/dev.c dev_open, dev_close; facts net 4 item 5, cls-045, xdp-169',
  args: { netdev: NETDEV, down: { shape: 'boolean', optional: true } },
  steps: {
    'change [rtnl_lock]'(k: Kernel, { args, actor }) {
      k.when(noFrameOn(k, args.netdev));
      k.check('CAP_NET_ADMIN', rtnlAdmin(actor), 'EPERM');
      findNetdev(k, actor, args.netdev).down = args.down;
    },
  },
});

export const netdevExists = command({
  op: 'netdev_exists',
  name: 'if_nametoindex(3)',
  cites: 'net/core/dev_ioctl.c dev_ifconf; facts net 3.9, xdp-169',
  args: { netdev: NETDEV },
  steps: {
    read(k: Kernel, { args: { netdev }, actor }) {
      const exists = isHere(k, actor, netdev);
      k.returns({ exists, value: exists ? (netdev.down ? 'down' : 'up') : null });
    },
  },
});

/** Bonds do as well, which is refused as input (populate-net.ts). */
const TAKES_PORTS = new Set(['bridge']);

export const netdevEnslave = command({
  op: 'netdev_enslave',
  name: 'RTM_SETLINK IFLA_MASTER',
  cites:
    'net/core/rtnetlink.c do_set_master; net/bridge/br_if.c br_add_if; facts net 3.3 check 8, xdp-050 to xdp-059, refusals observed on 6.18.44',
  args: { netdev: NETDEV, master: NETDEV },
  steps: {
    'enslave [rtnl_lock]'(k: Kernel, { args, actor }) {
      k.check('CAP_NET_ADMIN', rtnlAdmin(actor), 'EPERM');
      const netdev = findNetdev(k, actor, args.netdev);
      if (netdev.master === args.master) return;
      // The old one lets go first, and does not come back if the new one refuses.
      netdev.master = null;
      const master = findNetdev(k, actor, args.master, 'EINVAL');
      k.check('master takes ports', TAKES_PORTS.has(master.type), 'EOPNOTSUPP');
      k.check('a bridge takes no loopback', master.type !== 'bridge' || netdev.type !== 'loopback', 'EINVAL');
      k.check('a bridge takes no bridge', master.type !== 'bridge' || netdev.type !== 'bridge', 'ELOOP');
      netdev.master = master;
    },
  },
});

export const bondMode = command({
  op: 'bond_mode',
  name: 'RTM_SETLINK IFLA_BOND_MODE',
  cites:
    'drivers/net/bonding/bond_options.c bond_opt_check_deps, bond_option_mode_set; 094ee6017ea0; observed on 6.12.118 (obs-042)',
  args: { netdev: NETDEV, mode: { shape: 'word', words: BOND_MODES } },
  steps: {
    'change [rtnl_lock]'(k: Kernel, { args, actor }) {
      k.check('CAP_NET_ADMIN', rtnlAdmin(actor), 'EPERM');
      const netdev = findNetdev(k, actor, args.netdev);
      k.check('device is a bond', netdev.type === 'bond', 'EOPNOTSUPP');
      k.check('bond is down', netdev.down, 'EBUSY');
      const mode = args.mode as BondMode;
      k.check('no program needs the mode', k.rules.mayChangeBondMode(k, netdev, mode), 'EOPNOTSUPP');
      netdev.bondMode = mode;
    },
  },
});
