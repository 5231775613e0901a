/**
 * mprog: the ordered lists of tcx and netkit. Checks in the kernel's order; positions count from 0.
 * Kernel: kernel/bpf/mprog.c bpf_mprog_attach, bpf_mprog_detach, bpf_mprog_tuple_relative. Facts net 5.2, 5.3, 6.
 */
import type { Kernel, Link, MprogRequest, Process, Program, Relative, Slot } from '../kernel.ts';
import { isGiven } from './anchor.ts';
import { revisionOf } from './attach.ts';
import { putIn, takeOff } from './entries.ts';
import { FLAG, has } from './flags.ts';
import { programOf } from './order.ts';
import { getProgram, putProgram } from './references.ts';
import { resolveLink, resolveProgram } from './resolve.ts';

/** One of the 64 places of the array is its end (BPF_MPROG_MAX; facts net 1, fact 17). */
export const MPROG_MAX = 63;

/** What relative_fd or relative_id stands for: the program, and the link if it must own the entry. */
interface Found {
  readonly prog: Program | null;
  readonly link: Link | null;
}
const NOTHING: Found = { prog: null, link: null };

const isNamed = (relative: Relative | null): boolean =>
  relative !== null &&
  (isGiven(relative.prog) ||
    isGiven(relative.link) ||
    relative.progId !== null ||
    relative.linkId !== null ||
    relative.id !== 0);

/** bpf_mprog_tuple_relative; without a type (positional detach) any program will do. */
function relativeOf(k: Kernel, actor: Process, flags: number, relative: Relative | null, type: string | null): Found {
  const byId = has(flags, FLAG.BPF_F_ID);
  const handle = relative?.prog ?? relative?.link ?? null;
  if (has(flags, FLAG.BPF_F_LINK)) {
    const listed = relative?.linkId ?? null;
    if (byId && (listed === null || listed.refs === 0)) return k.fail('relative id exists', 'ENOENT');
    const link = byId && listed !== null ? listed : resolveLink(k, actor, handle);
    k.check('relative has the same type', type === null || link.prog?.template.type === type, 'EINVAL');
    return { prog: link.prog, link };
  }
  if (!byId && !isNamed(relative)) return NOTHING;
  if (byId && relative?.progId?.phase !== 'LOADED') return k.fail('relative id exists', 'ENOENT');
  const prog = byId && relative?.progId != null ? relative.progId : resolveProgram(k, actor, handle, 'relative');
  k.check('relative has the same type', type === null || prog.template.type === type, 'EINVAL');
  return { prog, link: null };
}

/** A program matches whoever owns the entry, a link must own it. */
const indexOf = (slot: Slot, { prog, link }: Found): number =>
  [...slot.entries].findIndex((entry) => (link === null ? programOf(entry) === prog : entry === link));

const indexOfProgram = (slot: Slot, prog: Program): number => indexOf(slot, { prog, link: null });

/** The position that BEFORE and AFTER say, which must agree with each other and with one that is known already. */
function positionOf(k: Kernel, slot: Slot, flags: number, relative: Found, known: number | null): number | null {
  const at = (): number => {
    const index = indexOf(slot, relative);
    k.check('relative is attached here', index >= 0, 'ENOENT');
    return index;
  };
  let position = known;
  if (has(flags, FLAG.BPF_F_BEFORE)) {
    const before = relative.prog === null ? -1 : at() - 1;
    k.check('BEFORE agrees with REPLACE', position === null || position === before, 'ERANGE');
    position = before;
  }
  if (has(flags, FLAG.BPF_F_AFTER)) {
    const after = relative.prog === null ? slot.entries.length : at() + 1;
    k.check('AFTER agrees with REPLACE and BEFORE', position === null || position === after, 'ERANGE');
    position = after;
  }
  return position;
}

/** Index of the plain program that REPLACE names. */
function replacedAt(k: Kernel, slot: Slot, replaced: Program | null): number {
  const index = replaced === null ? -1 : indexOfProgram(slot, replaced);
  k.check('replaced program is attached', index >= 0, 'ENOENT');
  k.check('replaced entry belongs to no link', slot.entries.at(index).kind === 'program', 'EBUSY');
  return index;
}

