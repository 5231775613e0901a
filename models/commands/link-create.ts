/** BPF_LINK_CREATE: prime, attach, settle. What is particular to a kind of attachment is its link type's. */
import { command, type Kernel } from '../kernel.ts';
import { linkTypeFor } from '../links/index.ts';
import { LINK_CREATE_ARGS, LINK_CREATE_REGISTERS, type LinkCreate, type LinkType } from '../links/link-type.ts';
import { primeLink } from '../links/prime.ts';
import { checkAttr, checkLinkCreateBytes } from '../rules/attr.ts';
import { lockStep, underEachLock } from '../rules/locks.ts';
import { openByName } from '../rules/netns.ts';
import { checkMayAttach } from '../rules/programs.ts';
import { getProgram, openFile, putProgram, putTarget } from '../rules/references.ts';
import { install, resolveProgram } from '../rules/resolve.ts';

/** The kernel's switch over program types; those without link support end there (facts link-core 4.2 #3, #4). */
function typeOf(k: Kernel, { args, frame }: LinkCreate): LinkType {
  const type = linkTypeFor(args.attachType, frame.program) ?? k.fail('attach type has links', 'EINVAL');
  if (type.feature !== undefined) k.check(`${type.name} links are known`, k.has(type.feature), 'EINVAL');
  return type;
}

/** What creating a link needs of the call, whichever command makes it. */
type Creating = Pick<LinkCreate, 'frame' | 'made' | 'actor' | 'as'>;

export const publish = ({ made }: Creating): void => {
  made.link.settled = true;
};

/** bpf_link_cleanup: a link that was primed goes without a release; its id flashed by (facts link-core 3.1). */
export function cleanUpLink(k: Kernel, { frame, made, actor }: Creating, failed: boolean, what: string): void {
  const why = `${what} of ${actor.name}`;
  if (failed && made.link.phase === 'PRIMED') {
    made.link.prog = null;
    made.link.refs = 0;
    made.link.fire('CLEANUP');
  }
  if (frame.program !== null) putProgram(k, frame.program, why);
  if (frame.target !== null) putTarget(k, frame.target, why);
}

export function installDescriptor(k: Kernel, { made, actor, as }: Creating): void {
  openFile(made.file, 'link', made.link);
  made.file.refs = 1;
  k.tell({
    type: 'get',
    object: `link ${made.link.name}`,
    refs: made.link.refs,
    why: `descriptor of ${actor.name}`,
  });
  install(k, actor, made.file, as);
}

export const linkCreate = command({
  op: 'link_create',
  name: 'BPF_LINK_CREATE',
  cites:
    'kernel/bpf/syscall.c link_create, and each type in models/links; facts link-core 3.1, 4.2, cgroup 5.5, H01–H29',
  args: LINK_CREATE_ARGS,
  registers: LINK_CREATE_REGISTERS,
  makes: ['link', 'file'],
  names: 'link',
  yieldsHandle: true,
  steps: {
    'resolve program'(k: Kernel, call) {
      const { args, frame, actor } = call;
      openByName(k, args.netns);
      k.check('command is known', k.has('cgroup-link'), 'EINVAL');
      checkAttr(k, actor, args.attr);
      checkLinkCreateBytes(k, args);
      if (linkTypeFor(args.attachType, null)?.create.fromMap === true) return 'resolve target';
      const program = resolveProgram(k, actor, args.prog);
      checkMayAttach(k, actor, program, 'EPERM');
      const { create, lock } = linkTypeFor(args.attachType, program) ?? k.fail('attach type has links', 'EINVAL');
      create.check(k, call, program);
      getProgram(k, program, `LINK_CREATE of ${actor.name}`);
      frame.program = program;
      if (create.resolve !== null) return 'resolve target';
      return create.primesFirst ? 'prime' : lockStep('attach', lock);
    },
    'resolve target'(k: Kernel, call) {
      const { create, lock } = typeOf(k, call);
      create.resolve?.(k, call);
      return create.primesFirst ? 'prime' : lockStep('attach', lock);
    },
    prime(k: Kernel, call) {
      primeLink(k, call);
      return lockStep('attach', typeOf(k, call).lock);
    },
    ...underEachLock('attach', (lock) => (k: Kernel, call: LinkCreate) => {
      k.tell({ type: 'lock', name: lock });
      const { create } = typeOf(k, call);
      create.attach(k, call);
      // The program reference that the call took is the link's now.
      call.frame.program = null;
      if (!create.settlesUnderLock) return 'settle: publish the id' as const;
      publish(call);
      installDescriptor(k, call);
      return 'done' as const;
    }),
    'settle: publish the id': (_k: Kernel, call) => publish(call),
    'settle: install the descriptor': (k: Kernel, call) => installDescriptor(k, call),
  },
  cleanup: (k: Kernel, call, failed) => cleanUpLink(k, call, failed, 'LINK_CREATE'),
});
