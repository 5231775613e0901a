/** BPF_PROG_ATTACH. What is particular to a kind of target is its target type's. */
import { command, type Kernel } from '../kernel.ts';
import { checkAttr } from '../rules/attr.ts';
import { lockStep, underEachLock } from '../rules/locks.ts';
import { getProgram, putProgram, putTarget } from '../rules/references.ts';
import { resolveProgram } from '../rules/resolve.ts';
import { targetTypeOf } from '../targets/index.ts';
import { PROG_ATTACH_ARGS, PROG_ATTACH_REGISTERS, type ProgAttach } from '../targets/target-type.ts';

export const progAttach = command({
  op: 'prog_attach',
  name: 'BPF_PROG_ATTACH',
  cites: 'kernel/bpf/syscall.c bpf_prog_attach, and each type in models/targets; facts cgroup 3, 5.2, A01–A48',
  args: PROG_ATTACH_ARGS,
  registers: PROG_ATTACH_REGISTERS,
  steps: {
    'resolve program'(k: Kernel, call) {
      const { args, frame, actor } = call;
      checkAttr(k, actor, args.attr);
      if (k.has('attach-needs-net-admin')) k.check('CAP_NET_ADMIN', k.rules.netAdmin(k, actor), 'EPERM');
      const { attach, lock } = targetTypeOf(k, call.args.attachType);
      attach.checkAttr(k, call);
      const program = resolveProgram(k, actor, args.prog);
      attach.checkProgram(k, call, program);
      getProgram(k, program, `PROG_ATTACH of ${actor.name}`);
      frame.program = program;
      if (attach.resolve !== null) return 'resolve target';
      return attach.resolveReplaced !== null ? 'resolve replaced program' : lockStep('attach', lock);
    },
    'resolve target'(k: Kernel, call) {
      const { attach, lock } = targetTypeOf(k, call.args.attachType);
      attach.resolve?.(k, call);
      return attach.resolveReplaced !== null ? 'resolve replaced program' : lockStep('attach', lock);
    },
    'resolve replaced program'(k: Kernel, call) {
      const { attach, lock } = targetTypeOf(k, call.args.attachType);
      attach.resolveReplaced?.(k, call);
      return lockStep('attach', lock);
    },
    ...underEachLock('attach', (lock) => (k: Kernel, call: ProgAttach) => {
      k.tell({ type: 'lock', name: lock });
      targetTypeOf(k, call.args.attachType).attach.attach(k, call);
      // The reference that the call took is the entry's now.
      call.frame.program = null;
      return 'done' as const;
    }),
  },
  cleanup(k: Kernel, { frame, actor }) {
    const why = `PROG_ATTACH of ${actor.name}`;
    if (frame.program !== null) putProgram(k, frame.program, why);
    if (frame.replaced !== null) putProgram(k, frame.replaced, why);
    if (frame.target !== null) putTarget(k, frame.target, why);
  },
});
