/**
 * Links of perf events, which hold the file of the event. Kernel: kernel/bpf/syscall.c bpf_perf_link_attach;
 * kernel/events/core.c perf_event_set_bpf_prog. Facts link-core 4.2, 12.2.
 */
import type { Kernel, Link, Program } from '../kernel.ts';
import { only } from '../rules/flags.ts';
import { attachToEvent, detachFromEvent, eventOf } from '../rules/perf.ts';
import { getFile, putFile } from '../rules/references.ts';
import { descriptor } from '../rules/resolve.ts';
import type { LinkCreate, LinkType } from './link-type.ts';

/** Types that perf events take; which one, the event decides (facts mx-353). */
const TYPES = new Set(['perf_event', 'tracepoint', 'kprobe']);

function check(k: Kernel, { args }: LinkCreate, program: Program): void {
  k.check('attach type has links', k.has('perf-link'), 'EINVAL');
  k.check('program type fits attach type', TYPES.has(program.template.type), 'EINVAL');
  k.check('flags are known', only(args.flags, 0), 'EINVAL');
}

/** Closed, or another kind of file: EBADF (facts mx-347, mx-348). */
function resolve(k: Kernel, { args, frame, actor }: LinkCreate): void {
  const file = args.perfEvent === null ? null : descriptor(actor, args.perfEvent);
  if (file?.target?.kind !== 'perf') k.fail('descriptor is a perf event', 'EBADF');
  getFile(k, file, `LINK_CREATE of ${actor.name}`);
  frame.target = file.target;
}

/** The reference on the file that the call took is the link's from now on. */
function attach(k: Kernel, { frame, made }: LinkCreate): void {
  const { program, target } = frame;
  if (program === null || target?.kind !== 'perf') return;
  made.link.prog = program;
  attachToEvent(k, target, made.link, program);
  made.link.fire('ATTACH');
  frame.target = null;
}

function release(k: Kernel, link: Link): void {
  const perf = eventOf(k, link);
  if (perf === null) return;
  detachFromEvent(k, perf);
  const file = k.all.file.find(({ target }) => target === perf);
  if (file !== undefined) putFile(k, file, `link ${link.name}`, null);
}

export const perfLink: LinkType = {
  name: 'perf_event',
  lock: 'bpf_event_mutex',
  attachTypes: { perf_event: 'perf_event' },
  create: { check, resolve, attach, primesFirst: true, settlesUnderLock: false },
  update: null,
  detach: null,
  release,
  waitsFor: 'tasks-trace',
  info: (link) => ({ name: link.slot?.hook?.place ?? null }),
};
