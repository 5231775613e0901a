/**
 * Trampolines: what may be attached to one function together, and in which order it runs.
 * Kernel: kernel/bpf/trampoline.c __bpf_trampoline_link_prog, __bpf_trampoline_unlink_prog; kernel/bpf/syscall.c bpf_tracing_prog_attach. Facts link-core 10.
 */
import type { Entry, Hook, Kernel, Link, Program, Slot } from '../kernel.ts';
import { timesInArrays } from './maps.ts';
import { programOf } from './order.ts';

/** BPF_MAX_TRAMP_LINKS. The machine code has to fit a page besides: 7.2 says E2BIG at the 37th fentry program on x86-64. */
export const MAX_TRAMP_LINKS = 38;
/** Deny list of tracing programs, as far as the facts met it (btf_id_deny). */
const DENIED = new Set(['migrate_disable', 'migrate_enable']);
/** Functions whose return value may be modified (fmodret_bpf_ids, ALLOW_ERROR_INJECTION), as far as the facts met them. */
const MODIFIABLE = new Set(['bpf_modify_return_test', 'bpf_modify_return_test2', 'bpf_fentry_test_sinfo']);

/** Slots of one function: fentry, fexit, modify_return, extension. */
export const slotsOf = (k: Kernel, hook: Hook): readonly Slot[] => k.all.slot.filter((slot) => slot.hook === hook);

/** The slot of a place for a kind of attachment. */
export function slotAt(k: Kernel, hook: Hook, attachType: string): Slot {
  const slot = k.all.slot.find((candidate) => candidate.hook === hook && candidate.attachType === attachType);
  return slot ?? k.broken('slot', `no slot ${attachType} at ${hook.name}`);
}

/** Puts an entry into the list of a place, and publishes the array that events run. */
export function insertAt(k: Kernel, slot: Slot, position: number, entry: Entry): void {
  slot.entries.insert(position, entry);
  slot.preorders.insert(position, false);
  k.rules.updateEffective(k, slot);
}

/** Kind of slot that a program stands in. */
export const kindOf = (program: Program): string =>
  program.template.type === 'ext' ? 'ext' : (program.template.expectedAttachType ?? '');

/** Checks under the lock of the trampoline: an extension excludes everything else (facts link-core 10.2). */
export function checkTrampoline(k: Kernel, slot: Slot, program: Program): void {
  const { hook } = slot;
  if (hook === null) return;
  const target = hook.program;
  const all = slotsOf(k, hook);
  k.check('no extension of the function', !all.some((s) => s.attachType === 'ext' && s.entries.length > 0), 'EBUSY');
  if (slot.attachType === 'ext') {
    k.check(
      'nothing else on the function',
      all.every((other) => other.entries.length === 0),
      'EBUSY',
    );
    if (k.has('extended-not-in-arrays') && target !== null)
      k.check('target stands in no prog array', timesInArrays(k, target) === 0, 'EBUSY');
    return;
  }
  const entries = all.flatMap((other) => [...other.entries]);
  k.check('room on the trampoline', entries.length < MAX_TRAMP_LINKS, 'E2BIG');
  k.check('not attached twice', !entries.some((entry) => programOf(entry) === program), 'EBUSY');
}

/** What the main function of a program gets, and its functions unless they say otherwise. */
const CONTEXT: Readonly<Record<string, string>> = { xdp: 'xdp_md', sched_cls: '__sk_buff', cgroup_skb: '__sk_buff' };

/** Prototype of a function, as far as it is known: BTF compares types of arguments, names do not matter (facts tr-010–012). */
const signatureOf = ({ template }: Program, func: string | null): string | null =>
  template.subprogs.find(({ name }) => name === func)?.signature ??
  template.ctxStruct ??
  CONTEXT[template.type] ??
  null;

/** `changes_pkt_data`: who is tail-called may do anything. Whether a single function does is not told apart (facts link-core 10.1). */
const changesPacket = ({ template }: Program): boolean => template.changesPacket || template.tailCalls.length > 0;

/** The function of the target, or EINVAL: bpf_check_attach_target for extensions and for tracing of programs (facts link-core 10.1). */
export function checkTarget(k: Kernel, program: Program, hook: Hook | null, target: Program): Hook {
  const extension = program.template.type === 'ext';
  k.check('target has BTF', target.template.hasBtf, 'EINVAL');
  if (hook === null) return k.fail('target has this function', 'EINVAL');
  if (extension) {
    k.check('no extension of an extension', target.template.type !== 'ext', 'EINVAL');
    k.check('no extension of a tracing program', target.template.type !== 'tracing', 'EINVAL');
    const found = target.template.subprogs.find(({ name }) => name === hook.place);
    k.check('function is global', found === undefined || found.linkage !== 'static', 'EINVAL');
    const own = signatureOf(program, program.template.mainFunc);
    const wanted = signatureOf(target, hook.place);
    k.check('prototypes are the same', own === wanted || own === null || wanted === null, 'EINVAL');
    if (k.has('ext-keeps-packet'))
      k.check(
        'packet is changed only where the target does',
        !changesPacket(program) || changesPacket(target),
        'EINVAL',
      );
    return hook;
  }
  if (target.template.type === 'tracing') {
    k.check('one level of tracing of tracing programs', k.has('fentry-on-fentry') && !targetIsTraced(target), 'EINVAL');
    return hook;
  }
  return hook;
}

/** Is the target itself a tracing program of a program that traces? */
const targetIsTraced = (target: Program): boolean => target.target?.program?.template.type === 'tracing';

/** What the template says of a function of the kernel, checked at load and at every attach. */
export function checkKernelFunction(k: Kernel, program: Program): void {
  const { attach, expectedAttachType } = program.template;
  if (program.template.type === 'lsm') {
    k.check('names an LSM hook', typeof attach?.lsm === 'string', 'EINVAL');
    return;
  }
  const func = attach?.kernelFunc;
  if (typeof func !== 'string') k.fail('names a function', 'EINVAL');
  k.check('function is not on the deny list', !DENIED.has(func), 'EINVAL');
  if (expectedAttachType === 'modify_return') k.check('function is modifiable', MODIFIABLE.has(func), 'EINVAL');
}

/** The place of a program that is attached by its template alone. */
export function placeOf(k: Kernel, program: Program): Hook {
  const { attach, type } = program.template;
  const place = type === 'lsm' ? attach?.lsm : (attach?.kernelFunc ?? attach?.tp ?? attach?.iter);
  const hook = k.all.hook.find((candidate) => candidate.program === null && candidate.place === place);
  return hook ?? k.broken('hook', `no place "${place ?? ''}" for ${program.name}`);
}

/** The function of a program, by name; null where it has none of this name. */
export const functionOf = (k: Kernel, program: Program, name: string | null): Hook | null =>
  k.all.hook.find((hook) => hook.program === program && hook.place === name) ?? null;

/** Takes a link off its place; the mode and the arrays follow. */
export function removeAt(k: Kernel, link: Link): void {
  const { slot } = link;
  if (slot === null) return;
  k.rules.removeEntry(k, slot, link);
  link.slot = null;
}
