/** Menu worlds of attachments other than cgroups: devices, extensions, perf events. */
import type { MenuWorld } from '../src/modelling/index.ts';

/** What no kernel may break in any order. */
const CHECK = ['ref-balance', 'no-use-after-free', 'atomic-failure'];

const xdp: MenuWorld = {
  name: 'xdp',
  says: 'XDP by netlink, with and without the expected program, and by link',
  scenario: {
    title: 'anything that can be done with the XDP slot of a device',
    objects: {
      netdevs: { eth0: {} },
      programs: {
        x: 'xdp',
        y: 'xdp',
        b: { is: 'xdp', progFlags: ['BPF_F_XDP_DEV_BOUND_ONLY'], load: false },
        f: { is: 'xdp', progFlags: ['BPF_F_XDP_HAS_FRAGS'], load: false },
      },
    },
    actors: {
      root: {
        may: [
          { xdp_set: { netdev: 'eth0', prog: 'x' } },
          { xdp_set: { netdev: 'eth0', prog: 'y', oldProg: 'x' } },
          { xdp_set: { netdev: 'eth0', prog: null } },
          { xdp_query: { netdev: 'eth0' } },
          { link_create: { netdev: 'eth0', prog: 'x', as: 'l' } },
          { link_update: { link: 'l', prog: 'y' } },
          { link_detach: 'l' },
          { close: 'l' },
          { prog_load: { prog: 'b', netdev: 'eth0', as: 'b' } },
          { prog_load: { prog: 'f', as: 'f' } },
          { link_create: { netdev: 'eth0', prog: 'x', flags: ['skb'], as: 'g' } },
          { link_update: { link: 'g', prog: 'b' } },
          { fire: { netdev: 'eth0' } },
        ],
        times: 3,
      },
    },
    check: CHECK,
  },
};

const lists: MenuWorld = {
  name: 'mprog',
  says: 'the lists of tcx and netkit: programs and links, queries, packets',
  scenario: {
    title: 'anything that can be done with the lists of two devices',
    objects: {
      netdevs: { eth0: {}, nk0: { kind: 'netkit', peer: 'nk1' }, nk1: { kind: 'netkit', peer: 'nk0' } },
      programs: { t: 'sched_cls/ingress', u: 'sched_cls/ingress' },
    },
    actors: {
      root: {
        may: [
          { prog_attach: { netdev: 'eth0', prog: 't' } },
          { prog_attach: { netdev: 'eth0', prog: 'u', flags: ['before'] } },
          { prog_detach: { netdev: 'eth0', prog: 't' } },
          { link_create: { netdev: 'eth0', prog: 't', as: 'l' } },
          { link_update: { link: 'l', prog: 'u' } },
          { prog_attach: { netdev: 'nk0', prog: 't', attachType: 'netkit_primary' } },
          { query: { netdev: 'eth0', attachType: 'tcx_ingress' } },
          { fire: { netdev: 'eth0', hook: 'rx' } },
        ],
        times: 2,
      },
    },
    check: CHECK,
  },
};