/** bpf_mprog_attach: appends, inserts, or stores in place. */
export function mprogAttach(k: Kernel, request: MprogRequest): void {
  const { slot, entry, program, flags, actor } = request;
  if (request.expectedRevision !== 0)
    k.check('expected revision', request.expectedRevision === revisionOf(slot), 'ESTALE');
  k.check('not attached twice', indexOfProgram(slot, program) < 0, 'EEXIST');
  const relative = relativeOf(k, actor, flags, request.relative, program.template.type);
  const over = has(flags, FLAG.BPF_F_REPLACE) ? replacedAt(k, slot, request.replaced) : null;
  if (over === null) k.check('room in the list', k.rules.hasRoom(k, slot), 'ERANGE');
  const position = positionOf(k, slot, flags, relative, over);
  if (position === null) k.check('nothing but the tail is meant', flags === 0 && relative.prog === null, 'EINVAL');
  if (over !== null) {
    const replaced = slot.entries.at(over);
    slot.entries.replace(over, entry);
    k.rules.countChange(k, slot);
    storeInPlace(k, slot, over, program);
    if (replaced.kind === 'program') putProgram(k, replaced, 'replaced entry');
    return;
  }
  // BEFORE is the place in front of its relative, counted from the one before.
  const before = has(flags, FLAG.BPF_F_BEFORE);
  const index = position === null ? slot.entries.length : before ? position + 1 : position;
  putIn(k, slot, index, entry);
}

/** One element store in the array that is there: packets that hold it see the new program. */
function storeInPlace(k: Kernel, slot: Slot, index: number, next: Program): void {
  slot.effective.replace(index, next);
  for (const packet of k.all.packet) {
    if (!packet.current || packet.slot !== slot) continue;
    const left = index - (slot.effective.length - packet.array.length);
    if (left >= 0) packet.array.replace(left, next);
  }
}

/** bpf_mprog_detach: the named program, or the one at a position; what is out of range is the nearest end. */
export function mprogDetach(
  k: Kernel,
  request: Omit<MprogRequest, 'entry' | 'program'>,
  program: Program | null,
): void {
  const { slot, flags, actor } = request;
  k.check('no REPLACE', !has(flags, FLAG.BPF_F_REPLACE), 'EINVAL');
  if (request.expectedRevision !== 0)
    k.check('expected revision', request.expectedRevision === revisionOf(slot), 'ESTALE');
  k.check('something is attached', slot.entries.length > 0, 'ENOENT');
  const relative = relativeOf(k, actor, flags, request.relative, program?.template.type ?? null);
  const named = program === null ? null : indexOfProgram(slot, program);
  if (named !== null) {
    k.check('program is attached', named >= 0, 'ENOENT');
    k.check('entry belongs to no link', slot.entries.at(named).kind === 'program', 'EBUSY');
  }
  let position = positionOf(k, slot, flags, relative, named);
  if (position === null) {
    k.check('nothing but the tail is meant', flags === 0 && relative.prog === null, 'EINVAL');
    position = slot.entries.length;
  }
  const index = Math.min(Math.max(position, 0), slot.entries.length - 1);
  const found = slot.entries.at(index);
  const entry = found.kind === 'program' ? found : k.fail('entry belongs to no link', 'EBUSY');
  takeOff(k, slot, entry);
  putProgram(k, entry, 'detached entry');
}

/** tcx_link_update, netkit_link_update: a replacement in place; the position stays (facts net 5.4). */
export function mprogUpdate(k: Kernel, link: Link, next: Program): void {
  const { slot, prog } = link;
  if (slot === null || prog === null || next === prog) return;
  k.check('not attached twice', indexOfProgram(slot, next) < 0, 'EEXIST');
  k.check('program type is the same', next.template.type === prog.template.type, 'EINVAL');
  const index = slot.entries.indexOf(link);
  getProgram(k, next, `link ${link.name}`);
  link.prog = next;
  k.rules.countChange(k, slot);
  storeInPlace(k, slot, index, next);
  putProgram(k, prog, `link ${link.name}`);
}
