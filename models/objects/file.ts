/** Open files, descriptor tables, sockets and rings: everything that holds a reference through a struct file. */
import { array, choice, constant, count, flag, list, object, ref } from '../../src/modelling/index.ts';
import { oneWith } from './program.ts';

/** Kinds of files that no BPF command accepts. */
export const PLAIN_FILES = [
  'regular',
  'dev_null',
  'cgroup_file',
  'cgroup1_dir',
  'cgroup1_removed_dir',
  'btf',
  'mnt_ns',
  'netns',
] as const;

export const FILE_KINDS = [
  'free',
  'prog',
  'link',
  'map',
  'iter',
  'perf',
  'stats',
  'cgroup',
  'udp',
  'unix',
  'ring',
  'opath',
  'dir',
  ...PLAIN_FILES,
] as const;

/** A struct file: dup, fork and SCM_RIGHTS share it; OBJ_GET and *_GET_FD_BY_ID make a new one. */
export const file = object({
  fields: {
    type: choice(...FILE_KINDS),
    target: ref('program', 'link', 'cgroup', 'socket', 'ring', 'inode', 'map', 'perf', 'netns'),
    /** Descriptors, messages in flight, ring slots, calls in progress. */
    refs: count((sizes) => sizes['fileRefs'] ?? 0),
    /** What an iterator holds besides its program: the map that it walks, and the inode that it was opened by. */
    keeps: list(ref('map', 'inode'), (sizes) => sizes['iteratorKeeps'] ?? 0),
    /** A map that was opened with BPF_F_RDONLY. */
    readOnly: count(oneWith('readOnlyFiles')),
    /** An iterator that was read to its end: it starts no second time. */
    drained: count(oneWith('iterReads')),
    /** flock(LOCK_EX): the lock belongs to the open file, not to a descriptor or a process. */
    locked: count(oneWith('flocks')),
  },
});

/** A descriptor table (files_struct); CLONE_FILES shares it. */
export const table = object({
  fields: {
    users: count((sizes) => sizes['process'] ?? 0),
    /** By descriptor number: lowest free first. */
    fds: array(ref('file'), (sizes) => sizes['fds'] ?? 0),
    cloexec: array(flag(), (sizes) => sizes['cloexec'] ?? 0),
    /** By name of the scenario: 1 + the number it was given, 0 never; a closed name keeps its number. */
    names: array(
      count((sizes) => sizes['fds'] ?? 0),
      (sizes) => sizes['handles'] ?? 0,
    ),
    /** RLIMIT_NOFILE is reached. */
    full: flag(),
  },
});

export const socket = object({
  fields: {
    open: flag(),
    /** Cgroup that an inet socket was made in; it keeps css and BPF state of that cgroup. */
    cgroup: ref('cgroup'),
    peer: ref('socket'),
    /** SCM_RIGHTS messages that wait here. */
    queue: list(ref('file'), (sizes) => sizes['messages'] ?? 0),
  },
});

/** An io_uring with one registered file. */
export const ring = object({ fields: { registered: ref('file'), dying: flag() } });

/** Maps have two counters: everything that holds one, and among them its users: descriptors, pins, links (facts link-core 2.4). */
export const map = object({
  fields: {
    refs: count((sizes) => sizes['mapRefs'] ?? 0),
    users: count((sizes) => sizes['mapRefs'] ?? 0),
    created: flag(),
    mapType: constant<string>(),
    /** Programs of a prog array, a devmap or a cpumap by key; the members of a struct_ops value in the order of their names. */
    entries: array(ref('program'), (sizes) => sizes['mapEntries'] ?? 0),
    /** The first program that used or entered a prog array: its type is that of all others. */
    owner: list(ref('program'), oneWith('mapEntries')),
    /** The last user is gone: a work item clears the entries of a prog array. */
    clearing: count(oneWith('mapEntries')),
    frozen: count(oneWith('freezable')),
    /** `writecnt`: calls that are about to write. */
    writers: count((sizes) => sizes['mapWriters'] ?? 0),
    /** Plain values and queue sizes, by the place of their key in `keys`: 0 is none, n the n-th of those that are ever written. */
    values: array(
      count((sizes) => sizes['mapValues'] ?? 0),
      (sizes) => sizes['mapKeys'] ?? 0,
    ),
    /** Names of the members of a struct_ops value. */
    members: constant<readonly string[]>(),
    keys: constant<readonly number[]>(),
    written: constant<readonly number[]>(),
    /** Of a devmap, by key. */
    devices: array(ref('netdev'), (sizes) => sizes['mapDevices'] ?? 0),
    /** The value of a struct_ops map: not there, there, given up (BPF_STRUCT_OPS_STATE_INIT, _INUSE, _TOBEFREE). */
    filled: count((sizes) => 2 * (sizes['structOps'] ?? 0)),
    length: constant<number>(),
    /** Name under which a struct_ops map registers, and whether it does so by a link. */
    opsName: constant<string>(),
    byLink: constant<boolean>(),
  },
});

/** The garbage collector of unix sockets: a flag that it was asked to run. */
export const collector = object({ fields: { asked: flag() } });
