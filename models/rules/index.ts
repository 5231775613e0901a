/** Rules: the decisions of the kernel that a proposal may replace one by one. Steps reach them as `k.rules`. */
import type { Entry, Inode, Kernel, Link, OpenFile, Process, Program, Slot } from '../objects/index.ts';
import { type Attachment, attachEntry, autoDetach, detachLink, hierarchyAllows, removeEntry } from './attach.ts';
import { type Anchor, computeEffective, insertPosition, replaceEffective, updateEffective } from './order.ts';
import { inodeMayGo } from './pins.ts';
import { netAdmin } from './privileges.ts';
import { freeLinkStep, releaseFile } from './release.ts';
import { allocateStorage } from './storage.ts';
import { releaseSlot } from './cgroup-death.ts';

export interface Rules {
  /** Programs that run in a cgroup, in order (compute_effective_progs). */
  computeEffective(k: Kernel, slot: Slot): Program[];
  /** Recomputes the arrays of a cgroup and its descendants (update_effective_progs). */
  updateEffective(k: Kernel, slot: Slot): void;
  /** Stores the new program of a link into the arrays that are there (replace_effective_prog). */
  replaceEffective(k: Kernel, slot: Slot, link: Link, next: Program): void;
  /** May something be attached here, given the ancestors (hierarchy_allows_attach)? */
  hierarchyAllows(k: Kernel, slot: Slot): boolean;
  /** List position of a new entry. */
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
  /** One step of bpf_link_free. */
  freeLinkStep(k: Kernel, link: Link): void;
  /** The last reference to a struct file is gone. */
  releaseFile(k: Kernel, file: OpenFile, by: Process | null): void;
  /** An inode lost a name or an open file. */
  inodeMayGo(k: Kernel, inode: Inode, by: Process | null): void;
  allocateStorage(k: Kernel, slot: Slot, entry: Entry): void;
  /** Is the process an administrator of the network? */
  netAdmin(k: Kernel, process: Process): boolean;
  /** May this process detach here (facts cgroup 12, N08, N09: everybody may)? */
  mayDetach(k: Kernel, process: Process): boolean;
}

export const rules: Rules = {
  computeEffective,
  updateEffective,
  replaceEffective,
  hierarchyAllows,
  insertPosition,
  attachEntry,
  removeEntry,
  detachLink,
  autoDetach,
  releaseSlot,
  freeLinkStep,
  releaseFile,
  inodeMayGo,
  allocateStorage,
  netAdmin,
  mayDetach: (k, process) => !k.has('attach-needs-net-admin') || netAdmin(k, process),
};
