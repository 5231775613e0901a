/**
 * The types that commands, rules, works and properties are written against. The kernel that a step receives and the rules
 * that it reaches through it speak of each other, so both are declared here.
 */
import { type BoundHandle, language, propertyLanguage, type View, type World } from '../src/modelling/index.ts';
import type { objects } from './objects/index.ts';
import type { BondMode } from './objects/netdev.ts';
import type { Feature } from './semantics/features.ts';

export type BpfObjects = typeof objects;

/** What steps receive: the world, the rules of the semantics, and features by their names. */
export interface Kernel extends World<BpfObjects> {
  readonly rules: Rules;
  has(feature: Feature): boolean;
}

export type Program = View<BpfObjects, 'program'>;
export type Link = View<BpfObjects, 'link'>;
export type Cgroup = View<BpfObjects, 'cgroup'>;
export type Slot = View<BpfObjects, 'slot'>;
export type CgroupStorage = View<BpfObjects, 'storage'>;
export type OpenFile = View<BpfObjects, 'file'>;
export type Table = View<BpfObjects, 'table'>;
export type Socket = View<BpfObjects, 'socket'>;
export type Process = View<BpfObjects, 'process'>;
export type Packet = View<BpfObjects, 'packet'>;
export type Inode = View<BpfObjects, 'inode'>;
export type Name = View<BpfObjects, 'name'>;
export type Path = View<BpfObjects, 'path'>;
export type Instance = View<BpfObjects, 'instance'>;
export type Hook = View<BpfObjects, 'hook'>;
export type BpfMap = View<BpfObjects, 'map'>;
export type PerfEvent = View<BpfObjects, 'perf'>;
export type Netns = View<BpfObjects, 'netns'>;
export type Netdev = View<BpfObjects, 'netdev'>;
export type Qdisc = View<BpfObjects, 'qdisc'>;
export type Filter = View<BpfObjects, 'filter'>;
/** What programs attach to and a command may hold a reference on. */
export type Target = Cgroup | Netdev | Hook | BpfMap | PerfEvent;
/** An attachment: a program attached by PROG_ATTACH or netlink, a link, or a filter. */
export type Entry = Program | Link | Filter;
export type { BoundHandle };

export const { command, work } = language<Kernel, BpfObjects, 'process'>();
export const { property } = propertyLanguage<Kernel, BpfObjects>();

/** What relative_fd or relative_id name, as the caller wrote it. */
export interface Relative {
  readonly prog: BoundHandle | null;
  readonly link: BoundHandle | null;
  readonly progId: Program | null;
  readonly linkId: Link | null;
  readonly id: number;
}

/** Which entry a new one is placed by, and on which side (facts cgroup 7.2). */
export interface Anchor {
  readonly before: boolean;
  readonly entry: Entry | null;
}

/** What PROG_ATTACH or LINK_CREATE ask for, resolved. */
export interface Attachment {
  readonly slot: Slot;
  readonly entry: Program | Link;
  readonly flags: number;
  readonly mode: Slot['mode'];
  readonly expectedRevision: number;
  /** Program that REPLACE names. */
  readonly replace: Program | null;
  /** Looks the anchor up; called only when a new entry is inserted. */
  readonly anchor: () => Anchor | null;
}

/** What PROG_ATTACH, LINK_CREATE and PROG_DETACH ask of a tcx or netkit list. */
export interface MprogRequest {
  readonly slot: Slot;
  readonly actor: Process;
  readonly entry: Program | Link;
  /** Program that the entry runs. */
  readonly program: Program;
  readonly flags: number;
  /** Program that REPLACE names. */
  readonly replaced: Program | null;
  readonly relative: Relative | null;
  readonly expectedRevision: number;
}

/** What netlink or LINK_CREATE ask of an XDP slot; the entry null detaches. */
export interface XdpRequest {
  readonly netdev: Netdev;
  readonly entry: Program | Link | null;
  readonly flags: number;
  /** Program that XDP_FLAGS_REPLACE expects; null: none. */
  readonly expected: Program | null;
}

/** What a process wants to do with an inode. */
export interface Access {
  readonly read: boolean;
  readonly write: boolean;
}

