/**
 * Attaching to a slot: modes, hierarchy, limit, list changes. Everything here happens under cgroup_mutex.
 * Kernel: kernel/bpf/cgroup.c __cgroup_bpf_attach, hierarchy_allows_attach, __cgroup_bpf_detach. Facts cgroup 5.2, 6.1, 6.2, 8.
 */
import type { Attachment, Entry, Kernel, Link, Slot } from '../kernel.ts';
import { FLAG, has } from './flags.ts';
import { programOf } from './order.ts';
import { getCss, putCss, putProgram } from './references.ts';

export type Mode = Slot['mode'];

export function modeOf(flags: number): Mode {
  return has(flags, FLAG.BPF_F_ALLOW_MULTI) ? 'MULTI' : has(flags, FLAG.BPF_F_ALLOW_OVERRIDE) ? 'OVERRIDE' : 'NONE';
}

/** One step counts once; revisions start at 1 (facts cgroup 8). */
export const revisionOf = (slot: Slot): number => slot.changes + 1;
export function countChange(_k: Kernel, slot: Slot): void {
  if (slot.countsRevisions) slot.changes += 1;
}

/** The nearest ancestor that has entries, or is MULTI, decides (facts cgroup 6.2, C05–C35). */
export function hierarchyAllows(k: Kernel, slot: Slot, mode: Mode): boolean {
  for (const ancestor of slot.ancestors) {
    if (ancestor.mode === 'MULTI') return true;
    if (ancestor.entries.length > 0)
      return ancestor.mode === 'OVERRIDE' && (mode === 'OVERRIDE' || k.has('any-mode-below-override'));
  }
  return true;
}

/** BPF_CGROUP_MAX_PROGS counts programs and links of this slot, not those of ancestors (facts cgroup O01–O09). */
export const hasRoom = (_k: Kernel, slot: Slot): boolean => slot.entries.length < slot.limit;

/** Checks 10 to 15 of facts cgroup 5.2, in the kernel's order. */
function checkAttach(k: Kernel, { slot, entry, mode, expectedRevision, replace, flags }: Attachment): void {
  if (expectedRevision !== 0) k.check('expected revision', expectedRevision === revisionOf(slot), 'ESTALE');
  k.check('hierarchy allows', k.rules.hierarchyAllows(k, slot, mode), 'EPERM');
  if (slot.entries.length > 0) k.check('mode of the slot', slot.mode === mode, 'EPERM');
  k.check('room in the slot', k.rules.hasRoom(k, slot), 'E2BIG');
  if (mode !== 'MULTI' || entry.kind === 'link') return;
  k.check('not attached twice', entry === replace || slot.entries.indexOf(entry) < 0, 'EINVAL');
  if (has(flags, FLAG.BPF_F_REPLACE))
    k.check('replaced program is attached', replace !== null && slot.entries.indexOf(replace) >= 0, 'ENOENT');
}

/** __cgroup_bpf_attach: inserts, or overwrites in place. The program reference of a legacy entry is the caller's to give. */
export function attachEntry(k: Kernel, attachment: Attachment): void {
  const { slot, entry, flags, mode, replace } = attachment;
  checkAttach(k, attachment);
  const preorder = has(flags, FLAG.BPF_F_PREORDER);
  const over =
    mode === 'MULTI'
      ? has(flags, FLAG.BPF_F_REPLACE) && replace !== null
        ? slot.entries.indexOf(replace)
        : -1
      : slot.entries.length > 0
        ? 0
        : -1;
  const position = over >= 0 ? over : k.rules.insertPosition(k, slot, attachment.anchor(), flags);
  if (programOf(entry)?.template.cgroupStorage != null) k.allocates('cgroup storage');
  if (over < 0) k.allocates('the list entry');
  k.allocates('effective arrays');
  let replaced: Entry | null = null;
  if (over >= 0) {
    replaced = slot.entries.at(over);
    slot.entries.replace(over, entry);
    slot.preorders.replace(over, preorder);
  } else {
    slot.entries.insert(position, entry);
    slot.preorders.insert(position, preorder);
  }
  slot.mode = mode;
  k.rules.countChange(k, slot);
  k.rules.allocateStorage(k, slot, entry);
  k.rules.updateEffective(k, slot);
  if (replaced !== null && replaced.kind === 'program') putProgram(k, replaced, 'replaced entry');
}

/**
 * Takes an entry off the list and publishes; the mode is free again when the list is empty. Without memory for new arrays the
 * entry is taken out of the old ones in place. Before 6.0 it was put back instead, and whoever freed the link did not notice
 * (4c46091ee985; facts cgroup 16, bugs CG05).
 */
export function removeEntry(k: Kernel, slot: Slot, entry: Entry): void {
  const position = slot.entries.indexOf(entry);
  if (position < 0) return;
  const recomputed = k.allocated('effective arrays');
  if (!recomputed) {
    if (!k.has('detach-without-memory')) {
      if (entry.kind === 'program') k.fail('memory to detach', 'ENOMEM');
      return;
    }
    k.rules.purgeEffective(k, slot, entry);
  }
  slot.entries.removeAt(position);
  slot.preorders.removeAt(position);
  if (slot.entries.length === 0) slot.mode = 'NONE';
  k.rules.countChange(k, slot);
  if (recomputed) k.rules.updateEffective(k, slot);
}

/** bpf_cgroup_link_attach: the link takes a css reference. */
export function attachLink(k: Kernel, link: Link, attachment: Attachment): void {
  k.rules.attachEntry(k, attachment);
  link.fire('ATTACH');
  link.slot = attachment.slot;
  if (attachment.slot.cgroup !== null) getCss(k, attachment.slot.cgroup, `link ${link.name}`);
}

/** bpf_cgroup_link_release: detaches unless it is defunct already. */
export function detachLink(k: Kernel, link: Link): void {
  const slot = link.slot;
  if (slot === null) return;
  k.tell({ type: 'lock', name: 'cgroup_mutex' });
  k.rules.removeEntry(k, slot, link);
  link.slot = null;
  if (slot.cgroup !== null) putCss(k, slot.cgroup, `link ${link.name}`);
}

/** bpf_cgroup_link_auto_detach: what the release work does to a link. The link keeps its program (facts K18). */
export function autoDetach(k: Kernel, link: Link): void {
  link.fire('AUTO_DETACH');
  const cgroup = link.slot?.cgroup ?? null;
  link.slot = null;
  if (cgroup !== null) putCss(k, cgroup, `link ${link.name}`);
}
