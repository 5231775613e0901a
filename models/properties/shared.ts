/** Parameters and looks that several properties share. */
import type { Cgroup, Kernel, Link, Packet, Process, Program, Slot } from '../kernel.ts';

export const PROGRAMS = { shape: 'list', of: { shape: 'object', kind: 'program' } } as const;
export const ON = { on: { shape: 'object', kind: 'cgroup' }, attachType: { shape: 'word', optional: true } } as const;

/** The slot that a property speaks of; without an attach type the only one, or the first. */
export function slotOn(k: Kernel, on: Cgroup, attachType: string | null): Slot {
  const slot = k.all.slot.find(
    (candidate) => candidate.cgroup === on && (attachType === null || candidate.attachType === attachType),
  );
  return (
    slot ??
    k.broken(
      'property',
      `nothing in this scenario attaches to ${on.name}${attachType === null ? '' : ` at ${attachType}`}`,
    )
  );
}

/** The same object before the step. */
export const was = <V extends { readonly kind: keyof Kernel['before']; readonly index: number }>(
  k: Kernel,
  view: V,
): V => k.before[view.kind][view.index] as unknown as V;

const FREED: readonly string[] = ['GONE', 'RELEASED', 'DEFERRED', 'ABSENT'];
/** A link that was made and not freed yet. */
export const exists = (link: Link): boolean => !FREED.includes(link.phase) && link.phase !== 'PRIMED';

/** Does the process hold a descriptor of this object? */
export const holds = (process: Process, target: Program | Link): boolean =>
  process.table !== null && [...process.table.fds].some((file) => file?.target === target);

/** Does anything besides legacy attachments hold the program: a descriptor, a message, a pin, a link, a running command? */
export function isHeld(k: Kernel, program: Program): boolean {
  if (k.all.file.some((file) => file.target === program) || k.all.inode.some((inode) => inode.target === program))
    return true;
  return (
    k.all.link.some((link) => link.prog === program && exists(link)) ||
    k.all.perf.some(({ entry }) => entry === program) ||
    k.all.program.some(({ target, holdsTarget }) => holdsTarget > 0 && target?.program === program) ||
    k.calls().some(({ registers }) => registers.includes(program))
  );
}

const BEING_FREED: readonly string[] = ['ZERO', 'UNLISTED'];

/** Does a descriptor, a message, a pin or a running command hold the link? One that is being freed is about to be detached. */
export function isLinkHeld(k: Kernel, link: Link): boolean {
  if (BEING_FREED.includes(link.phase)) return true;
  if (k.all.file.some((file) => file.target === link) || k.all.inode.some((inode) => inode.target === link))
    return true;
  return k.calls().some(({ registers, made }) => registers.includes(link) || made['link'] === link);
}

/** An invocation that has run everything it took and is about to end. */
export const atEnd = (packet: Packet): boolean => packet.running && packet.array.length === 0;

export const names = (programs: Iterable<{ readonly name: string }>): string =>
  [...programs].map(({ name }) => name).join(' ') || 'nothing';
