/**
 * Links of trampolines: fentry, fexit, fmod_ret and LSM programs on functions of the kernel or of programs, and extensions.
 * Kernel: kernel/bpf/syscall.c bpf_tracing_prog_attach, bpf_tracing_link_lops. Facts link-core 3.1, 4.2, 10.
 */
import type { Hook, Kernel, Link, Program } from '../kernel.ts';
import { getProgram, putProgram } from '../rules/references.ts';
import { resolveProgram } from '../rules/resolve.ts';
import { checkTarget, functionOf, insertAt, kindOf, placeOf, removeAt, slotAt } from '../rules/trampoline.ts';
import type { LinkCreate, LinkType } from './link-type.ts';
import { primeLink } from './prime.ts';

const ATTACH_TYPES: Readonly<Record<string, string>> = {
  trace_fentry: 'tracing',
  trace_fexit: 'tracing',
  modify_return: 'tracing',
  lsm_mac: 'lsm',
};

/** What names none means the first of them, as in attr. */
const NONE = 'cgroup_inet_ingress';

const isExpected = (attachType: string | number | null, { template }: Program): boolean =>
  (attachType ?? NONE) === (template.expectedAttachType ?? NONE);

/** Flags are not looked at (facts tr-042); target_fd and target_btf_id are given both or none. */
function check(k: Kernel, { args }: LinkCreate, program: Program): void {
  const extension = program.template.type === 'ext';
  k.check('program type has links', extension || k.has('link-create-tracing'), 'EINVAL');
  if (!extension || !k.has('link-create-tracing'))
    k.check('attach type is the expected one', isExpected(args.attachType, program), 'EINVAL');
  k.check('target and function go together', (args.targetProg === null) === (args.targetFunc === null), 'EINVAL');
  const named = args.targetProg !== null;
  k.check('only extensions name a target', !named || (extension && k.has('freplace-targets')), 'EINVAL');
}

/** A target that the call names: the call holds it until the link does. */
function resolve(k: Kernel, { args, frame, actor }: LinkCreate): void {
  if (args.targetProg === null || frame.program === null) return;
  const target = resolveProgram(k, actor, args.targetProg, 'target');
  const hook = functionOf(k, target, args.targetFunc);
  const found = checkTarget(k, frame.program, hook, target);
  const loadedFor = frame.program.target?.program ?? null;
  k.check(
    'target is of the same type',
    loadedFor === null || loadedFor.template.type === target.template.type,
    'EINVAL',
  );
  getProgram(k, target, `LINK_CREATE of ${actor.name}`);
  frame.target = found;
}

/** Which function the link is for: the one that was named, the one of the load, once, or that of the kernel. */
function targetOf(k: Kernel, { frame }: LinkCreate, program: Program): Hook {
  if (frame.target?.kind === 'hook') return frame.target;
  const { type, attach } = program.template;
  const again = k.has('tracing-reattach');
  if (type !== 'ext' && (type === 'lsm' || attach?.kernelFunc !== undefined)) {
    if (!again) k.check('was never attached', program.spent === 0, 'ENOENT');
    return placeOf(k, program);
  }
  k.check('load-time target is not used up', program.holdsTarget > 0, again ? 'EINVAL' : 'ENOENT');
  return program.target ?? k.fail('load-time target is not used up', 'EINVAL');
}

/** bpf_tracing_prog_attach under dst_mutex: prime, then the trampoline. The load-time reference moves into the link. */
function attach(k: Kernel, call: LinkCreate): void {
  const { frame, made, actor } = call;
  const { program } = frame;
  if (program === null) return;
  const hook = targetOf(k, call, program);
  const slot = slotAt(k, hook, kindOf(program));
  primeLink(k, call);
  k.rules.checkTrampoline(k, slot, program);
  const link = made.link;
  link.prog = program;
  insertAt(k, slot, 0, link);
  link.slot = slot;
  link.fire('ATTACH');
  takeTarget(k, program, hook, link);
  if (frame.target !== null && hook.program !== null) {
    frame.target = null;
    putProgram(k, hook.program, `LINK_CREATE of ${actor.name}`);
  }
}

/** The link holds the target; what the load held is given up by the first success, whatever it was attached to (facts tr-053–060). */
function takeTarget(k: Kernel, program: Program, hook: Hook, link: Link): void {
  if (hook.program !== null) getProgram(k, hook.program, `link ${link.name}`);
  if (program.template.type === 'ext' && hook.program !== null) hook.program.isExtended = 1;
  if (!k.has('tracing-reattach')) program.spent = 1;
  if (program.holdsTarget === 0) return;
  program.holdsTarget = 0;
  const loadedFor = program.target?.program ?? null;
  if (loadedFor !== null) putProgram(k, loadedFor, `load-time target of ${program.name}`);
}

/** bpf_tracing_link_release: text restored, `is_extended` cleared by any extension, then the target put. */
function release(k: Kernel, link: Link): void {
  const target = link.slot?.hook?.program ?? null;
  const extension = link.slot?.attachType === 'ext';
  removeAt(k, link);
  if (target === null) return;
  if (extension) target.isExtended = 0;
  putProgram(k, target, `link ${link.name}`);
}

export const tracingLink: LinkType = {
  name: 'tracing',
  lock: 'trampoline_mutex',
  attachTypes: ATTACH_TYPES,
  create: { check, resolve, attach, primesFirst: false, settlesUnderLock: false },
  update: null,
  detach: null,
  release,
  info: (link, k) => ({
    ...(k.has('tracing-target-info') ? { targetProg: link.slot?.hook?.program?.name ?? null } : {}),
    // RAW_TRACEPOINT_OPEN names no attach type: it is that of the program.
    ...(link.attachType === '' ? { attachType: link.prog?.template.expectedAttachType ?? null } : {}),
  }),
};
