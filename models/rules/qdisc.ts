/**
 * Qdiscs at the ingress hook, the tcx entry that they share with tcx programs, and cls_bpf filters. Facts net 4, 5.1, 14.
 * Kernel: net/sched/sch_ingress.c ingress_init, ingress_destroy, clsact_init; net/sched/sch_api.c qdisc_graft; include/net/tcx.h.
 */
import type { Filter, Kernel, Netdev, Qdisc, Slot } from '../kernel.ts';
import { putIn, takeAll, takeOff } from './entries.ts';

/** First automatic priority (facts net 4, item 2). */
const FIRST_AUTOMATIC = 49152;
const AUTOMATIC_FROM = 32768;
const BYTE = 256;

/** Attach types of the two directions of a qdisc; no BPF command knows them. */
export const CLSACT_INGRESS = 'clsact_ingress';
export const CLSACT_EGRESS = 'clsact_egress';
const TCX_OF: Readonly<Record<string, string>> = { [CLSACT_INGRESS]: 'tcx_ingress', [CLSACT_EGRESS]: 'tcx_egress' };

export const directionsOf = (k: Kernel, qdisc: Qdisc): Slot[] => k.all.slot.filter((slot) => slot.qdisc === qdisc);

/** The tcx entries that the qdisc uses. */
export const entriesOf = (k: Kernel, qdisc: Qdisc): Slot[] =>
  directionsOf(k, qdisc).flatMap(
    ({ attachType, netdev }) =>
      k.all.slot.find((slot) => slot.netdev === netdev && slot.attachType === TCX_OF[attachType]) ?? [],
  );

/** A tcx entry is there while it holds programs or a qdisc uses it. */
export const hasEntry = (slot: Slot): boolean => slot.entries.length > 0 || slot.users > 0;

/** tcx_entry_free: with nobody left, the revision is forgotten (facts net 5.1). */
export function tcxEntryMayGo(_k: Kernel, slot: Slot): void {
  if (!hasEntry(slot)) slot.changes = 0;
}

/** ingress_init, clsact_init: takes the entry into use (tcx_miniq_inc). */
export function qdiscInit(k: Kernel, netdev: Netdev, qdisc: Qdisc): void {
  qdisc.fire('INIT');
  qdisc.refs = 1;
  for (const entry of entriesOf(k, qdisc)) k.rules.tcxEntryUse(k, entry);
  netdev.ingress = qdisc;
  netdev.ingressQueue = 1;
}

export function tcxEntryUse(_k: Kernel, entry: Slot): void {
  entry.users += 1;
}

/** tcx_miniq_dec: users are counted, because a qdisc that replaces another uses the entry before that one is destroyed (1cb6f0bae504). */
export function tcxEntryUnuse(_k: Kernel, entry: Slot): void {
  entry.users -= 1;
}

/** Takes the qdisc off its device (dev_graft_qdisc); it is destroyed with its last reference. */
export function ungraft(k: Kernel, netdev: Netdev, qdisc: Qdisc): void {
  if (netdev.ingress === qdisc) netdev.ingress = null;
  qdisc.fire('UNGRAFT');
  qdiscPut(k, qdisc, `device ${netdev.name}`);
}

export function qdiscGet(k: Kernel, qdisc: Qdisc, why: string): void {
  qdisc.refs += 1;
  k.tell({ type: 'get', object: `qdisc ${qdisc.name}`, refs: qdisc.refs, why });
}

export function qdiscPut(k: Kernel, qdisc: Qdisc, why: string): void {
  qdisc.refs -= 1;
  k.tell({ type: 'put', object: `qdisc ${qdisc.name}`, refs: qdisc.refs, why });
  if (qdisc.refs === 0) destroy(k, qdisc);
}

/** ingress_destroy, clsact_destroy: filters go, then the entry is given back through the pointer that init stored. */
function destroy(k: Kernel, qdisc: Qdisc): void {
  for (const slot of directionsOf(k, qdisc)) {
    for (const filter of takeAll(k, slot)) if (filter.kind === 'filter') deleteFilter(k, filter);
  }
  for (const entry of entriesOf(k, qdisc)) {
    if (entry.users === 0)
      k.broken('use-after-free', `qdisc ${qdisc.name} is destroyed and writes to ${entry.name}, which was freed`);
    k.rules.tcxEntryUnuse(k, entry);
    k.rules.tcxEntryMayGo(k, entry);
  }
  qdisc.fire('DESTROY');
}

export const prioOf = (filter: Filter): number => filter.prio.at(0) * BYTE + filter.prio.at(1);

export const filtersOf = (slot: Slot): Filter[] =>
  [...slot.entries].flatMap((entry) => (entry.kind === 'filter' ? [entry] : []));

/** tcf_auto_prio. */
export function automaticPrio(slot: Slot): number {
  const automatic = filtersOf(slot)
    .map(prioOf)
    .filter((prio) => prio >= AUTOMATIC_FROM);
  return automatic.length === 0 ? FIRST_AUTOMATIC : Math.min(...automatic) - 1;
}

/** The lowest handle that no filter of the priority has. */
export function automaticHandle(slot: Slot, prio: number): number {
  const taken = new Set(filtersOf(slot).flatMap((filter) => (prioOf(filter) === prio ? [filter.handle] : [])));
  let handle = 1;
  while (taken.has(handle)) handle++;
  return handle;
}

export function identify(filter: Filter, prio: number, handle: number): void {
  filter.prio.put(0, Math.floor(prio / BYTE));
  filter.prio.put(1, prio % BYTE);
  filter.handle = handle;
}

/** Ascending priority, and within one the newest first (facts net 4, item 7). */
export function addFilter(k: Kernel, slot: Slot, filter: Filter): void {
  const after = filtersOf(slot).filter((other) => prioOf(other) < prioOf(filter)).length;
  putIn(k, slot, after, filter);
}

/** tcf_queue_work: after a grace period a worker puts the program. */
export function deleteFilter(k: Kernel, filter: Filter): void {
  filter.fire('DELETE');
  for (const packet of k.all.packet) if (packet.running) filter.readers.add(packet);
}

/** cls_bpf_delete: out of the list at once. */
export function removeFilter(k: Kernel, slot: Slot, filter: Filter): void {
  takeOff(k, slot, filter);
  deleteFilter(k, filter);
}
