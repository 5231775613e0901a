/** Every link type, and how the kernel chooses among them: by attach type, and by program type for extensions. */
import type { Link, Program } from '../kernel.ts';
import { cgroupLink } from './cgroup.ts';
import { iteratorLink } from './iterator.ts';
import type { LinkType } from './link-type.ts';
import { netfilterLink } from './netfilter.ts';
import { netkitLink } from './netkit.ts';
import { netnsLink } from './netns.ts';
import { perfLink } from './perf.ts';
import { kprobeMultiLink, uprobeMultiLink } from './probes.ts';
import { rawTpLink } from './raw-tp.ts';
import { sockmapLink } from './sockmap.ts';
import { structOpsLink } from './struct-ops.ts';
import { tcxLink } from './tcx.ts';
import { tracingLink } from './tracing.ts';
import { xdpLink } from './xdp.ts';

export const LINK_TYPES: readonly LinkType[] = [
  cgroupLink,
  iteratorLink,
  kprobeMultiLink,
  netfilterLink,
  netkitLink,
  netnsLink,
  perfLink,
  rawTpLink,
  sockmapLink,
  structOpsLink,
  tcxLink,
  tracingLink,
  uprobeMultiLink,
  xdpLink,
];

const BY_ATTACH_TYPE: ReadonlyMap<string, LinkType> = new Map(
  LINK_TYPES.flatMap((type) => Object.keys(type.attachTypes).map((attachType) => [attachType, type] as const)),
);

/** The type that LINK_CREATE makes for an attach type; undefined: no link attaches so. Extensions take any attach type (facts tr-041). */
export const linkTypeFor = (attachType: string | number | null, program: Program | null): LinkType | undefined =>
  program?.template.type === 'ext'
    ? tracingLink
    : typeof attachType === 'string'
      ? BY_ATTACH_TYPE.get(attachType)
      : undefined;

/** The type of RAW_TRACEPOINT_OPEN: that of the program. */
export const linkTypeOfProgram = (program: Program): LinkType | undefined =>
  program.template.type === 'raw_tracepoint' ? rawTpLink : linkTypeFor(program.template.expectedAttachType, program);

/** The type of a link that was created. */
export function linkTypeOf(link: Link): LinkType {
  const { prog, attachType } = link;
  const type =
    prog?.template.type === 'ext'
      ? tracingLink
      : (BY_ATTACH_TYPE.get(attachType) ?? (prog === null ? undefined : linkTypeOfProgram(prog)));
  if (type === undefined) throw new Error(`LR909 link ${link.name} has no type for "${link.attachType}"`);
  return type;
}

/** Attach types that take programs of this type, with a link or without. */
export const attachTypesOf = (programType: string): string[] =>
  LINK_TYPES.flatMap((type) =>
    Object.entries(type.attachTypes).flatMap(([attachType, takes]) => (takes === programType ? [attachType] : [])),
  );
