/**
 * Devices and network namespaces: finding, moving and unregistering them. Facts net 2, 3.6, 3.9, 14.
 * Kernel: net/core/dev.c unregister_netdevice_many_notify, dev_xdp_uninstall, __dev_change_net_namespace; kernel/bpf/tcx.c
 * tcx_uninstall; net/core/net_namespace.c cleanup_net, __put_net.
 */
import { FIRST_NETNS } from '../declared.ts';
import type { Kernel, Netdev, Netns, Process, Slot } from '../kernel.ts';
import { takeAll } from './entries.ts';
import { forgetDevice } from './maps.ts';
import { ungraft } from './qdisc.ts';
import { putProgram } from './references.ts';
import { bondHasXdp } from './xdp.ts';

export const firstNetns = (k: Kernel): Netns | null => k.all.netns.find(({ name }) => name === FIRST_NETNS) ?? null;
export const netnsOf = (k: Kernel, process: Process | null): Netns | null => process?.netns ?? firstNetns(k);

/** A namespace is entered by its name; the first one has others inside. */
export const canBeEntered = (k: Kernel, netns: Netns): boolean => netns === firstNetns(k) || netns.named;

/** __dev_get_by_index in the caller's namespace. */
export const isHere = (k: Kernel, actor: Process | null, netdev: Netdev): boolean =>
  netdev.phase === 'REGISTERED' && netdev.netns === netnsOf(k, actor);

/** XDP links say EINVAL where everybody else says ENODEV. */
export function findNetdev(
  k: Kernel,
  actor: Process | null,
  netdev: Netdev | null,
  errno: 'ENODEV' | 'EINVAL' = 'ENODEV',
): Netdev {
  return netdev !== null && isHere(k, actor, netdev) ? netdev : k.fail('device exists here', errno);
}

/** The other end of a pair goes with it. */
const togetherWith = (netdev: Netdev): Netdev[] => (netdev.peer === null ? [netdev] : [netdev, netdev.peer]);

/** One rtnl section: closed, unlisted, qdiscs gone, tcx gone, XDP gone, then netkit (ndo_uninit). */
export function unregisterNetdev(k: Kernel, netdev: Netdev): void {
  const all = togetherWith(netdev).filter(({ phase }) => phase === 'REGISTERED');
  for (const device of all) device.fire('UNREGISTER');
  for (const device of all) {
    k.rules.releaseAttachments(k, device);
    forgetDevice(k, device);
    device.master = null;
    for (const port of k.all.netdev) if (port.master === device) port.master = null;
  }
}

/** What the death of a device does to everything that is attached to it. */
export function releaseAttachments(k: Kernel, netdev: Netdev): void {
  const slots = k.all.slot.filter((slot) => slot.netdev === netdev && slot.qdisc === null);
  const ofFamily = (family: string): Slot[] => slots.filter(({ attachType }) => attachType.startsWith(family));
  const { ingress } = netdev;
  if (ingress !== null) ungraft(k, netdev, ingress);
  for (const slot of ofFamily('tcx')) {
    releaseEntries(k, slot);
    k.rules.tcxEntryMayGo(k, slot);
  }
  for (const slot of ofFamily('xdp')) uninstallXdp(k, netdev, slot);
  for (const slot of ofFamily('netkit')) releaseEntries(k, slot);
}

/** Links become defunct, plain programs are put; packets that hold the array keep it. */
function releaseEntries(k: Kernel, slot: Slot): void {
  for (const entry of takeAll(k, slot)) {
    if (entry.kind === 'link') k.rules.autoDetach(k, entry);
    else if (entry.kind === 'program') putProgram(k, entry, `device ${slot.netdev?.name ?? ''}`);
  }
}

/** dev_xdp_uninstall: the driver is asked to take the program off. Where it refuses, it keeps it (094ee6017ea0). */
function uninstallXdp(k: Kernel, netdev: Netdev, slot: Slot): void {
  if (slot.xdpMode === 'native' && !bondHasXdp(netdev)) return;
  releaseEntries(k, slot);
}

/** Everything but clsact stays; the device is set down, and is no port any more (facts net 1, fact 12; observed on 6.18.44). */
export function moveNetdev(k: Kernel, netdev: Netdev, to: Netns): void {
  netdev.down = true;
  netdev.master = null;
  const { ingress } = netdev;
  if (ingress !== null) ungraft(k, netdev, ingress);
  forgetDevice(k, netdev);
  netdev.netns = to;
}

export function getNetns(k: Kernel, netns: Netns, why: string): void {
  netns.refs += 1;
  k.tell({ type: 'get', object: `netns ${netns.name}`, refs: netns.refs, why });
}

/** The last reference: a worker will tear the namespace down. */
export function putNetns(k: Kernel, netns: Netns, why: string): void {
  netns.refs -= 1;
  k.tell({ type: 'put', object: `netns ${netns.name}`, refs: netns.refs, why });
  if (netns.refs === 0 && netns !== firstNetns(k)) netns.fire('LAST_PUT');
}

/** A process takes its namespace along, and lets go of it when it ends. */
export function enterNetns(k: Kernel, process: Process, netns: Netns | null): void {
  const { netns: left } = process;
  const next = netns === firstNetns(k) ? null : netns;
  if (next !== null) getNetns(k, next, `process ${process.name}`);
  process.netns = next;
  if (left !== null) putNetns(k, left, `process ${process.name}`);
}
