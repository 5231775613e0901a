/**
 * Links of many probes at once: kprobe_multi and uprobe_multi. A set of functions is one place here: overlapping sets are not seen.
 * Kernel: kernel/trace/bpf_trace.c bpf_kprobe_multi_link_attach, bpf_uprobe_multi_link_attach. Facts link-core 4.2, 12.3, mx-385–389.
 */
import type { Kernel, Program } from '../kernel.ts';
import { only } from '../rules/flags.ts';
import { insertAt, removeAt } from '../rules/trampoline.ts';
import type { LinkCreate, LinkType } from './link-type.ts';
import { primeLink } from './prime.ts';

/** What a uprobe link asks for, beside its symbols: `cnt` is their number, as far as a row says it. */
interface Probe {
  readonly path?: string;
  readonly flags?: number;
  readonly pid?: number;
}

const probeOf = (args: LinkCreate['args']): Probe => (args.addrs as Probe | null) ?? {};

/** The place of the link, as populate named it. */
function attach(k: Kernel, { frame, made }: LinkCreate): void {
  const { program } = frame;
  if (program === null) return;
  const { link } = made;
  const slot = k.all.slot.find(({ name }) => name === link.asked['slot']);
  if (slot === undefined) k.broken('slot', `no place for ${link.name}`);
  link.prog = program;
  insertAt(k, slot, slot.entries.length, link);
  link.slot = slot;
  link.fire('ATTACH');
}

const fits = (k: Kernel, { args }: LinkCreate, program: Program): void => {
  k.check('program type fits attach type', program.template.type === 'kprobe', 'EINVAL');
  k.check('attach type is the expected one', args.attachType === program.template.expectedAttachType, 'EINVAL');
};

export const kprobeMultiLink: LinkType = {
  name: 'kprobe_multi',
  lock: 'probe_mutex',
  attachTypes: { trace_kprobe_multi: 'kprobe' },
  create: {
    check(k: Kernel, call: LinkCreate, program: Program) {
      k.check('attach type has links', k.has('kprobe-multi'), 'EINVAL');
      fits(k, call, program);
      k.check('flags are known', only(call.args.flags, 0), 'EINVAL');
    },
    resolve: null,
    attach,
    primesFirst: true,
    settlesUnderLock: false,
  },
  update: null,
  detach: null,
  release: removeAt,
  deallocDeferred: true,
  info: (link) => ({ name: link.slot?.hook?.place ?? null }),
};

/** All offsets are registered before the id exists (facts link-core 3.1, deviations); readers are those of RCU tasks trace. */
export const uprobeMultiLink: LinkType = {
  name: 'uprobe_multi',
  lock: 'probe_mutex',
  attachTypes: { trace_uprobe_multi: 'kprobe' },
  create: {
    check(k: Kernel, call: LinkCreate, program: Program) {
      k.check('attach type has links', k.has('uprobe-multi'), 'EINVAL');
      fits(k, call, program);
      const probe = probeOf(call.args);
      if (k.has('uprobe-multi-flags')) k.check('flags are known', only(call.args.flags, 0), 'EINVAL');
      k.check('probe flags are known', (probe.flags ?? 0) <= 1, 'EINVAL');
      k.check('there are offsets', call.args.cnt !== 0 || call.args.syms !== null, 'EINVAL');
      k.check('path exists', probe.path !== 'missing', 'ENOENT');
      k.check('process exists', (probe.pid ?? 0) >= 0, 'ESRCH');
    },
    resolve: null,
    attach(k: Kernel, call: LinkCreate) {
      primeLink(k, call);
      attach(k, call);
    },
    primesFirst: false,
    settlesUnderLock: false,
  },
  update: null,
  detach: null,
  release: removeAt,
  deallocDeferred: true,
  waitsFor: 'tasks-trace',
  info: (link) => ({ name: link.slot?.hook?.place ?? null }),
};
