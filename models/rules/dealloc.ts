/**
 * The end of links and of programs: who may still look at them, and what they held. Kernel: kernel/bpf/syscall.c bpf_link_free,
 * bpf_link_defer_dealloc_rcu_gp, __bpf_prog_put_rcu, bpf_prog_free_deferred. Facts link-core 2.5, 3.3, 3.4.
 */
import type { Kernel, Link, Packet, Program } from '../kernel.ts';
import { linkTypeOf } from '../links/index.ts';
import type { Flavour } from '../objects/hook.ts';
import { mapsOf, putMap } from './maps.ts';
import { putProgram } from './references.ts';

/** By which flavour of RCU an invocation is protected. */
export const flavourOf = (packet: Packet): Flavour => packet.slot?.hook?.flavour ?? 'rcu';

const running = (k: Kernel, flavours: readonly Flavour[]): readonly Packet[] =>
  k.all.packet.filter((packet) => packet.running && flavours.includes(flavourOf(packet)));

/** A program waits for readers of classic RCU, a sleepable one for those of tasks trace first. Its own flavours, not those of a hook. */
export const readersOf = (k: Kernel, program: Program): readonly Packet[] =>
  running(k, program.template.sleepable ? ['tasks-trace', 'rcu'] : ['rcu']);

/** The last step of bpf_link_free: at once, or after the readers that `release` or the deallocation waits for. */
export function deallocateLink(k: Kernel, link: Link): void {
  const { deallocDeferred, waitsFor } = linkTypeOf(link);
  const deferred = deallocDeferred === true && k.has('deferred-link-dealloc');
  const flavours: readonly Flavour[] = [
    ...(deferred ? (['rcu'] as const) : []),
    ...(waitsFor === undefined ? [] : [waitsFor]),
  ];
  deallocateAfter(k, link, flavours, deferred);
}

/** Frees the link when the readers of these flavours have gone; by a callback at any rate where `deferred`. */
export function deallocateAfter(k: Kernel, link: Link, flavours: readonly Flavour[], deferred: boolean): void {
  const readers = running(k, flavours);
  if (!deferred && readers.length === 0) {
    freeLink(k, link);
    return;
  }
  if (deferred && !k.has('late-program-put')) putLinkProgram(k, link);
  for (const packet of readers) link.readers.append(packet);
  link.fire('DEFER');
}

function putLinkProgram(k: Kernel, link: Link): void {
  const { prog } = link;
  link.prog = null;
  if (prog !== null) putProgram(k, prog, `link ${link.name}`);
}

export function freeLink(k: Kernel, link: Link): void {
  link.settled = false;
  link.deferred = false;
  link.fire('FREE');
  putLinkProgram(k, link);
}

/** What a program held besides itself goes after its grace period. */
export function releaseHeld(k: Kernel, program: Program): void {
  const target = program.target?.program ?? null;
  if (program.holdsTarget > 0 && target !== null) {
    program.holdsTarget = 0;
    putProgram(k, target, `load-time target of ${program.name}`);
  }
  for (const map of [...mapsOf(k, program), ...program.bound]) putMap(k, map, `program ${program.name}`);
  program.bound.clear();
}

/** The end of a read-side section: whoever waited for it may go on. */
export function leaveReaders(k: Kernel, packet: Packet): void {
  for (const waiting of [...k.all.program, ...k.all.inode, ...k.all.filter])
    if (waiting.readers.has(packet)) waiting.readers.delete(packet);
  for (const link of k.all.link) if (link.readers.indexOf(packet) >= 0) link.readers.remove(packet);
}

/** Nothing is left to do for the process that released the link. */
export const isFreed = (link: Link): boolean => link.phase === 'GONE' || link.phase === 'DEFERRED';
