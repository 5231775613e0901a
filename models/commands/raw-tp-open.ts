/** BPF_RAW_TRACEPOINT_OPEN: raw tracepoints by name; tracing programs, extensions and LSM programs where they were loaded for. */
import { command, type Kernel } from '../kernel.ts';
import { linkTypeOfProgram } from '../links/index.ts';
import { LINK_CREATE_REGISTERS, type LinkCreate, type LinkType } from '../links/link-type.ts';
import { primeLink } from '../links/prime.ts';
import { ATTR, checkAttr } from '../rules/attr.ts';
import { getProgram } from '../rules/references.ts';
import { resolveProgram } from '../rules/resolve.ts';
import { cleanUpLink, installDescriptor, publish } from './link-create.ts';

/** Types that are attached where they were loaded for, so that a name says too much. */
const NAMELESS = new Set(['tracing', 'lsm', 'ext']);

type Open = Pick<LinkCreate, 'frame' | 'made' | 'actor' | 'as'>;

/** The same call as LINK_CREATE of the load-time target would be. */
const asLinkCreate = (call: Open): LinkCreate => ({
  ...call,
  args: {
    prog: null,
    attachType: call.frame.program?.template.expectedAttachType ?? null,
    cgroup: null,
    netdev: null,
    pf: null,
    hooknum: null,
    priority: 0,
    nfFlags: 0,
    netns: null,
    map: null,
    perfEvent: null,
    structOpsMap: null,
    targetProg: null,
    targetFunc: null,
    iter: null,
    syms: null,
    cnt: null,
    flags: 0,
    relative: null,
    expectedRevision: 0,
    cookie: null,
    addrs: null,
    attr: null,
  },
});

const typeOf = (k: Kernel, { frame }: Open): LinkType =>
  (frame.program === null ? undefined : linkTypeOfProgram(frame.program)) ??
  k.fail('program type is opened so', 'EINVAL');

function attachUnder(k: Kernel, call: Open): void {
  const { create, lock } = typeOf(k, call);
  k.tell({ type: 'lock', name: lock });
  create.attach(k, asLinkCreate(call));
  call.frame.program = null;
}

export const rawTpOpen = command({
  op: 'raw_tp_open',
  name: 'BPF_RAW_TRACEPOINT_OPEN',
  cites: 'kernel/bpf/syscall.c bpf_raw_tracepoint_open, bpf_raw_tp_link_attach; facts link-core 4.9, mx-334–341',
  args: { prog: { shape: 'handle' }, tp: { shape: 'word', optional: true }, attr: ATTR },
  registers: LINK_CREATE_REGISTERS,
  makes: ['link', 'file'],
  names: 'link',
  yieldsHandle: true,
  steps: {
    resolve(k: Kernel, { args, frame, actor }) {
      checkAttr(k, actor, args.attr);
      const program = resolveProgram(k, actor, args.prog);
      const { type, expectedAttachType } = program.template;
      if (NAMELESS.has(type)) {
        k.check('no name', args.tp === null, 'EINVAL');
        k.check('program is no iterator', expectedAttachType !== 'trace_iter', 'EINVAL');
      } else {
        k.check('program type is opened so', type === 'raw_tracepoint', 'EINVAL');
        k.check('a name is given', args.tp !== null, 'EFAULT');
        const hook = k.all.hook.find((candidate) => candidate.type === 'tracepoint' && candidate.place === args.tp);
        if (hook === undefined) return k.fail('tracepoint exists', 'ENOENT');
        frame.target = hook;
      }
      getProgram(k, program, `RAW_TRACEPOINT_OPEN of ${actor.name}`);
      frame.program = program;
      return expectedAttachType === 'trace_raw_tp' || type === 'raw_tracepoint' ? 'prime' : 'attach [trampoline_mutex]';
    },
    prime: (k: Kernel, call) => {
      primeLink(k, call as unknown as LinkCreate);
      return 'attach [tracepoints_mutex]';
    },
    'attach [tracepoints_mutex]'(k: Kernel, call) {
      attachUnder(k, call);
      return 'settle: publish the id';
    },
    'attach [trampoline_mutex]': (k: Kernel, call) => {
      attachUnder(k, call);
      return 'settle: publish the id';
    },
    'settle: publish the id': (_k: Kernel, call) => publish(call),
    'settle: install the descriptor': (k: Kernel, call) => installDescriptor(k, call),
  },
  cleanup: (k: Kernel, call, failed) => cleanUpLink(k, call, failed, 'RAW_TRACEPOINT_OPEN'),
});
