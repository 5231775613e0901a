/** Frames: the programs of one hook after the other run, as far as their results let the frame go. Facts net 5.6, run-001 to run-024. Kernel: net/core/dev.c. */
import type { Kernel, Netdev, Netns, Packet, Program, Slot } from '../kernel.ts';
import { execute } from './execute.ts';
import { type Effect, effectOf, isUp, netfilterPath, pathOf, type Stage, slotAtStage } from './path.ts';
import { noteInside, runOne } from './run.ts';

/** A frame arrives, is sent, or goes round the loopback device; a datagram goes round that of a namespace. */
export const FRAME_HOOKS = ['rx', 'tx', 'loop', 'netfilter'];

/** Stages behind the last one: a frame that came through, and one that a program dropped or sent elsewhere. */
export const ARRIVED = 11;
export const CONSUMED = 12;

export type Frame = { readonly netdev: Netdev; readonly hook: string } | { readonly netns: Netns };

const isOutwards = ({ kind, attachType }: Stage): boolean => kind === 'netkit' || attachType.endsWith('_egress');

/**
 * A device that is set down sends nothing. What is sent to one passes the hooks of its way out, and no further (veth_xmit,
 * is_skb_forwardable; observed on 6.18.44).
 */
function wayOf(k: Kernel, frame: Frame): Stage[] {
  if ('netns' in frame) return netfilterPath(k, frame.netns);
  const { netdev, hook } = frame;
  const from = hook === 'rx' ? netdev.peer : netdev;
  const to = receiverOf(frame);
  if (from?.down === true) return [];
  const way = pathOf(k, netdev, hook);
  if (to?.down === true) return way.filter(isOutwards);
  const bridge = bridgeOf(to);
  return bridge === null || bridge.down ? way : [...way, ...pathOf(k, bridge, 'rx')];
}

/** A port gives what arrives there to its bridge, past its own hooks; one that is set down takes nothing (br_handle_frame; observed on 6.18.44). */
const bridgeOf = (port: Netdev | null): Netdev | null => (port?.master?.type === 'bridge' ? port.master : null);

function receiverOf({ netdev, hook }: { readonly netdev: Netdev; readonly hook: string }): Netdev | null {
  return hook === 'tx' ? netdev.peer : netdev;
}

/** Does it get through at all? */
const getsThrough = (frame: Frame): boolean =>
  'netns' in frame || (isUp(frame.netdev) && bridgeOf(receiverOf(frame))?.down !== true);
const isThere = (frame: Frame): boolean => 'netns' in frame || frame.netdev.phase === 'REGISTERED';
const wayNow = (k: Kernel, frame: Frame): Stage[] => (isThere(frame) ? wayOf(k, frame) : []);

/** The stage that comes next: a frame that tcx passes does not meet the filters that share the hook. */
function after(way: readonly Stage[], stage: number, effect: Effect): number {
  const next = way[stage + 1];
  const shared = next?.kind === 'clsact' && next.netdev === way[stage]?.netdev;
  return stage + (effect === 'pass' && shared ? 2 : 1);
}

const conclusion = (k: Kernel, ran: readonly string[], arrived: boolean): void =>
  k.returns({ ran, verdict: arrived ? 'allow' : 'dropped' });

export interface Walk {
  /** Programs of the arrays, in order. */
  readonly ran: readonly Program[];
  /** Those, and the extensions and tail-called programs that take part. */
  readonly takingPart: readonly Program[];
  /** Did one of them drop the frame, or send it elsewhere? */
  readonly consumed: boolean;
}

/** What a frame would meet that took everything at once. */
export function walk(k: Kernel, way: readonly Stage[]): Walk {
  const ran: Program[] = [];
  const takingPart: Program[] = [];
  let stage = 0;
  let effect: Effect = 'next';
  for (let here = way[0]; here !== undefined && effect !== 'consume'; here = way[stage]) {
    effect = 'next';
    for (const program of slotAtStage(k, here)?.effective ?? []) {
      const { programs, retval } = execute(k, program);
      ran.push(program);
      takingPart.push(...programs);
      effect = effectOf(here, retval);
      if (effect !== 'next') break;
    }
    stage = after(way, stage, effect);
  }
  return { ran, takingPart, consumed: effect === 'consume' };
}

/** The whole way in one step. */
export function runFrame(k: Kernel, frame: Frame): void {
  const { ran, consumed } = walk(k, wayNow(k, frame));
  for (const program of ran) runOne(k, program, null, []);
  const named = ran.flatMap((program) => execute(k, program).ran);
  conclusion(k, named, getsThrough(frame) && !consumed);
}

/** Takes what is published at the present hook. */
export function takeStage(k: Kernel, packet: Packet, frame: Frame): void {
  packet.running = true;
  const stage = wayNow(k, frame)[packet.stage];
  if (stage === undefined) return;
  const slot: Slot | null = slotAtStage(k, stage);
  packet.slot = slot;
  packet.current = slot !== null;
  for (const program of slot?.effective ?? []) packet.array.append(program);
}

/** Runs the next element, or goes on to the next hook; the device may be going meanwhile, the frame is past the test. Nobody sets one down under it. */
export function runInStage(
  k: Kernel,
  packet: Packet,
  frame: Frame,
): 'again' | 'take the array' | 'end of the invocation' {
  const way = wayOf(k, frame);
  const stage = way[packet.stage];
  if (stage === undefined) {
    packet.stage = ARRIVED;
    return 'end of the invocation';
  }
  let effect: Effect = 'next';
  if (packet.array.length > 0) {
    const program = packet.array.at(0);
    packet.array.removeAt(0);
    packet.ran.append(program);
    runOne(k, program, null, []);
    const { programs, retval } = execute(k, program);
    noteInside(packet, program, programs);
    effect = effectOf(stage, retval);
    if (effect === 'next') return 'again';
  }
  packet.array.clear();
  packet.current = false;
  const next = effect === 'consume' ? CONSUMED : after(way, packet.stage, effect);
  packet.stage = next < way.length || next === CONSUMED ? next : ARRIVED;
  return packet.stage < way.length ? 'take the array' : 'end of the invocation';
}

/** A frame that a program consumed went no further than its hook. */
export function concludeFrame(k: Kernel, packet: Packet, frame: Frame): void {
  const named = [...packet.ran].flatMap((program) => execute(k, program).ran);
  conclusion(k, named, getsThrough(frame) && packet.stage !== CONSUMED);
}
