/** Locks under which attachments change. Facts link-core 3.4, 3.5. */

export const LOCKS = [
  'cgroup_mutex',
  'rtnl_lock',
  'trampoline_mutex',
  'tracepoints_mutex',
  'bpf_event_mutex',
  'sockmap_mutex',
  'link_mutex',
  'probe_mutex',
  'update_mutex',
  'netns_bpf_mutex',
  'nf_hook_mutex',
] as const;
export type Lock = (typeof LOCKS)[number];

/** Names of the steps that do one thing under each of the locks: `attach [cgroup_mutex]`. */
export type LockStep<Verb extends string> = `${Verb} [${Lock}]`;

export const lockStep = <const Verb extends string>(verb: Verb, lock: Lock): LockStep<Verb> => `${verb} [${lock}]`;

/** The same step for every lock, so that a step says in its name what it holds, and a family only names its lock. */
export function underEachLock<const Verb extends string, Step>(
  verb: Verb,
  stepUnder: (lock: Lock) => Step,
): Readonly<Record<LockStep<Verb>, Step>> {
  const steps = LOCKS.map((lock) => [lockStep(verb, lock), stepUnder(lock)] as const);
  return Object.fromEntries(steps) as Readonly<Record<LockStep<Verb>, Step>>;
}
