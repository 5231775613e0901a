/** Programs: alive while somebody holds a reference; the memory outlives the last one by an RCU grace period. */
import { chart, constant, count, fixed, list, object, ref, type Sizes, set } from '../../src/modelling/index.ts';

export const programChart = chart('program', {
  initial: 'ABSENT',
  states: {
    ABSENT: { on: { LOAD: 'LOADED' }, description: 'not loaded yet' },
    LOADED: { on: { LAST_PUT: 'ID_FREED', FREE: 'FREED' }, description: 'referenced; its id can be opened' },
    ID_FREED: {
      on: { GRACE_PERIOD: 'FREED' },
      description: 'no reference, no id; readers that started before may still run it',
    },
    FREED: { description: 'memory gone: nobody may run it' },
  },
});

/** What a template of a trace file says of a program, as far as attaching and running depend on it. */
export interface Template {
  readonly type: string;
  readonly expectedAttachType: string | null;
  readonly returns: number;
  /** Else the main function returns what the last of its functions returns. */
  readonly statesReturn: boolean;
  readonly setRetval: number | null;
  readonly cgroupStorage: string | null;
  /** Where the program itself says that it runs. */
  readonly attach: {
    readonly tp?: string;
    readonly kernelFunc?: string;
    readonly lsm?: string;
    readonly iter?: string;
  } | null;
  /** Functions that the main function calls, in order; `signature` tells prototypes apart. */
  readonly subprogs: readonly Subprogram[];
  readonly mainFunc: string | null;
  readonly ctxStruct: string | null;
  /** Tail calls, tried in order. */
  readonly tailCalls: readonly { readonly map: string; readonly index: number }[];
  /** Text that an iterator program writes. */
  readonly iterOutput: string | null;
  /** Calls what may move the packet; a tail call counts as that as well. */
  readonly changesPacket: boolean;
  readonly hasBtf: boolean;
  readonly sleepable: boolean;
  /** Loaded with BPF_F_XDP_HAS_FRAGS: frames of several pages are no problem. */
  readonly frags: boolean;
  /** Loaded with BPF_F_XDP_DEV_BOUND_ONLY: it runs on the device that the load named, and may ask its driver. */
  readonly deviceBound: boolean;
}

export interface Subprogram {
  readonly name: string;
  readonly linkage?: string;
  readonly returns?: number;
  readonly signature?: string;
}

/** One where the scenario has any of these; without them the field takes no bits. */
export const oneWith =
  (size: string) =>
  (sizes: Sizes): number =>
    Math.min(1, sizes[size] ?? 0);

export const program = object({
  chart: programChart,
  fields: {
    /** `prog->aux->refcnt` (facts link-core 2.1). */
    refs: count((sizes) => sizes['programRefs'] ?? 0),
    /** Packets that were running when the last reference went; the grace period waits for them. */
    readers: set('packet'),
    /** The function that it was loaded for (`dst_prog`, `dst_trampoline`), for ever; held until the first attachment. */
    target: ref('hook'),
    holdsTarget: count(oneWith('hook')),
    /** Attached once: before re-attaching was allowed, that was all (`dst_trampoline` is gone). */
    spent: count(oneWith('hook')),
    /** `is_extended`: set by each extension, cleared by each (facts link-core 10.4). */
    isExtended: count(oneWith('hook')),
    /** Runs while statistics were on. */
    runs: count((sizes) => sizes['statisticRuns'] ?? 0),
    /** Maps that BPF_PROG_BIND_MAP bound to it. */
    bound: list(ref('map'), (sizes) => sizes['boundMaps'] ?? 0),
    /** Of a program that is bound to a device: that device, which may have gone. */
    device: fixed('netdev'),
    template: constant<Template>(),
  },
});
