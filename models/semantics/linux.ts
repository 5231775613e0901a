/**
 * Kernel releases as sets of features. 5.10, 6.1, 6.12, 6.18 and 7.2 are held against those kernels (`lastref conform`); of
 * these only 6.18 is the vanilla release, and the others are what Debian ships, with what was backported.
 */
import type { Semantics } from '../../src/modelling/index.ts';
import type { Feature } from './features.ts';

export type BpfSemantics = Semantics<Feature>;

const kernel = (name: string, says: string, features: readonly Feature[]): BpfSemantics => ({
  name,
  says,
  features: new Set(features),
  changes: {},
});

const V4_10: readonly Feature[] = ['attach-needs-net-admin'];
const V4_15: readonly Feature[] = [...V4_10, 'multi', 'query', 'any-mode-below-override'];
const V5_3: readonly Feature[] = [...V4_15, 'release-at-offline', 'pin-put-by-rcu'];
const V5_5: readonly Feature[] = [...V5_3, 'descendants-hold-ancestors'];
const V5_6: readonly Feature[] = [...V5_5, 'replace'];
const V5_7: readonly Feature[] = [...V5_6, 'cgroup-link', 'xdp-replace'];
const V5_10: readonly Feature[] = [
  ...V5_7.filter((feature) => feature !== 'attach-needs-net-admin'),
  'link-ids',
  'enable-stats',
  'defunct-enolink',
  'link-detach',
  'link-opens-read-write',
  'xdp-link',
  'link-create-iter-info',
  'getfd-esrch',
  'detach-without-memory',
  'freplace-targets',
];
const V6_1: readonly Feature[] = [
  ...V5_10.filter((feature) => feature !== 'pin-put-by-rcu'),
  'link-create-kprobe-multi',
  'rename-exchange',
  'attach-btf-descriptor',
  'lsm-cgroup',
  'xdp-bond',
  'xdp-upper',
  'xdp-driver-first',
  'xdp-frags',
  'sockmap-query',
  'set-retval',
  'calls-by-anybody',
  'query-prog-attach-flags',
  'effective-without-flags',
  'storage-check',
  'perf-link',
  'kprobe-multi',
  'link-create-tracing',
  'extended-not-in-arrays',
  'ext-runs-as-target',
  'tracing-reattach',
  'tracing-target-info',
  'arrays-by-attach-type',
  'deferred-link-dealloc',
  'netns-compare-under-lock',
];
const V6_12: readonly Feature[] = [
  ...V6_1,
  'tail-calls-that-happen',
  'query-link-ids',
  'struct-ops-link',
  'netfilter-link',
  'netfilter-defrag',
  'netfilter-holds-netns',
  'uprobe-multi',
  'fentry-on-fentry',
  'ext-keeps-packet',
  'freeze-by-writers',
  'raw-tp-many-times',
  'sockmap-link',
  'late-program-put',
  'xdp-bound',
  'xdp-bound-strict',
  'tcx',
  'netkit',
  'deferred-pin-put',
  'path-fd',
  'sys-admin-implies-net-admin',
  'preorder',
  'mprog',
  'preorder-slot-fix',
];
/** What Debian's 6.12 has by backport and 6.18.44 has not. */
const NOT_IN_6_18: readonly Feature[] = [
  'storage-check',
  'netns-compare-under-lock',
  'xdp-bound-strict',
  'xdp-driver-first',
];
/** What is in neither. */
const LATER: readonly Feature[] = ['uprobe-multi-flags', 'move-to-own-netns'];
const V6_18: readonly Feature[] = [...V6_12.filter((feature) => !NOT_IN_6_18.includes(feature)), ...LATER];

export const LINUX: Readonly<Record<string, BpfSemantics>> = Object.fromEntries(
  [
    kernel('linux-4.10', 'one program per slot, ALLOW_OVERRIDE', V4_10),
    kernel('linux-4.15', 'ALLOW_MULTI, effective arrays, PROG_QUERY', V4_15),
    kernel('linux-5.3', 'release when the cgroup goes offline, a parent possibly before its children', V5_3),
    kernel('linux-5.5', 'release in order when the cgroup goes offline', V5_5),
    kernel('linux-5.6', 'BPF_F_REPLACE', V5_6),
    kernel('linux-5.7', 'cgroup links; a dead link says EINVAL', V5_7),
    kernel('linux-5.10', '5.10.262 as Debian bullseye ships it: link ids, ENOLINK, LINK_DETACH', V5_10),
    kernel('linux-6.1', '6.1.192 as Debian bookworm ships it', V6_1),
    kernel('linux-6.12', '6.12.117 as Debian trixie ships it: PREORDER, anchors and revisions by backport', V6_12),
    kernel(
      'linux-6.18.19',
      '6.18.19 by its source: LINK_UPDATE misses its place among PREORDER entries (facts cgroup 17)',
      V6_18.filter((feature) => feature !== 'preorder-slot-fix'),
    ),
    kernel('linux-6.18', '6.18.44, the kernel that the facts were observed on', V6_18),
    kernel('linux-7.2', '7.2.13 as Debian sid ships it', [...V6_12, ...LATER]),
  ].map((semantics) => [semantics.name, semantics]),
);
