/** Rules: the decisions of the kernel that a proposal may replace one by one. Steps reach them as `k.rules`. */
import type { Rules } from '../kernel.ts';
import { attachEntry, autoDetach, detachLink, hierarchyAllows, removeEntry } from './attach.ts';
import { releaseSlot } from './cgroup-death.ts';
import { computeEffective, insertPosition, replaceEffective, updateEffective } from './order.ts';
import { inodeMayGo } from './pins.ts';
import { netAdmin } from './privileges.ts';
import { freeLinkStep, releaseFile } from './release.ts';
import { allocateStorage } from './storage.ts';

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
