/** Devices and namespaces as the models show them, in the same words as the agent's. */
import type { Kernel, Netdev, Slot } from '../../models/kernel.ts';
import { revisionOf } from '../../models/rules/attach.ts';
import { firstNetns } from '../../models/rules/netdev.ts';
import { isAlive } from '../../models/rules/netns.ts';
import { programOf } from '../../models/rules/order.ts';
import { CLSACT_INGRESS } from '../../models/rules/qdisc.ts';
import { xdpSlot } from '../../models/rules/xdp.ts';
import { targetTypeFor } from '../../models/targets/index.ts';
import type { SeenDevice, SeenFilters, SeenList, SeenNet } from './protocol/decode-net.ts';

const isHere = (k: Kernel, netdev: Netdev): boolean => netdev.phase === 'REGISTERED' && netdev.netns === firstNetns(k);

function programIn(k: Kernel, netdev: Netdev, mode: 'native' | 'generic'): string | null {
  const slot = xdpSlot(k, netdev, mode);
  return slot === null || slot.entries.length === 0 ? null : (programOf(slot.entries.at(0))?.name ?? null);
}

function device(k: Kernel, { netdev: name }: SeenDevice): SeenDevice | undefined {
  const netdev = k.all.netdev.find((one) => one.name === name);
  if (netdev === undefined) return undefined;
  if (!isHere(k, netdev)) return { netdev: name, shown: null };
  return {
    netdev: name,
    shown: {
      state: netdev.down ? 'down' : 'up',
      master: netdev.master?.name ?? null,
      native: programIn(k, netdev, 'native'),
      generic: programIn(k, netdev, 'generic'),
    },
  };
}

/** bpf_mprog_query; an empty list of tcx without a qdisc says 1, and so does an empty one of netkit. */
function ofDevice(k: Kernel, slot: Slot): SeenList['shown'] {
  const feature = targetTypeFor(slot.attachType)?.feature;
  if (feature !== undefined && !k.has(feature)) return { errno: 'EINVAL' };
  if (slot.netdev === null || !isHere(k, slot.netdev)) return { errno: 'ENODEV' };
  const entries = [...slot.entries];
  return {
    progs: entries.map((entry) => programOf(entry)?.name ?? '?'),
    links: entries.map((entry) => (entry.kind === 'link' ? entry.name : null)),
    revision: entries.length === 0 && slot.users === 0 ? 1 : revisionOf(slot),
  };
}

function list(k: Kernel, { on, attachType }: SeenList): SeenList | undefined {
  const slot = k.all.slot.find(
    (one) => one.attachType === attachType && (one.netdev?.name === on || one.hook?.netns?.name === on),
  );
  if (slot === undefined) return undefined;
  if (slot.netdev !== null) return { on, attachType, shown: ofDevice(k, slot) };
  const progs = isAlive(slot) ? [...slot.entries].map((entry) => programOf(entry)?.name ?? '?') : [];
  return { on, attachType, shown: { progs } };
}

function filters(k: Kernel, { netdev, attachType }: SeenFilters): SeenFilters | undefined {
  const at = k.all.netdev.find((one) => one.name === netdev);
  if (at === undefined) return undefined;
  // An ingress qdisc has one list of filters, whichever direction is asked for.
  const asked = at.ingress?.type === 'ingress' ? CLSACT_INGRESS : attachType;
  const slot = k.all.slot.find(({ qdisc, attachType: own }) => qdisc !== null && qdisc === at.ingress && own === asked);
  const shown = isHere(k, at) && slot !== undefined ? [...slot.entries] : [];
  return {
    netdev,
    attachType,
    filters: shown.flatMap((entry) =>
      entry.kind === 'filter'
        ? [`${entry.prio.at(0) * 256 + entry.prio.at(1)}:${entry.handle}=${entry.prog?.name ?? '?'}`]
        : [],
    ),
  };
}

/** What of the seen the models show otherwise; undefined: nothing. What they do not have is nobody's concern. */
export function netOtherwise(k: Kernel, seen: SeenNet, same: (a: unknown, b: unknown) => boolean): unknown {
  const pairs: (readonly [unknown, unknown])[] = [
    ...seen.devices.map((one) => [one, device(k, one)] as const),
    ...seen.lists.map((one) => [one, list(k, one)] as const),
    ...seen.filters.map((one) => [one, filters(k, one)] as const),
  ];
  return pairs.find(([shown, own]) => own !== undefined && !same(shown, own))?.[1];
}
