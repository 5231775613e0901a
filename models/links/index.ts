/** Every link type, and how the kernel chooses among them. */
import type { Link } from '../kernel.ts';
import { cgroupLink } from './cgroup.ts';
import type { LinkType } from './link-type.ts';

export const LINK_TYPES: readonly LinkType[] = [cgroupLink];

const BY_ATTACH_TYPE: ReadonlyMap<string, LinkType> = new Map(
  LINK_TYPES.flatMap((type) => Object.keys(type.attachTypes).map((attachType) => [attachType, type] as const)),
);

/** The type that LINK_CREATE makes for an attach type; undefined: no link attaches so. */
export const linkTypeFor = (attachType: string | number | null): LinkType | undefined =>
  typeof attachType === 'string' ? BY_ATTACH_TYPE.get(attachType) : undefined;

/** The type of a link that was created. */
export function linkTypeOf(link: Link): LinkType {
  const type = BY_ATTACH_TYPE.get(link.attachType);
  if (type === undefined) throw new Error(`LR909 link ${link.name} has no type for "${link.attachType}"`);
  return type;
}