const extensions: MenuWorld = {
  name: 'extensions',
  says: 'extensions with their target at load or at attach, arrays that the target enters, programs that trace programs',
  scenario: {
    title: 'anything that can be done with a program, its extension and those that trace it',
    objects: {
      programs: {
        target: { is: 'sched_cls', subprogs: [{ name: 'slot0', returns: 2 }], changesPacket: true },
        plain: { is: 'sched_cls', subprogs: [{ name: 'slot0', returns: 2 }] },
        e: 'ext',
        jumper: { is: 'ext', tailCall: { map: 'jumps', index: 0 }, load: false },
        watch: { is: 'tracing/fentry', attach: { kernelFunc: 'bpf_fentry_test1' }, mainFunc: 'watch' },
        watcher: { is: 'tracing/fentry', load: false },
        twice: {
          is: 'sched_cls',
          tailCall: [
            { map: 'loop', index: 0 },
            { map: 'loop', index: 1 },
          ],
        },
        out: 'cgroup_skb/egress',
        in: 'cgroup_skb/ingress',
      },
      maps: { jumps: 'prog_array/1', loop: 'prog_array/2' },
    },
    setup: [
      { root: { prog_load: { prog: 'e', targetProg: 'target', targetFunc: 'slot0', as: 'e' } } },
      { root: { map_update: { map: 'loop', key: 1, value: { prog: 'twice' } } } },
    ],
    actors: {
      root: {
        may: [
          { prog_test_run: 'twice' },
          { link_create: { prog: 'e', as: 'l' } },
          { link_create: { prog: 'e', targetProg: 'target', targetFunc: 'slot0', as: 'm' } },
          { prog_load: { prog: 'jumper', targetProg: 'target', targetFunc: 'slot0', as: 'j' } },
          { prog_load: { prog: 'jumper', targetProg: 99, targetFunc: 'slot0', as: 'closed' } },
          { prog_load: { prog: 'jumper', targetProg: 'plain', targetFunc: 'slot0', as: 'p' } },
          { map_update: { map: 'jumps', key: 0, value: { prog: 'target' } } },
          { map_update: { map: 'jumps', key: 0, value: { prog: 'out' } } },
          { map_update: { map: 'jumps', key: 0, value: { prog: 'in' } } },
          { link_create: { prog: 'watch', as: 'w' } },
          { prog_load: { prog: 'watcher', targetProg: 'watch', targetFunc: 'watch', as: 'watcher' } },
          { link_create: { prog: 'watcher', as: 'v' } },
          { close: 'l' },
        ],
        times: 2,
      },
    },
    check: CHECK,
  },
};

const events: MenuWorld = {
  name: 'events',
  says: 'perf events by link and by ioctl, raw tracepoints, probes, sockmaps, struct_ops',
  scenario: {
    title: 'anything that attaches to an event or to a map',
    objects: {
      progs: [
        { name: 'p', type: 'perf_event', expectedAttachType: null },
        { name: 'r', type: 'raw_tracepoint', expectedAttachType: null },
        { name: 'k', type: 'kprobe', expectedAttachType: 'trace_kprobe_multi' },
        { name: 'u', type: 'kprobe', expectedAttachType: 'trace_uprobe_multi' },
        { name: 's', type: 'sk_msg', expectedAttachType: 'sk_msg_verdict' },
      ],
      maps: [
        { name: 'socks', type: 'sockmap', maxEntries: 1 },
        { name: 'ops', type: 'struct_ops', linkFlag: true },
      ],
    },
    setup: [{ root: { perf_event_open: { event: 'cpu_clock', as: 'event' } } }],
    actors: {
      root: {
        may: [
          { link_create: { prog: 'p', attachType: 'perf_event', perfEvent: 'event', as: 'lp' } },
          { perf_event_set_bpf: { perfEvent: 'event', prog: 'p' } },
          { raw_tp_open: { prog: 'r', tp: 'sys_enter', as: 'r1' } },
          { raw_tp_open: { prog: 'r', tp: 'sys_enter', as: 'r2' } },
          { link_create: { prog: 'k', attachType: 'trace_kprobe_multi', syms: ['malloc'], as: 'lk' } },
          { link_create: { prog: 'u', attachType: 'trace_uprobe_multi', syms: ['malloc'], as: 'lu' } },
          {
            link_create: { prog: 'u', attachType: 'trace_uprobe_multi', syms: ['malloc'], flags: ['multi'], as: 'lf' },
          },
          { link_create: { prog: 's', map: 'socks', attachType: 'sk_msg_verdict', as: 'ls' } },
          { query: { map: 'socks', attachType: 'sk_msg_verdict' } },
          { map_update: { map: 'ops', key: 0, value: { name: 'cc' } } },
          { link_create: { attachType: 'struct_ops', structOpsMap: 'ops', as: 'lo' } },
          { list_ids: { kind: 'link' } },
          { enable_stats: { as: 'statistics' } },
          { map_freeze: 'socks' },
        ],
        times: 2,
      },
    },
    check: CHECK,
  },
};

