/**
 * The way of a frame: the hooks that it passes one after the other, and what each program's result does to it.
 * Kernel: net/core/dev.c __netif_receive_skb_core, sch_handle_ingress, sch_handle_egress, tcx_run, tc_run; drivers/net/veth.c,
 * netkit.c netkit_xmit; net/netfilter/core.c nf_hook_slow. Facts net 4 item 7, 5.6, 6, 8, run-001 to run-024.
 */
import type { Hook, Kernel, Netdev, Netns, Slot } from '../kernel.ts';
import { loopbackSlots } from './netfilter.ts';
import { CLSACT_EGRESS, CLSACT_INGRESS } from './qdisc.ts';

export type StageKind = 'xdp' | 'tcx' | 'clsact' | 'netkit' | 'netfilter';

/** One hook of one device, or one netfilter hook of one namespace. */
export interface Stage {
  readonly kind: StageKind;
  readonly netdev: Netdev | null;
  readonly hook?: Hook;
  readonly attachType: string;
  readonly xdpMode?: 'native' | 'generic';
}

/** What a program's result does: next program, next hook, past the filters that share the hook, or the end of the frame. */
export type Effect = 'next' | 'leave' | 'pass' | 'consume';

const XDP_PASS = 2;
const TC = { NEXT: -1, PASS: 0, DROP: 2, STOLEN: 4, REDIRECT: 7, TRAP: 8 } as const;

const TCX: Readonly<Record<number, Effect>> = {
  [TC.NEXT]: 'next',
  [TC.PASS]: 'pass',
  [TC.DROP]: 'consume',
  [TC.REDIRECT]: 'consume',
};
/** NF_DROP; the verifier lets a program say NF_ACCEPT besides, and nothing else. */
const NF_DROP = 0;
const CLSACT: Readonly<Record<number, Effect>> = {
  [TC.PASS]: 'leave',
  [TC.DROP]: 'consume',
  [TC.STOLEN]: 'consume',
  [TC.REDIRECT]: 'consume',
  [TC.TRAP]: 'consume',
};

export function effectOf({ kind }: Stage, returns: number): Effect {
  switch (kind) {
    case 'xdp':
      return returns === XDP_PASS ? 'leave' : 'consume';
    case 'tcx':
      // A code that tcx does not know ends its list, and the filters run.
      return TCX[returns] ?? 'leave';
    case 'clsact':
      return CLSACT[returns] ?? 'next';
    case 'netfilter':
      return returns === NF_DROP ? 'consume' : 'next';
    case 'netkit':
      return returns === TC.NEXT ? 'next' : returns === TC.DROP || returns === TC.REDIRECT ? 'consume' : 'leave';
  }
}

const ingressOf = (netdev: Netdev): Stage[] => [
  { kind: 'xdp', netdev, attachType: 'xdp', xdpMode: 'native' },
  { kind: 'xdp', netdev, attachType: 'xdp', xdpMode: 'generic' },
  { kind: 'tcx', netdev, attachType: 'tcx_ingress' },
  { kind: 'clsact', netdev, attachType: CLSACT_INGRESS },
];

const egressOf = (netdev: Netdev): Stage[] => [
  { kind: 'tcx', netdev, attachType: 'tcx_egress' },
  { kind: 'clsact', netdev, attachType: CLSACT_EGRESS },
];

/** Both lists of a netkit pair belong to the primary device. */
function netkitOf(netdev: Netdev): Stage[] {
  if (netdev.type !== 'netkit') return [];
  return netdev.primary
    ? [{ kind: 'netkit', netdev, attachType: 'netkit_primary' }]
    : netdev.peer === null
      ? []
      : [{ kind: 'netkit', netdev: netdev.peer, attachType: 'netkit_peer' }];
}

/** A frame out of a device; out of a pair it arrives at the other end. */
const sent = (netdev: Netdev): Stage[] => [
  ...egressOf(netdev),
  ...netkitOf(netdev),
  ...(netdev.peer === null ? [] : ingressOf(netdev.peer)),
];

const isSlotOf = (slot: Slot, stage: Stage): boolean =>
  slot.netdev === stage.netdev &&
  slot.hook === (stage.hook ?? null) &&
  slot.attachType === stage.attachType &&
  slot.xdpMode === stage.xdpMode;

/** Hooks that this scenario attaches to. A frame that arrives at one end of a pair was sent out of the other. */
export function pathOf(k: Kernel, netdev: Netdev, hook: string): Stage[] {
  const { peer } = netdev;
  const all =
    hook === 'tx'
      ? sent(netdev)
      : hook === 'loop'
        ? [...egressOf(netdev), ...ingressOf(netdev)]
        : peer === null
          ? ingressOf(netdev)
          : sent(peer);
  return all.filter((stage) => k.all.slot.some((slot) => isSlotOf(slot, stage)));
}

/** Netfilter hooks that one datagram over the loopback device of a namespace passes. */
export const netfilterPath = (k: Kernel, netns: Netns): Stage[] =>
  loopbackSlots(k, netns).flatMap(({ hook, attachType }) =>
    hook === null ? [] : [{ kind: 'netfilter' as const, netdev: null, hook, attachType }],
  );

/** What is there now: filters are those of the qdisc at the device, and are reached through the tcx entry alone. */
export function slotAtStage(k: Kernel, stage: Stage): Slot | null {
  const slots = k.all.slot.filter((slot) => isSlotOf(slot, stage));
  if (stage.kind !== 'clsact' || stage.netdev === null) return slots[0] ?? null;
  const { ingress } = stage.netdev;
  const tcx = stage.attachType === CLSACT_INGRESS ? 'tcx_ingress' : 'tcx_egress';
  const entry = k.all.slot.find((slot) => slot.netdev === stage.netdev && slot.attachType === tcx);
  if (entry !== undefined && entry.users === 0) return null;
  return slots.find(({ qdisc }) => qdisc !== null && qdisc === ingress) ?? null;
}

/** Does a frame get through to this device at all? */
export const isUp = (netdev: Netdev): boolean =>
  netdev.phase === 'REGISTERED' && !netdev.down && (netdev.peer === null || !netdev.peer.down);

/** Do events come by this slot? Filters are met only while the qdisc's entry is there. */
export const isReached = (k: Kernel, slot: Slot): boolean =>
  slot.qdisc === null ||
  slot.netdev === null ||
  slotAtStage(k, { kind: 'clsact', netdev: slot.netdev, attachType: slot.attachType }) === slot;