export interface Rules {
  /** Programs that run in a cgroup, in order (compute_effective_progs). */
  computeEffective(k: Kernel, slot: Slot): Program[];
  /** Recomputes the arrays of a cgroup and its descendants (update_effective_progs). */
  updateEffective(k: Kernel, slot: Slot): void;
  /** Stores the new program of a link into the arrays that are there (replace_effective_prog). */
  replaceEffective(k: Kernel, slot: Slot, link: Link, next: Program): void;
  /** Takes an entry out of the arrays that are there, where memory for new ones is missing (purge_effective_progs). */
  purgeEffective(k: Kernel, slot: Slot, entry: Entry): void;
  /** May something be attached here, given the ancestors (hierarchy_allows_attach)? */
  hierarchyAllows(k: Kernel, slot: Slot, mode: Slot['mode']): boolean;
  /** Is there room for one more entry (__cgroup_bpf_attach, BPF_CGROUP_MAX_PROGS)? */
  hasRoom(k: Kernel, slot: Slot): boolean;
  /** Counts a change of the slot (`cgrp->bpf.revisions[atype] += 1` in __cgroup_bpf_attach, __replace and __detach). */
  countChange(k: Kernel, slot: Slot): void;
  /** List position of a new entry (get_prog_list; facts cgroup 7.2). */
  insertPosition(k: Kernel, slot: Slot, anchor: Anchor | null, flags: number): number;
  /** Inserts or overwrites an entry (__cgroup_bpf_attach). */
  attachEntry(k: Kernel, attachment: Attachment): void;
  /** Takes an entry off (__cgroup_bpf_detach). */
  removeEntry(k: Kernel, slot: Slot, entry: Entry): void;
  /** Detaches a link unless it is defunct (bpf_cgroup_link_release). */
  detachLink(k: Kernel, link: Link): void;
  /** What the death of its cgroup does to a link (bpf_cgroup_link_auto_detach). */
  autoDetach(k: Kernel, link: Link): void;
  /** Releases one slot of a dead cgroup (cgroup_bpf_release). */
  releaseSlot(k: Kernel, slot: Slot): void;
  /** Is the link still attached? What LINK_UPDATE asks under its lock (sock_map_link_update_prog; facts link-core 4.3). */
  checkNotSevered(k: Kernel, link: Link): void;
  /** May one more program be attached to this function (bpf_trampoline_link_prog, bpf_trampoline_attach; facts link-core 10.2)? */
  checkTrampoline(k: Kernel, slot: Slot, program: Program): void;
  /** What a program that is loaded for a function holds of it (check_attach_btf_id, `dst_prog`; facts link-core 10.3). */
  holdTarget(k: Kernel, program: Program, target: Hook | null): void;
  /** May a program whose functions may be extended enter a prog array (prog_fd_array_get_ptr; facts link-core 10.4)? */
  mayEnterArray(k: Kernel, program: Program): void;
  /** The last user of a map is gone (bpf_map_put_uref, prog_array_map_clear; facts link-core 11). */
  mapLostUsers(k: Kernel, map: BpfMap): void;
  /** Frees a link that is detached, at once or after the readers that may still look at it (bpf_link_dealloc; facts link-core 3.3 F3). */
  deallocateLink(k: Kernel, link: Link): void;
  /** Invocations for which the memory of a program waits (__bpf_prog_put_noref; facts link-core 2.5 G3). */
  readersOf(k: Kernel, program: Program): readonly Packet[];
  /** References on the BPF state of a cgroup (cgroup_bpf_put) besides those of sockets and descendants: a proposal may take some. */
  furtherBpfRefs(k: Kernel, cgroup: Cgroup): number;
  /** The last reference to a program is gone (__bpf_prog_put_noref). */
  freeProgram(k: Kernel, program: Program): void;
  /** One step of bpf_link_free. */
  freeLinkStep(k: Kernel, link: Link): void;
  /** The last reference to a struct file is gone (__fput; bpf_link_release, bpf_prog_release). */
  releaseFile(k: Kernel, file: OpenFile, by: Process | null): void;
  /** An inode of bpffs lost a name or an open file (iput; bpf_free_inode). */
  inodeMayGo(k: Kernel, inode: Inode, by: Process | null): void;
  /** Makes the cgroup storage that a new entry needs (local_storage.c; facts cgroup 2, S01–S06). */
  allocateStorage(k: Kernel, slot: Slot, entry: Entry): void;
  /** Attaches to a tcx or netkit list (bpf_mprog_attach; facts net 5.2). */
  mprogAttach(k: Kernel, request: MprogRequest): void;
  /** Detaches from a tcx or netkit list (bpf_mprog_detach; facts net 5.3). */
  mprogDetach(k: Kernel, request: Omit<MprogRequest, 'entry' | 'program'>, program: Program | null): void;
  /** A qdisc begins to use a tcx entry (tcx_miniq_inc). */
  tcxEntryUse(k: Kernel, entry: Slot): void;
  /** A qdisc gives a tcx entry back (tcx_miniq_dec). */
  tcxEntryUnuse(k: Kernel, entry: Slot): void;
  /** A tcx entry lost a program or a user, and is freed if nothing is left (tcx_entry_free). */
  tcxEntryMayGo(k: Kernel, entry: Slot): void;
  /** Where a netfilter link goes among those of its hook, if it may (nf_hook_entries_grow; facts net 8). */
  netfilterPosition(k: Kernel, slot: Slot, priority: number): number;
  /** Detaches a link from its device unless it is defunct (bpf_xdp_link_release, tcx_link_release). */
  detachFromDevice(k: Kernel, link: Link): void;
  /** Fills or empties an XDP slot (dev_xdp_attach; facts net 3.3). */
  xdpAttach(k: Kernel, request: XdpRequest): void;
  /** Is the current program the expected one (dev_xdp_attach, XDP_FLAGS_REPLACE; facts net 3.3)? */
  xdpCompare(k: Kernel, request: XdpRequest, current: Program | null): void;
  /** What the death of a device does to its attachments, in order (unregister_netdevice_many_notify). */
  releaseAttachments(k: Kernel, netdev: Netdev): void;
  /** May a bond change to this mode (bond_option_mode_set)? */
  mayChangeBondMode(k: Kernel, bond: Netdev, mode: BondMode): boolean;
  /** Is the process an administrator of the network (bpf_net_capable; facts cgroup 12, link-core 13)? */
  netAdmin(k: Kernel, process: Process): boolean;
  /** May this process open programs and links by id (bpf_prog_get_fd_by_id, bpf_link_get_fd_by_id)? */
  mayOpenById(k: Kernel, process: Process): boolean;
  /** Do the permissions of a pin or a directory of bpffs let this process in (fs/namei.c inode_permission)? */
  mayAccess(k: Kernel, process: Process, inode: Inode, wants: Access): boolean;
  /** May this process detach here (facts cgroup 12, N08, N09: everybody may)? */
  mayDetach(k: Kernel, process: Process): boolean;
}
