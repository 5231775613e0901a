/**
 * Order: which levels of the tree contribute to what runs in a cgroup, in which order, and where a new entry goes.
 * Kernel: kernel/bpf/cgroup.c compute_effective_progs, replace_effective_prog, get_prog_list / insert. Facts cgroup 6.3, 7.1, 7.2.
 */
import type { Anchor, Entry, Kernel, Link, Packet, Program, Slot } from '../kernel.ts';
import { FLAG } from './flags.ts';

/** The program that an entry runs. */
export const programOf = (entry: Entry): Program | null => (entry.kind === 'program' ? entry : entry.prog);

/**
 * Levels that contribute, from the cgroup to the root: one that has entries contributes if nothing was collected yet or
 * its mode is MULTI (facts C01–C43).
 */
export function contributingLevels(slot: Slot): Slot[] {
  const levels: Slot[] = [];
  for (const level of [slot, ...slot.ancestors]) {
    const collected = levels.some((lower) => lower.entries.length > 0);
    if (!collected || level.mode === 'MULTI') levels.push(level);
  }
  return levels;
}

/** Entries in run order: PREORDER ones from the root down, then the others from the cgroup up (facts D61, D66). */
export function effectiveEntries(slot: Slot): Entry[] {
  const levels = contributingLevels(slot);
  const of = (level: Slot, preorder: boolean): Entry[] =>
    [...level.entries].filter((_, i) => level.preorders.at(i) === preorder);
  return [...[...levels].reverse().flatMap((level) => of(level, true)), ...levels.flatMap((level) => of(level, false))];
}

/** What the kernel computes into a new array. */
export function computeEffective(_k: Kernel, slot: Slot): Program[] {
  return effectiveEntries(slot).flatMap((entry) => programOf(entry) ?? []);
}

/** Is the cgroup's array recomputed when an ancestor changes? Descendants whose BPF state is gone are passed over. */
function hasState(slot: Slot): boolean {
  const phase = slot.cgroup?.phase;
  return phase === 'ONLINE' || phase === 'DYING';
}

/** Publishes a new array for one cgroup: packets that hold the old one keep it. */
function publish(k: Kernel, slot: Slot, programs: readonly Program[]): void {
  slot.effective.clear();
  for (const program of programs) slot.effective.append(program);
  for (const packet of k.all.packet) if (packet.slot === slot) packet.current = false;
}

/** update_effective_progs: the cgroup and all its descendants. */
export function updateEffective(k: Kernel, slot: Slot): void {
  for (const lower of slot.subtree)
    if (lower === slot || hasState(lower)) publish(k, lower, k.rules.computeEffective(k, lower));
}

/** What kernels without the fix of f08aaee3152d take for the index of an entry: they ignore the PREORDER bit (facts D68, D69). */
function indexIgnoringPreorder(slot: Slot, wanted: Entry): number {
  let index = 0;
  for (const level of contributingLevels(slot))
    for (const entry of level.entries) {
      if (entry === wanted) return index;
      if (programOf(entry) !== null) index++;
    }
  return -1;
}

/** Every array that runs the entry, with its place there; what an older kernel takes for it, without the fix of f08aaee3152d. */
function* arraysWith(k: Kernel, slot: Slot, entry: Entry): Generator<readonly [Slot, number]> {
  for (const lower of slot.subtree) {
    if (lower !== slot && !hasState(lower)) continue;
    const index = k.has('preorder-slot-fix')
      ? effectiveEntries(lower).indexOf(entry)
      : indexIgnoringPreorder(lower, entry);
    if (index >= 0 && index < lower.effective.length) yield [lower, index];
  }
}

/** Invocations that still run the published array of the slot and have not come to this place. */
function ahead(k: Kernel, slot: Slot, index: number): readonly (readonly [Packet, number])[] {
  return k.all.packet.flatMap((packet) => {
    const position = index - packet.ran.length;
    const reached = packet.current && packet.slot === slot && position >= 0 && position < packet.array.length;
    return reached ? [[packet, position] as const] : [];
  });
}

/** replace_effective_prog: one element store per cgroup, in the array that is there. */
export function replaceEffective(k: Kernel, slot: Slot, link: Link, next: Program): void {
  for (const [lower, index] of arraysWith(k, slot, link)) {
    lower.effective.replace(index, next);
    for (const [packet, position] of ahead(k, lower, index)) packet.array.replace(position, next);
  }
}

/** purge_effective_progs: the element becomes one that does nothing, in the array that is there. */
export function purgeEffective(k: Kernel, slot: Slot, entry: Entry): void {
  for (const [lower, index] of arraysWith(k, slot, entry)) {
    lower.effective.removeAt(index);
    for (const [packet, position] of ahead(k, lower, index)) packet.array.removeAt(position);
  }
}

/** List position for a new entry; checks 5 and 6 of facts cgroup 7.2. */
export function insertPosition(k: Kernel, slot: Slot, anchor: Anchor | null, flags: number): number {
  const preorder = (flags & FLAG.BPF_F_PREORDER) !== 0;
  if (anchor?.entry == null) return anchor?.before === true ? 0 : slot.entries.length;
  const position = slot.entries.indexOf(anchor.entry);
  k.check('anchor is attached here', position >= 0, 'ENOENT');
  k.check('anchor has the same PREORDER', slot.preorders.at(position) === preorder, 'EINVAL');
  return anchor.before ? position : position + 1;
}
