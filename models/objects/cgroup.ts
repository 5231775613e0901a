/** Cgroups with their phases of death, and slots: what is attached to one cgroup for one attach type. */
import {
  chart,
  choice,
  constant,
  count,
  fixed,
  fixedList,
  flag,
  list,
  object,
  ref,
  type Sizes,
} from '../../src/modelling/index.ts';

export const cgroupChart = chart('cgroup', {
  initial: 'ABSENT',
  states: {
    ABSENT: { on: { MKDIR: 'ONLINE' }, description: 'not made yet' },
    ONLINE: { on: { RMDIR: 'DYING' }, description: 'a directory names it' },
    DYING: {
      on: { DRAIN: 'DRAINED' },
      description: 'removed; sockets or descendants hold its BPF state, programs run on',
    },
    DRAINED: { on: { RELEASE: 'RELEASED' }, description: 'nobody is left to run programs; the release work is queued' },
    RELEASED: { on: { FREE: 'FREED' }, description: 'every attachment released; links are defunct' },
    FREED: { description: 'memory gone' },
  },
});

export const cgroup = object({
  chart: cgroupChart,
  fields: {
    /** `cgrp->bpf.refcnt` without the initial reference: sockets, and descendants that are not released. */
    bpfRefs: count((sizes) => sizes['bpfRefs'] ?? 0),
    /** css references that this model follows: links, sockets, calls that resolved the cgroup. */
    cssRefs: count((sizes) => sizes['cssRefs'] ?? 0),
    parent: fixed('cgroup'),
    /** Directory that it is found under; a cgroup made again has a name of its own. */
    path: constant<string>(),
  },
});

const entries = (sizes: Sizes): number => sizes['entries'] ?? 0;

/**
 * One (target, attach type) pair. Of a cgroup: `cgrp->bpf.progs[atype]`, `flags`, `revisions`, `effective` (facts cgroup 2). Of a
 * device: an XDP slot, a tcx or netkit entry, one direction of a qdisc (facts net 2).
 */
export const slot = object({
  fields: {
    /** Programs (attached by PROG_ATTACH or netlink), links and filters, in list order. */
    entries: list(ref('program', 'link', 'filter'), entries),
    /** BPF_F_PREORDER of each entry. */
    preorders: list(flag(), entries),
    mode: choice('NONE', 'OVERRIDE', 'MULTI'),
    /** Counts from 1 in the kernel; here from 0, so that a fresh state is all zero. */
    changes: count((sizes) => sizes['changes'] ?? 0),
    /** The array that packets run, in order. */
    effective: list(ref('program'), (sizes) => sizes['effective'] ?? 0),
    /** Qdiscs that use a tcx entry: it stays while there are any (`miniq_active`). */
    users: count((sizes) => sizes['slotUsers'] ?? 0),
    /** What it belongs to: exactly one of cgroup and device is there. */
    cgroup: fixed('cgroup'),
    /** A tracepoint, a function, a hook of a namespace (models/objects/hook.ts). */
    hook: fixed('hook'),
    netdev: fixed('netdev'),
    /** Of a direction of a qdisc; such a slot belongs to a device as well. */
    qdisc: fixed('qdisc'),
    /** Of an XDP slot. */
    xdpMode: constant<'native' | 'generic' | undefined>(),
    attachType: constant<string>(),
    /** BPF_CGROUP_MAX_PROGS, or less where a scenario says so. */
    limit: constant<number>(),
    /** Revisions are followed only where a scenario looks at them: they would tell every two histories apart. */
    countsRevisions: constant<boolean>(),
    /** Slots of the same attach type in the ancestors, nearest first. */
    ancestors: fixedList('slot'),
    /** This slot and those of all descendants, in pre-order. */
    subtree: fixedList('slot'),
  },
});

/** Local storage of (map, cgroup, attach type): owned by cgroup and map, not by an attachment (facts cgroup 2, S01–S06). */
export const storage = object({
  fields: {
    present: flag(),
    /** How often programs have counted it up. */
    runs: count((sizes) => sizes['storageRuns'] ?? 0),
    /** Followed only where a scenario looks it up: it would tell every two histories apart. */
    counts: constant<boolean>(),
    map: constant<string>(),
    cgroup: fixed('cgroup'),
    /** Null: one for all attach types. */
    attachType: constant<string | null>(),
  },
});
