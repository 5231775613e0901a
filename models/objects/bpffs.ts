/** bpffs: instances, mounts, names and inodes. A pin is a reference of the inode, not of a name (facts link-core 8). */
import { chart, choice, constant, count, fixed, fixedList, flag, object, ref, set } from '../../src/modelling/index.ts';

export const mountChart = chart('mount', {
  initial: 'ABSENT',
  states: {
    ABSENT: { on: { MOUNT: 'MOUNTED' } },
    MOUNTED: { on: { UMOUNT: 'UNMOUNTED' } },
    UNMOUNTED: {},
  },
});

/** A place where an instance is reached by path. */
export const mount = object({
  chart: mountChart,
  fields: { instance: fixed('instance'), isPrivate: flag(), owner: ref('process') },
});

/** A super block: it goes with its last mount and last open file. */
export const instance = object({
  fields: { mounts: count((sizes) => sizes['mount'] ?? 0), alive: flag(), root: fixed('inode') },
});

/** A name in an instance, whether or not something stands there. */
export const name = object({
  fields: {
    inode: ref('inode'),
    instance: fixed('instance'),
    path: constant<string>(),
    /** Name of the directory that it is in; null is the root. */
    parent: fixed('name'),
  },
});

export const inode = object({
  fields: {
    type: choice('free', 'pin', 'dir', 'symlink'),
    target: ref('program', 'link', 'name', 'map'),
    /** A root has no name, and one link all the same. */
    nlink: count((sizes) => (sizes['name'] ?? 0) + 1),
    /** O_PATH descriptors and open directories. */
    opens: count((sizes) => sizes['fileRefs'] ?? 0),
    /** Index into the modes of the scenario. */
    mode: count((sizes) => sizes['modeIndex'] ?? 0),
    /** Owned by uid 65534. */
    foreign: flag(),
    /** Packets that were running when the inode went, where its object is put after a grace period. */
    readers: set('packet'),
    instance: ref('instance'),
  },
});

/** Permission modes that a scenario uses, as octal strings. */
export const modes = object({ fields: { list: constant<readonly string[]>() } });

/** A path as it is written: which mount it starts at, and which name it leads to in each instance. */
export const path = object({
  fields: {
    written: constant<string>(),
    /** `bpffs`, `elsewhere`, or `fd`. */
    where: constant<string>(),
    mount: fixed('mount'),
    /** One per instance that the path can be looked up in; empty for a root directory. */
    names: fixedList('name'),
    handle: constant<number | null>(),
    /** `dot` or `long`: the name is refused. */
    fault: constant<string | null>(),
  },
});
