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
    family: 'operation matrix of netfilter links and links of devices',
    slug: /^mx\/(xdp|netfilter|tcx|netkit)\//,
    reason: 'mx-<type>-* needs an attach of that type; the same questions for the other types are in scope',
  },
  {
    family: 'checks of LINK_CREATE for namespaces',
    slug: /^mx\/link-create-per-type\/(netns|flow-dissector|sk-lookup|netfilter)/,
    reason: 'checks that only the attach of a netns or netfilter link makes',
  },
  {
    family: 'release and id visibility of links of namespaces and devices',
    slug: /^race\/(netns|xdp|tcx|netfilter)/,
    reason: 'release context of netns, xdp, tcx and netfilter links',
  },
  {
    family: 'other holders of a program',
    slug: /^hold\/holder-of-a-program-prog-fd-closed\/(defunct-link-of-a-dead-netns|netlink-xdp|flow-dissector)/,
    reason: 'the holder is a netns or a device',
  },
  {
    family: 'attach to namespaces and devices without capabilities',
    slug: /^hold\/uid-65534-[^/]*\/(link-create-(sk-lookup|flow-dissector|tcx|netfilter|xdp)|link-update-|link-detach-)/,
    reason: 'what an unprivileged holder of descriptors may do with links of namespaces and devices',
  },
  {
    family: 'compare-and-swap of links of namespaces and devices',
    slug: /^(hold\/link-update-as-compare-and-swap\/(sk-lookup|xdp)|cas\/.*\/(netns|tcx|xdp))/,
    reason: 'LINK_UPDATE of netns, xdp and tcx links',
  },
  {
    family: 'death of namespaces',
    slug: /^life\/netns-death\//,
    reason: 'what the death of a netns does to its links',
  },
];

/** The family that excludes this row, if one does. */
export function excludedBy(row: ObservedRow): ExcludedFamily | undefined {
  const slug = row.id.replace(/@.*$/, '');
  return EXCLUDED.find((family) => family.slug.test(slug));
}
