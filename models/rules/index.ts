/** Rules: the decisions of the kernel that a proposal may replace one by one. Steps reach them as `k.rules`. */
import type { Rules } from '../kernel.ts';
import { attachEntry, autoDetach, countChange, detachLink, hasRoom, hierarchyAllows, removeEntry } from './attach.ts';
import { releaseSlot } from './cgroup-death.ts';
import { deallocateLink, readersOf } from './dealloc.ts';
import { detachFromDevice } from './entries.ts';
import { holdTarget } from './load.ts';
import { mapLostUsers, mayEnterArray } from './maps.ts';
import { mprogAttach, mprogDetach } from './mprog.ts';
import { releaseAttachments } from './netdev.ts';
import { netfilterPosition } from './netfilter.ts';
import { computeEffective, insertPosition, purgeEffective, replaceEffective, updateEffective } from './order.ts';
import { inodeMayGo } from './pins.ts';
import { capable, mayAccess, netAdmin } from './privileges.ts';
import { tcxEntryMayGo, tcxEntryUnuse, tcxEntryUse } from './qdisc.ts';
import { freeProgram } from './references.ts';
import { freeLinkStep, releaseFile } from './release.ts';
import { allocateStorage } from './storage.ts';
import { checkTrampoline } from './trampoline.ts';
import { mayChangeBondMode, xdpAttach, xdpCompare } from './xdp.ts';

export const rules: Rules = {
  computeEffective,
  updateEffective,
  replaceEffective,
  purgeEffective,
  hierarchyAllows,
  hasRoom,
  countChange,
  insertPosition,
  attachEntry,
  removeEntry,
  detachLink,
  autoDetach,
  releaseSlot,
  checkNotSevered: (k, link) => k.check('link is attached', link.slot !== null, 'ENOLINK'),
  checkTrampoline,
  holdTarget,
  mayEnterArray,
  mapLostUsers,
  deallocateLink,
  readersOf,
  furtherBpfRefs: () => 0,
  freeProgram,
  freeLinkStep,
  releaseFile,
  inodeMayGo,
  allocateStorage,
  mprogAttach,
  mprogDetach,
  tcxEntryUse,
  tcxEntryUnuse,
  tcxEntryMayGo,
  netfilterPosition,
  detachFromDevice,
  xdpAttach,
  xdpCompare,
  releaseAttachments,
  mayChangeBondMode,
  netAdmin,
  mayOpenById: (_k, process) => capable(process, 'CAP_SYS_ADMIN'),
  mayAccess,
  mayDetach: (k, process) => !k.has('attach-needs-net-admin') || netAdmin(k, process),
};
