/**
 * Target types: what PROG_ATTACH, PROG_DETACH and PROG_QUERY do for one kind of target. A family is a file in this folder
 * and a line in `index.ts`; the commands find it by attach type, as the kernel does.
 * Kernel: kernel/bpf/syscall.c attach_type_to_prog_type, bpf_prog_attach, bpf_prog_detach, bpf_prog_query. Facts cgroup 5.2 to 5.4, net 5.2, 5.3.
 */
import { type Call, ref } from '../../src/modelling/index.ts';
import type { BpfObjects, Kernel, Program } from '../kernel.ts';
import { RELATIVE } from '../rules/anchor.ts';
import { ATTR } from '../rules/attr.ts';
import type { Lock } from '../rules/locks.ts';
import type { Feature } from '../semantics/features.ts';

/** Arguments that name a target; each family reads its own and leaves the others alone. */
const TARGET_ARGS = {
  attachType: { shape: 'word', orInteger: true },
  cgroup: { shape: 'target', kind: 'cgroup', optional: true },
  netdev: { shape: 'object', kind: 'netdev', optional: true },
  netns: { shape: 'target', kind: 'netns', optional: true },
  map: { shape: 'handle', optional: true },
  /** No attach type of these commands takes a perf event: the kernel knows none. */
  perfEvent: { shape: 'handle', optional: true },
} as const;

export const PROG_ATTACH_ARGS = {
  prog: { shape: 'handle' },
  ...TARGET_ARGS,
  flags: { shape: 'flags', optional: true },
  replace: { shape: 'handle', optional: true },
  relative: RELATIVE,
  expectedRevision: { shape: 'integer', optional: true },
  attr: ATTR,
} as const;

export const PROG_DETACH_ARGS = {
  prog: { shape: 'handle', optional: true },
  ...TARGET_ARGS,
  flags: { shape: 'flags', optional: true },
  relative: RELATIVE,
  expectedRevision: { shape: 'integer', optional: true },
  attr: ATTR,
} as const;

export const QUERY_ARGS = {
  ...TARGET_ARGS,
  flags: { shape: 'flags', optional: true },
  capacity: { shape: 'integer', optional: true },
  noBuffers: { shape: 'boolean', optional: true },
  rawAttachFlags: { shape: 'json', optional: true },
  progAttachFlags: { shape: 'boolean', optional: true },
  linkIds: { shape: 'boolean', optional: true },
  attr: ATTR,
} as const;

/** What the commands hold between two steps: the program, the target, the program that REPLACE names. */
export const PROG_ATTACH_REGISTERS = {
  program: ref('program'),
  target: ref('cgroup', 'netdev', 'map'),
  replaced: ref('program'),
} as const;
export const PROG_DETACH_REGISTERS = { program: ref('program'), target: ref('cgroup', 'netdev', 'map') } as const;

type Of<A extends typeof PROG_ATTACH_ARGS | typeof PROG_DETACH_ARGS | typeof QUERY_ARGS, R extends object> = Call<
  BpfObjects,
  'process',
  A,
  R & Record<never, never>,
  never
>;
export type ProgAttach = Of<typeof PROG_ATTACH_ARGS, typeof PROG_ATTACH_REGISTERS>;
export type ProgDetach = Of<typeof PROG_DETACH_ARGS, typeof PROG_DETACH_REGISTERS>;
export type ProgQuery = Of<typeof QUERY_ARGS, Record<never, never>>;

/** Does the caller pass an array for prog_attach_flags? */
export const asksForFlags = ({ args }: Pick<ProgQuery, 'args'>): boolean =>
  args.progAttachFlags || args.rawAttachFlags !== null;

export interface TargetType {
  /** The feature that brought the family; without it its attach types are unknown. */
  readonly feature?: Feature;
  /** Attach types of the family, and the program type that each takes. */
  readonly attachTypes: Readonly<Record<string, string>>;
  /** The lock under which attachments change. */
  readonly lock: Lock;
  readonly attach: {
    /** Checks of flags and attr before the program is looked up. */
    checkAttr(k: Kernel, call: ProgAttach): void;
    /** Does the program fit (bpf_prog_attach_check_attach_type)? */
    checkProgram(k: Kernel, call: ProgAttach, program: Program): void;
    /** Looks the target up and takes a reference, where that comes before the lock; null: under the lock. */
    readonly resolve: ((k: Kernel, call: ProgAttach) => void) | null;
    /** Looks the program up that REPLACE names, where that comes before the lock; null: under the lock, or never. */
    readonly resolveReplaced: ((k: Kernel, call: ProgAttach) => void) | null;
    /** Under the lock: checks, then the attachment, which takes over the program. */
    attach(k: Kernel, call: ProgAttach): void;
  };
  readonly detach: {
    /** Checks of privileges, flags and attr. */
    checkAttr(k: Kernel, call: ProgDetach): void;
    /** Looks the target up and takes a reference, where that comes before the lock and before the program; null: under the lock. */
    readonly resolve: ((k: Kernel, call: ProgDetach) => void) | null;
    /** Which program is named. */
    resolveProgram(k: Kernel, call: ProgDetach): void;
    /** Under the lock: finds the entry and takes it off. */
    detach(k: Kernel, call: ProgDetach): void;
  };
  /** PROG_QUERY after the capability; everything that one query writes is read under one lock. */
  query(k: Kernel, call: ProgQuery): void;
}
