/** Parameters and looks that several properties share. */

import type { Cgroup, Kernel, Link, Netdev, Netns, Packet, Process, Program, Slot } from '../kernel.ts';
import { execute } from '../rules/execute.ts';
import { netfilterPath, pathOf, type Stage, slotAtStage } from '../rules/path.ts';
import { ARRIVED, CONSUMED, walk } from '../rules/run-frame.ts';
import { belongsTo, isReleased } from '../rules/slots.ts';

export const PROGRAMS = { shape: 'list', of: { shape: 'object', kind: 'program' } } as const;
/** A cgroup, a device or a namespace, and the attach type where it has several. */
export const ON = {
  on: { shape: 'object', kind: 'cgroup', or: ['netdev', 'netns'] },
  attachType: { shape: 'word', optional: true },
} as const;

/** What a property speaks of. */
export type On = Cgroup | Netdev | Netns;

/** The slot that a property speaks of; without an attach type the only one, or the first. */
export function slotOn(k: Kernel, on: On, attachType: string | null): Slot {
  const slot = k.all.slot.find((candidate) => belongsTo(candidate, on) && isMeant(candidate, on, attachType));
  return (
    slot ??
    k.broken(
      'property',
      `nothing in this scenario attaches to ${on.name}${attachType === null ? '' : ` at ${attachType}`}`,
    )
  );
}

/** Of a device, no attach type or `ingress` means everything that a frame meets on its way in, `egress` on its way out. */
export function isMeant(slot: Slot, on: On, attachType: string | null): boolean {
  if (on.kind !== 'netdev') return attachType === null || slot.attachType === attachType;
  const outwards = slot.attachType.endsWith('_egress');
  if (attachType === null || attachType === 'ingress') return !outwards;
  return attachType === 'egress' ? outwards : slot.attachType === attachType;
}

/** Slots of a cgroup, device or namespace, in the order in which an event meets them. Filters are those of the present qdisc. */
export function slotsOn(k: Kernel, on: On, attachType: string | null): Slot[] {
  if (on.kind !== 'netdev') return k.all.slot.filter((slot) => belongsTo(slot, on) && isMeant(slot, on, attachType));
  return stagesOn(k, on, attachType).flatMap((stage) => slotAtStage(k, stage) ?? []);
}

/** The hooks of one device that are meant. */
function stagesOn(k: Kernel, on: Netdev, attachType: string | null): Stage[] {
  const all = [...pathOf(k, on, 'loop'), ...pathOf(k, on, 'tx').filter(({ kind }) => kind === 'netkit')];
  return all.filter((stage) =>
    k.all.slot.some(
      (slot) => slot.netdev === on && slot.attachType === stage.attachType && isMeant(slot, on, attachType),
    ),
  );
}

/**
 * What an event there would run now, extensions and tail-called programs included. A frame may be at its end before it has
 * met everything.
 */
export function wouldRun(
  k: Kernel,
  on: On,
  attachType: string | null,
): { readonly ran: readonly Program[]; readonly consumed: boolean } {
  // Of what is attached to a namespace only the netfilter hooks are met one after the other.
  const alone = on.kind === 'cgroup' || (on.kind === 'netns' && slotOn(k, on, attachType).attachType !== 'netfilter');
  if (alone) {
    const { effective } = slotOn(k, on, attachType);
    return { ran: [...effective].flatMap((program) => execute(k, program).programs), consumed: false };
  }
  const { takingPart, consumed } = walk(k, on.kind === 'netns' ? netfilterPath(k, on) : stagesOn(k, on, attachType));
  return { ran: takingPart, consumed };
}

/** What an invocation has run: the elements of arrays, and the extensions and tail-called programs that took part. */
export const ranIn = (packet: Packet): readonly Program[] => [...packet.ran, ...packet.inside];

/** Has the invocation run everything that it took there, and is about to end? */
export function endedAt(k: Kernel, packet: Packet, on: On, attachType: string | null): boolean {
  if (!atEnd(packet)) return false;
  if (on.kind === 'cgroup') return packet.slot === slotOn(k, on, attachType);
  return packet.slot !== null && belongsTo(packet.slot, on) && isMeant(packet.slot, on, attachType);
}

/** Is the cgroup, device or namespace there for events and commands? */
export const isThere = (on: On): boolean => on.phase === 'ONLINE' || on.phase === 'REGISTERED' || on.phase === 'ALIVE';

/** The same object before the step. */
export const was = <V extends { readonly kind: keyof Kernel['before']; readonly index: number }>(
  k: Kernel,
  view: V,
): V => k.before[view.kind][view.index] as unknown as V;

/** Did what the link was attached to die in this step? At grain command a cgroup is released within rmdir. */
export function targetDied(k: Kernel, before: Link): boolean {
  const slot = before.slot === null ? undefined : k.all.slot[before.slot.index];
  return k.step.op === 'rmdir' || (slot !== undefined && slot.netdev !== null && isReleased(slot));
}

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

const isOnItsWay = (slot: Slot | null): boolean =>
  slot !== null && (slot.netdev !== null || slot.attachType === 'netfilter');

/** An invocation that has run everything it took and is about to end; a frame goes on from hook to hook. */
const atEnd = (packet: Packet): boolean =>
  packet.running && packet.array.length === 0 && (!isOnItsWay(packet.slot) || packet.stage >= ARRIVED);

/** Did a program drop the frame, or send it elsewhere? */
export const isConsumed = (packet: Packet): boolean => packet.stage === CONSUMED;

export const names = (programs: Iterable<{ readonly name: string }>): string =>
  [...programs].map(({ name }) => name).join(' ') || 'nothing';
