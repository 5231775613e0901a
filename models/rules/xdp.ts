/**
 * XDP slots: one program or one link for each mode of a device, under rtnl_lock.
 * Kernel: net/core/dev.c dev_xdp_attach, dev_xdp_mode, bpf_xdp_link_update; net/core/rtnetlink.c do_setlink_xdp. Facts net 3.3 to 3.6.
 */
import type { Kernel, Link, Netdev, Program, Slot, XdpRequest } from '../kernel.ts';
import type { BondMode } from '../objects/netdev.ts';
import { has, XDP_FLAG } from './flags.ts';
import { programOf } from './order.ts';
import { getProgram, putProgram } from './references.ts';

export type XdpMode = 'generic' | 'native' | 'hardware';

export const XDP_MODES = XDP_FLAG.XDP_FLAGS_SKB_MODE | XDP_FLAG.XDP_FLAGS_DRV_MODE | XDP_FLAG.XDP_FLAGS_HW_MODE;

/** Programs of maps of devices and CPUs run there and nowhere else. */
const FOR_MAPS = new Set(['xdp_devmap', 'xdp_cpumap']);
/** Modes of a bond in which its slaves can take over XDP (bond_xdp_check). */
const MODES_WITH_XDP: ReadonlySet<BondMode> = new Set(['roundrobin', 'active_backup']);
/** Largest frame that a veth receives into one page. */
const ONE_PAGE_MTU = 3506;

/** Exactly one mode, or none? */
export const oneMode = (flags: number): boolean => {
  const modes = flags & XDP_MODES;
  return (modes & (modes - 1)) === 0;
};

/** Does the driver implement XDP? That of bonds does since 5.15. */
export const driverHasXdp = (k: Kernel, netdev: Netdev): boolean =>
  netdev.native && (netdev.type !== 'bond' || k.has('xdp-bond'));

/** "No mode flag" names native where the driver can, else generic; computed anew at every request. */
export function xdpModeOf(k: Kernel, netdev: Netdev, flags: number): XdpMode {
  if (has(flags, XDP_FLAG.XDP_FLAGS_HW_MODE)) return 'hardware';
  if (has(flags, XDP_FLAG.XDP_FLAGS_DRV_MODE)) return 'native';
  if (has(flags, XDP_FLAG.XDP_FLAGS_SKB_MODE)) return 'generic';
  return driverHasXdp(k, netdev) ? 'native' : 'generic';
}

/** The slot of a mode; a mode that the driver does not implement has none. */
export const xdpSlot = (k: Kernel, netdev: Netdev, mode: XdpMode): Slot | null =>
  k.all.slot.find((slot) => slot.netdev === netdev && slot.xdpMode === mode) ?? null;

const programIn = (slot: Slot | null): Program | null =>
  slot === null || slot.entries.length === 0 ? null : programOf(slot.entries.at(0));

const hasProgram = (k: Kernel, netdev: Netdev): boolean =>
  k.all.slot.some((slot) => slot.netdev === netdev && slot.xdpMode !== undefined && slot.entries.length > 0);

/** Does anything that is loaded belong to this device (bpf_offload_find_netdev)? */
const hasBound = (k: Kernel, netdev: Netdev): boolean =>
  k.all.program.some(({ device, phase }) => device === netdev && phase !== 'ABSENT' && phase !== 'FREED');

/**
 * kernel/bpf/offload.c bpf_offload_dev_match: two devices that each have a bound program, and no offload, pass for one where
 * nothing is compared to (facts misc-024).
 */
function matches(k: Kernel, { device }: Program, netdev: Netdev): boolean {
  if (device?.phase !== 'REGISTERED') return false;
  return device === netdev || (!k.has('xdp-bound-strict') && hasBound(k, netdev));
}

/** A program that is bound to a device runs there, and in native mode (facts misc-021 to misc-028). */
function checkBound(k: Kernel, netdev: Netdev, mode: XdpMode, program: Program): void {
  if (!program.template.deviceBound) return;
  k.check('program is bound to this device', matches(k, program, netdev), 'EINVAL');
  k.check('no bound program in generic mode', mode !== 'generic', 'EINVAL');
}

