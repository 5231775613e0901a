/** Anchors: BEFORE and AFTER with relative_fd or relative_id. Kernel: kernel/bpf/cgroup.c get_anchor_*; facts cgroup 7.2, D20–D51. */
import type { Anchor, BoundHandle, Kernel, Link, Process, Program, Relative, Slot } from '../kernel.ts';
import { FLAG, has } from './flags.ts';
import { resolveLink, resolveProgram } from './resolve.ts';

/** Shape of the `relative` argument: relative_fd (prog, link) or relative_id (progId, linkId, id). */
export const RELATIVE = {
  shape: 'record',
  optional: true,
  parts: {
    prog: { shape: 'handle', optional: true },
    link: { shape: 'handle', optional: true },
    progId: { shape: 'object', kind: 'program', optional: true },
    linkId: { shape: 'object', kind: 'link', optional: true },
    id: { shape: 'integer', optional: true },
  },
} as const;

/** Descriptor 0 is none: the field is as it is where nothing was written. */
export const isGiven = (handle: BoundHandle | null): boolean =>
  handle !== null && !('number' in handle && handle.number === 0);

function anchorLink(k: Kernel, process: Process, byId: boolean, relative: Relative | null): Link {
  if (!byId) {
    k.check('anchor descriptor is given', isGiven(relative?.link ?? relative?.prog ?? null), 'EINVAL');
    return resolveLink(k, process, relative?.link ?? relative?.prog ?? null);
  }
  const link = relative?.linkId ?? null;
  if (link === null || link.refs === 0) return k.fail('anchor id exists', 'ENOENT');
  return link;
}

function anchorProgram(k: Kernel, process: Process, byId: boolean, relative: Relative | null): Program {
  if (!byId) return resolveProgram(k, process, relative?.prog ?? relative?.link ?? null, 'anchor');
  const program = relative?.progId ?? null;
  if (program?.phase !== 'LOADED') return k.fail('anchor id exists', 'ENOENT');
  return program;
}

/** What the flags and relative_fd/id mean for a new entry of this kind; null: at the tail. */
export function anchorOf(
  k: Kernel,
  process: Process,
  slot: Slot,
  entry: 'program' | 'link',
  flags: number,
  relative: Relative | null,
): Anchor | null {
  const before = has(flags, FLAG.BPF_F_BEFORE);
  const after = has(flags, FLAG.BPF_F_AFTER);
  const byId = has(flags, FLAG.BPF_F_ID);
  const asLink = has(flags, FLAG.BPF_F_LINK);
  const given =
    relative !== null &&
    (isGiven(relative.prog) ||
      isGiven(relative.link) ||
      relative.progId !== null ||
      relative.linkId !== null ||
      relative.id !== 0);
  if (!asLink && !byId && !given) {
    k.check('not BEFORE with AFTER', !(before && after) || slot.entries.length === 0, 'EINVAL');
    return before && !after ? { before: true, entry: null } : null;
  }
  k.check('exactly one of BEFORE and AFTER', before !== after, 'EINVAL');
  k.check('programs by programs, links by links', asLink === (entry === 'link'), 'EINVAL');
  return {
    before,
    entry: entry === 'link' ? anchorLink(k, process, byId, relative) : anchorProgram(k, process, byId, relative),
  };
}
