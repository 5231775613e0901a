/**
 * Which rows of link-core.observed.json the cgroup, link and pin models answer for, as data: everything is in scope but
 * the families named here.
 *
 * A row is judged by its slug (`id` of the observation), not by its `ref`: rows of older kernels were numbered anew, so
 * that `rc-016@6.12` is the twin of `rc-015`; their slugs are equal but for the suffix.
 */

/** The fields of an observed row that decide. */
export interface ObservedRow {
  readonly ref: string;
  readonly id: string;
}

export interface ExcludedFamily {
  readonly family: string;
  /** Matches the slug without its kernel suffix. */
  readonly slug: RegExp;
  readonly reason: string;
}

export const EXCLUDED: readonly ExcludedFamily[] = [
  {
    family: 'operation matrix of the other link types',
    slug: /^mx\/(raw-tracepoint|tp-btf|tracing-fentry|lsm|iter|netns-flow-dissector|netns-sk-lookup|xdp|perf-event|kprobe-multi|uprobe-multi|netfilter|tcx|sockmap|netkit|struct-ops|struct-ops-live)\//,
    reason: 'mx-<type>-* needs an attach of that type; the same questions for cgroup links are in scope',
  },
  {
    family: 'RAW_TRACEPOINT_OPEN and LINK_CREATE checks per type',
    slug: /^mx\/(raw-tracepoint-open|link-create-per-type)\//,
    reason:
      'checks that only the attach of another type makes (raw_tp, iter, perf, netns, netfilter, sockmap, uprobe, struct_ops)',
  },
  {
    family: 'generic checks shown on a raw tracepoint link',
    slug: /^mx\/generic-checks\/(link-update-on-raw-tp|obj-get-info-raw-tp)/,
    reason: 'needs an attached raw_tp link: the missing update and the tracepoint name in its info',
  },
  {
    family: 'PROG_BIND_MAP and TOKEN_CREATE',
    slug: /^mx\/(prog-bind-map|token-create)\//,
    reason: 'references of maps and BPF tokens: neither holds anything that is attached to a cgroup',
  },
  {
    family: 'PROG_LOAD argument checks',
    slug: /^mx\/prog-load\//,
    reason: 'a program template is a valid program of its type; who may load it is in scope (pin-102 to pin-159)',
  },
  { family: 'iterator link pins', slug: /^pin\/iter-link-pin\//, reason: 'needs an iterator link' },
  {
    family: 'release and id visibility of the other link types',
    slug: /^race\/(raw-tracepoint|tp-btf|iter|netns|xdp|tcx|sockmap|netfilter|perf-event|perf-link|uprobe-multi|tracing-fentry|raw-tp|300-ms-later)/,
    reason:
      'release context and RCU windows of raw_tp, tp_btf, iter, netns, xdp, tcx, sockmap, netfilter, perf, uprobe and fentry links',
  },
  {
    family: 'other holders of a program',
    slug: /^hold\/holder-of-a-program-prog-fd-closed\/(prog-array|so-attach|perf-event|iter-fd|defunct-link-of-a-dead-netns|netlink-xdp|flow-dissector)/,
    reason: 'the holder is a prog array, a socket filter, a perf event, an iterator, a netns or a device',
  },
  {
    family: 'attach of other types without capabilities',
    slug: /^hold\/uid-65534-[^/]*\/(?!link-create-(sock-ops|cgroup-device|cgroup-sysctl|cgroup-skb)$)/,
    reason: 'what an unprivileged holder of descriptors may do at the other attach points',
  },
  {
    family: 'compare-and-swap of other links',
    slug: /^(hold\/link-update-as-compare-and-swap\/(?!cgroup)|cas\/.*\/(?!cgroup-link$))/,
    reason: 'LINK_UPDATE of netns, xdp, iter, tcx and sockmap links',
  },
  {
    family: 'transient references of a bpf_link iterator',
    slug: /^hold\/transient-references\/another-process-reads-a-bpf-link-iterator$/,
    reason: 'needs an iterator link; the transient reference of GET_FD_BY_ID is in scope',
  },
  {
    family: 'run order of tracing programs',
    slug: /^hold\/run-order/,
    reason: 'order of raw tracepoint and perf tracepoint programs',
  },
  {
    family: 'prog arrays, perf events, netns death, map holders, iterators',
    slug: /^life\/(?!cgroup-removal\/)/,
    reason: 'life cycles of other attach points and of map user counts',
  },
  { family: 'trampolines', slug: /^tramp\//, reason: 'freplace, fentry, fmod_ret and LSM' },
];

/** The family that excludes this row, if one does. */
export function excludedBy(row: ObservedRow): ExcludedFamily | undefined {
  const slug = row.id.replace(/@.*$/, '');
  return EXCLUDED.find((family) => family.slug.test(slug));
}
