/**
 * Places where programs run that are neither cgroup nor device: tracepoints, functions of the kernel and of programs, LSM
 * hooks, iterators, netfilter hooks, struct_ops names; and perf events, which attach by their file. Facts link-core 10, 12.
 */
import { constant, count, fixed, object, ref } from '../../src/modelling/index.ts';

export type HookType =
  | 'tracepoint'
  | 'function'
  | 'subprogram'
  | 'lsm'
  | 'iterator'
  | 'probe'
  | 'netns'
  | 'netfilter'
  | 'struct_ops'
  | 'perf';

/** Which readers the kernel protects: those of classic RCU, or of RCU tasks trace. */
export type Flavour = 'rcu' | 'tasks-trace';

/** A place by its name. What programs are attached there stands in its slots: one for each kind of attachment. */
export const hook = object({
  fields: {
    type: constant<HookType>(),
    /** `sys_enter`, `bpf_fentry_test1`, `sub`. */
    place: constant<string>(),
    /** Of a function of a program: that program. A trampoline holds it, and it holds nothing of the trampoline. */
    program: fixed('program'),
    /** Of an iterator of a map or of a sockmap slot: the map that the link holds. */
    map: fixed('map'),
    /** Of a hook of a namespace: the namespace. Of all that is attached there only netfilter links hold it. */
    netns: fixed('netns'),
    flavour: constant<Flavour>(),
    /** Of events at a tracepoint: how many raw tracepoints run before them, since the perf probe is one probe among others. */
    behind: count((sizes) => sizes['rawTracepoints'] ?? 0),
  },
});

/** A perf event: its file is the anchor of IOC_SET_BPF attachments, and links hold that file (facts link-core 12.2). */
export const perf = object({
  fields: {
    /** The program that IOC_SET_BPF attached, or the link. One at a time. */
    entry: ref('program', 'link'),
    enabled: count(1),
    /** Where its program runs: a software event has a slot of its own, tracepoint events share that of the tracepoint. */
    slot: fixed('slot'),
    event: constant<string>(),
  },
});