/** The programs are loaded by choice: older kernels refuse them. Nothing but the process holds the namespace in which it begins. */
const netfilter: MenuWorld = {
  name: 'netfilter',
  says: 'netfilter links with their priorities, and the namespace that they hold',
  scenario: {
    title: 'anything that can be done with netfilter links in a namespace that lost its name',
    objects: {
      netns: { blue: {} },
      netdevs: { v0: { kind: 'veth', peer: 'v1', netns: 'blue' }, v1: { kind: 'veth', netns: 'blue' } },
      programs: { x: 'xdp', n: { is: 'netfilter', load: false }, m: { is: 'netfilter', load: false } },
    },
    setup: [
      { root: { enter_netns: { netns: 'blue' } } },
      { root: { link_create: { netdev: 'v0', prog: 'x', as: 'lx' } } },
      { root: { netns_delete: { netns: 'blue' } } },
    ],
    actors: {
      root: {
        may: [
          { prog_load: { prog: 'n', as: 'n' } },
          { prog_load: { prog: 'm', as: 'm' } },
          { link_create: { prog: 'n', attachType: 'netfilter', pf: 'ipv4', priority: 0, as: 'l' } },
          { link_create: { prog: 'm', attachType: 'netfilter', pf: 'ipv4', priority: 0, as: 'k' } },
          { link_create: { prog: 'n', attachType: 'netfilter', pf: 'ipv4', nfFlags: ['defrag'], as: 'd' } },
          { link_update: { link: 'l', prog: 'm' } },
          { link_detach: 'l' },
          { enter_netns: { netns: 'N0' } },
          { fire: { hook: 'netfilter', netns: 'N0' } },
        ],
        times: 3,
      },
    },
    check: CHECK,
  },
};

const moves: MenuWorld = {
  name: 'moves',
  says: 'devices between namespaces, and what goes along',
  scenario: {
    title: 'anything that can be done with devices of two namespaces',
    objects: {
      netns: { blue: {} },
      netdevs: { lo: 'loopback', v0: { kind: 'veth', peer: 'v1' }, v1: 'veth' },
      programs: { x: 'xdp' },
    },
    setup: [{ root: { xdp_set: { netdev: 'v0', prog: 'x' } } }],
    actors: {
      root: {
        may: [
          { netdev_move: { netdev: 'lo', netns: 'N0' } },
          { netdev_move: { netdev: 'lo', netns: 'blue' } },
          { netdev_move: { netdev: 'v0', netns: 'blue' } },
          { netdev_delete: 'v0' },
          { netns_delete: 'blue' },
          { enter_netns: { netns: 'blue' } },
          { fire: { netdev: 'v0', hook: 'rx' } },
        ],
        times: 3,
      },
    },
    check: CHECK,
  },
};

const uppers: MenuWorld = {
  name: 'uppers',
  says: 'XDP on a bond, whose mode changes, and on a port and its bridge',
  scenario: {
    title: 'anything that can be done with XDP on devices that stand for others',
    objects: {
      netdevs: { bond0: 'bond', br0: 'bridge', eth0: { kind: 'veth', peer: 'eth1' }, eth1: 'veth' },
      programs: { x: 'xdp' },
    },
    setup: [
      { root: { netdev_up: { netdev: 'bond0', down: true } } },
      { root: { netdev_enslave: { netdev: 'eth0', master: 'br0' } } },
    ],
    actors: {
      root: {
        may: [
          { xdp_set: { netdev: 'bond0', prog: 'x' } },
          { xdp_set: { netdev: 'br0', prog: 'x' } },
          { xdp_set: { netdev: 'eth0', prog: 'x' } },
          { xdp_set: { netdev: 'br0', prog: 'x', flags: ['drv'] } },
          { xdp_query: { netdev: 'bond0' } },
          { bond_mode: { netdev: 'bond0', mode: 'tlb' } },
          { netdev_up: { netdev: 'bond0' } },
          { fire: { netdev: 'eth0', hook: 'rx' } },
        ],
        times: 3,
      },
    },
    check: CHECK,
  },
};

export const hookMenus: readonly MenuWorld[] = [xdp, lists, extensions, events, netfilter, moves, uppers];
