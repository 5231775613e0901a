/**
 * Link types: what the bpf_link commands do for one kind of attachment. A family is a file in this folder and a line in
 * `index.ts`; the commands find it as the kernel does, by attach type and program type.
 * Kernel: kernel/bpf/syscall.c link_create (its switch over program types), struct bpf_link_ops. Facts link-core 3, 4.2 to 4.4, 6.
 */
import { type Call, ref } from '../../src/modelling/index.ts';
import type { BpfMap, BpfObjects, Kernel, Link, Program } from '../kernel.ts';
import type { Flavour } from '../objects/hook.ts';
import { RELATIVE } from '../rules/anchor.ts';
import { ATTR } from '../rules/attr.ts';
import type { Lock } from '../rules/locks.ts';
import { FAMILY_WORDS, HOOK_WORDS } from '../rules/netfilter.ts';
import type { Feature } from '../semantics/features.ts';

/** Arguments of LINK_CREATE: each family reads its own target and leaves the others alone. */
export const LINK_CREATE_ARGS = {
  prog: { shape: 'handle', optional: true },
  attachType: { shape: 'word', orInteger: true, optional: true, says: 'nothing for extensions, which take any' },
  cgroup: { shape: 'target', kind: 'cgroup', optional: true },
  netns: { shape: 'target', kind: 'netns', optional: true },
  map: { shape: 'handle', optional: true },
  perfEvent: { shape: 'handle', optional: true },
  structOpsMap: { shape: 'handle', optional: true },
  targetProg: { shape: 'handle', optional: true },
  targetFunc: { shape: 'word', optional: true },
  iter: { shape: 'json', optional: true },
  syms: { shape: 'json', optional: true },
  cnt: { shape: 'json', optional: true },
  netdev: { shape: 'object', kind: 'netdev', optional: true },
  pf: { shape: 'word', words: FAMILY_WORDS, orInteger: true, optional: true, says: 'NFPROTO_*' },
  hooknum: { shape: 'word', words: HOOK_WORDS, orInteger: true, optional: true, says: 'NF_INET_*' },
  priority: { shape: 'integer', optional: true },
  nfFlags: { shape: 'flags', optional: true },
  flags: { shape: 'flags', optional: true },
  relative: RELATIVE,
  expectedRevision: { shape: 'integer', optional: true },
  cookie: { shape: 'json', optional: true, says: 'bytes that a cgroup link does not use' },
  addrs: { shape: 'json', optional: true, says: 'bytes that a cgroup link does not use' },
  attr: ATTR,
} as const;

/** `target` is what the family resolved before it took its lock. */
export const LINK_CREATE_REGISTERS = {
  program: ref('program'),
  target: ref('cgroup', 'netdev', 'hook', 'map', 'perf'),
} as const;

export type LinkCreate = Call<
  BpfObjects,
  'process',
  typeof LINK_CREATE_ARGS,
  typeof LINK_CREATE_REGISTERS,
  'link' | 'file'
>;

/** What LINK_UPDATE resolved: the new program, and the old one that it is compared with, if it is. */
export interface LinkUpdate {
  readonly link: Link;
  readonly next: Program;
  readonly old: Program | null;
}

export interface LinkType {
  /** BPF_LINK_TYPE_* in lower case, as link info names it. */
  readonly name: string;
  /** The feature that brought the family; without it its attach types are unknown. */
  readonly feature?: Feature;
  /** The lock under which the attachment changes (facts link-core 3.4). */
  readonly lock: Lock;
  /** Attach types of the family, and the program type that each takes. */
  readonly attachTypes: Readonly<Record<string, string>>;
  readonly create: {
    /** Does the program fit the attach type, and may the process (bpf_prog_attach_check_attach_type)? Flags of the family. */
    check(k: Kernel, call: LinkCreate, program: Program): void;
    /** Looks the target up and takes a reference, where that comes before the lock; null: `attach` does it under the lock (C4). */
    readonly resolve: ((k: Kernel, call: LinkCreate) => void) | null;
    /** C7, under the lock: checks, then the attachment; the link takes over the program. */
    attach(k: Kernel, call: LinkCreate): void;
    /** Are id and descriptor number reserved in a step of their own (C6)? Else `attach` calls `primeLink` under the lock. */
    readonly primesFirst: boolean;
    /** Is the id published, and the descriptor installed, before the lock is given back (tcx)? */
    readonly settlesUnderLock: boolean;
    /** Is a map attached, and no program (struct_ops)? */
    readonly fromMap?: true;
  };
  /** `update_prog` under the lock; null: the type has none, and LINK_UPDATE says EINVAL. */
  readonly update: ((k: Kernel, update: LinkUpdate) => void) | null;
  /** What `update_prog` decides before it takes the lock (netns). */
  readonly compare?: (k: Kernel, update: LinkUpdate) => void;
  /** `update_map` of struct_ops, under the lock. */
  readonly updateMap?: (k: Kernel, link: Link, next: BpfMap, old: BpfMap | null) => void;
  /** `detach` under the lock; null: the type has none, and LINK_DETACH says EOPNOTSUPP. */
  readonly detach: ((k: Kernel, link: Link) => void) | null;
  /** `release` under the lock, when the last reference has gone: nothing to do for a defunct link. */
  release(k: Kernel, link: Link): void;
  /** `dealloc_deferred`: memory and program go after an RCU grace period (facts link-core 3.3 F3b, 3.4). */
  readonly deallocDeferred?: true;
  /** Readers that `release` waits for besides (facts link-core 3.4). */
  readonly waitsFor?: Flavour;
  /** What link info says besides type, id and program. The anchor is null once the link is defunct. */
  info(link: Link, k: Kernel): Readonly<Record<string, unknown>>;
}