/** May this program stand in this slot (checks 10 of facts net 3.3)? */
function checkProgram(k: Kernel, request: XdpRequest, mode: XdpMode, program: Program, current: Program | null): void {
  const { netdev, flags } = request;
  if (k.has('xdp-driver-first') && mode !== 'generic')
    k.check('driver has the mode, before all else', driverHasXdp(k, netdev), 'EOPNOTSUPP');
  k.check('slot is empty', !has(flags, XDP_FLAG.XDP_FLAGS_UPDATE_IF_NOEXIST) || current === null, 'EBUSY');
  if (mode !== 'hardware') {
    const other = xdpSlot(k, netdev, mode === 'generic' ? 'native' : 'generic');
    k.check('the other mode is empty', programIn(other) === null, 'EEXIST');
  }
  checkBound(k, netdev, mode, program);
  k.check('program is not one of a map', !FOR_MAPS.has(program.template.expectedAttachType ?? ''), 'EINVAL');
}

/** Does the mode of a bond have XDP? Asked for detaching as well (bond_xdp_set). */
export const bondHasXdp = (netdev: Netdev): boolean => netdev.type !== 'bond' || MODES_WITH_XDP.has(netdev.bondMode);

/** What the driver says (ndo_bpf; check 12); a program is taken off under the same conditions. */
function checkDriver(k: Kernel, netdev: Netdev, mode: XdpMode, program: Program | null): void {
  if (mode === 'generic') return;
  k.check('driver has the mode', driverHasXdp(k, netdev), 'EOPNOTSUPP');
  k.check('driver has offload', mode !== 'hardware', 'EINVAL');
  k.check('mode of the bond has XDP', bondHasXdp(netdev), 'EOPNOTSUPP');
  if (netdev.type !== 'veth' || program === null) return;
  const fits = (netdev.peer?.mtu ?? 0) <= ONE_PAGE_MTU || program.template.frags;
  k.check('frames of the peer fit a page', fits, 'ERANGE');
}

/** Puts an entry, or nothing, into a slot: one pointer store for packets. */
export function storeXdp(k: Kernel, slot: Slot, entry: Program | Link | null): void {
  slot.entries.clear();
  slot.preorders.clear();
  if (entry !== null) {
    slot.entries.append(entry);
    slot.preorders.append(false);
  }
  k.rules.updateEffective(k, slot);
}

/** dev_xdp_attach. A program's reference is the caller's to give; the old one's is put. */
export function xdpAttach(k: Kernel, request: XdpRequest): void {
  const { netdev, flags, entry } = request;
  const mode = xdpModeOf(k, netdev, flags);
  const slot = xdpSlot(k, netdev, mode);
  const current = programIn(slot);
  const held = slot !== null && slot.entries.length > 0 ? slot.entries.at(0) : null;
  k.check('no link is attached', held?.kind !== 'link', 'EBUSY');
  const upper = k.has('xdp-upper') ? netdev.master : null;
  k.check('no upper device has a program', upper === null || !hasProgram(k, upper), 'EEXIST');
  if (entry?.kind === 'link') k.check('a link replaces no program', current === null, 'EBUSY');
  k.rules.xdpCompare(k, request, current);
  const program = entry === null ? null : programOf(entry);
  if (program !== null) checkProgram(k, request, mode, program, current);
  if (program !== current) checkDriver(k, netdev, mode, program);
  if (slot === null) return;
  storeXdp(k, slot, entry);
  if (entry?.kind === 'link') entry.slot = slot;
  if (current !== null) putProgram(k, current, 'replaced entry');
}

/** XDP_FLAGS_REPLACE: a compare-and-exchange; without the flag an expected program is ignored (92234c8f15c8). */
export function xdpCompare(k: Kernel, { flags, expected }: XdpRequest, current: Program | null): void {
  if (has(flags, XDP_FLAG.XDP_FLAGS_REPLACE))
    k.check('current program is the expected one', current === expected, 'EEXIST');
}

/** bpf_xdp_link_update after the checks: the driver may refuse, and then the old program stays. */
export function xdpReplace(k: Kernel, link: Link, next: Program): void {
  const { slot, prog } = link;
  if (slot === null || prog === null || slot.netdev === null || next === prog) return;
  const mode = slot.xdpMode ?? 'generic';
  if (k.has('xdp-bound-strict')) checkBound(k, slot.netdev, mode, next);
  checkDriver(k, slot.netdev, mode, next);
  getProgram(k, next, `link ${link.name}`);
  link.prog = next;
  k.rules.updateEffective(k, slot);
  putProgram(k, prog, `link ${link.name}`);
}

/** bond_option_mode_set: a mode without XDP is refused while the driver has a program (094ee6017ea0). */
export const mayChangeBondMode = (k: Kernel, bond: Netdev, mode: BondMode): boolean =>
  MODES_WITH_XDP.has(mode) || programIn(xdpSlot(k, bond, 'native')) === null;
