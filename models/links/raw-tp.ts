/**
 * Links of raw tracepoints, by RAW_TRACEPOINT_OPEN or (BTF-enabled programs) LINK_CREATE.
 * Kernel: kernel/bpf/syscall.c bpf_raw_tp_link_attach, kernel/trace/bpf_trace.c bpf_probe_register. Facts link-core 4.9, 12.1.
 */
import type { Kernel, Link, Program } from '../kernel.ts';
import { programOf } from '../rules/order.ts';
import { leaveBefore } from '../rules/perf.ts';
import { insertAt, placeOf, removeAt, slotAt } from '../rules/trampoline.ts';
import type { LinkCreate, LinkType } from './link-type.ts';

function check(k: Kernel, { args }: LinkCreate, program: Program): void {
  // LINK_CREATE does not know programs of type RAW_TRACEPOINT (facts mx-283).
  const btf = program.template.type === 'tracing' && k.has('link-create-tracing');
  k.check('program type has links', btf, 'EINVAL');
  k.check('attach type is the expected one', args.attachType === program.template.expectedAttachType, 'EINVAL');
}

function attach(k: Kernel, { frame, made }: LinkCreate): void {
  const { program } = frame;
  if (program === null) return;
  const hook = frame.target?.kind === 'hook' ? frame.target : placeOf(k, program);
  frame.target = null;
  const slot = slotAt(k, hook, 'trace_raw_tp');
  if (!k.has('raw-tp-many-times'))
    k.check('not attached twice', ![...slot.entries].some((entry) => programOf(entry) === program), 'EEXIST');
  made.link.prog = program;
  insertAt(k, slot, slot.entries.length, made.link);
  made.link.slot = slot;
  made.link.fire('ATTACH');
}

export const rawTpLink: LinkType = {
  name: 'raw_tracepoint',
  lock: 'tracepoints_mutex',
  attachTypes: { trace_raw_tp: 'tracing' },
  create: { check, resolve: null, attach, primesFirst: true, settlesUnderLock: false },
  update: null,
  detach: null,
  release(k: Kernel, link: Link) {
    leaveBefore(k, link);
    removeAt(k, link);
  },
  deallocDeferred: true,
  info: (link) => ({ name: link.slot?.hook?.place ?? null }),
};
