/** Probes of devices and netfilter: in a namespace of the probe's own, whose devices nothing is ever sent to. */
import { call, load, probesOf, type Step } from './probe-steps.ts';

const PAIR = [
  { name: 'v0', kind: 'veth', peer: 'v1' },
  { name: 'v1', kind: 'veth', peerOf: 'v0' },
];
const OBJECTS = {
  progs: [
    { name: 'X', type: 'xdp', expectedAttachType: 'xdp', returns: 2 },
    { name: 'Y', type: 'xdp', expectedAttachType: 'xdp', returns: 2, progFlags: ['BPF_F_XDP_DEV_BOUND_ONLY'] },
    { name: 'Z', type: 'xdp', expectedAttachType: 'xdp', returns: 2, progFlags: ['BPF_F_XDP_HAS_FRAGS'] },
    { name: 'N', type: 'netfilter', expectedAttachType: 'netfilter', returns: 1 },
  ],
};
const net = probesOf({ ...OBJECTS, netdevs: [...PAIR, { name: 'lo', kind: 'loopback' }] });

const V0 = { netdev: 'v0' };
const xdp = (prog: string, as: string): Step => call('link_create', { ...V0, attachType: 'xdp', prog }, as);
/** A program for the other end only. */
const BOUND = call('prog_load', { prog: 'Y', netdev: 'v1' }, 'Y');

/** A device and what it may be a port of. A kernel that makes no such devices says so. */
const alone = probesOf({ ...OBJECTS, netdevs: [{ name: 'bond', kind: 'bond' }] });
const below = probesOf({ ...OBJECTS, netdevs: [...PAIR, { name: 'bridge', kind: 'bridge' }] });

export const NET_PROBES = {
  'netfilter-link': net(load('N')),
  // So early that it is refused wherever the flag is known, before anything is loaded for it.
  'netfilter-defrag': net(
    load('N'),
    call('link_create', {
      attachType: 'netfilter',
      prog: 'N',
      pf: 'ipv4',
      priority: -400,
      nfFlags: ['BPF_F_NETFILTER_IP_DEFRAG'],
    }),
  ),
  'xdp-replace': net(call('xdp_set', { ...V0, prog: null, flags: ['XDP_FLAGS_REPLACE'] })),
  'xdp-link': net(load('X'), xdp('X', 'L')),
  'xdp-frags': net(load('Z')),
  'xdp-bond': alone(load('X'), call('xdp_set', { netdev: 'bond', prog: 'X', flags: ['XDP_FLAGS_DRV_MODE'] })),
  'xdp-upper': below(
    load('X'),
    call('netdev_enslave', { ...V0, master: 'bridge' }),
    call('xdp_set', { netdev: 'bridge', prog: 'X' }),
    call('xdp_set', { ...V0, prog: 'X' }),
  ),
  'xdp-driver-first': net(
    load('X'),
    call('xdp_set', { netdev: 'lo', prog: 'X' }),
    call('xdp_set', { netdev: 'lo', prog: 'X', flags: ['XDP_FLAGS_DRV_MODE'] }),
  ),
  'xdp-bound': net(BOUND),
  'xdp-bound-strict': net(load('X'), BOUND, xdp('X', 'L'), call('link_update', { link: 'L', prog: 'Y' })),
  'move-to-own-netns': net(call('netdev_move', { netdev: 'lo', netns: 'N0' })),
  tcx: net(call('query', { ...V0, attachType: 'tcx_ingress' })),
  netkit: { cannot: 'a build option: without it a kernel answers as those before it' },
};
