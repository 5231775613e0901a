/** BPF_PROG_DETACH. What is particular to a kind of target is its target type's. */
import { command, type Kernel } from '../kernel.ts';
import { checkAttr } from '../rules/attr.ts';
import { lockStep, underEachLock } from '../rules/locks.ts';
import { putProgram, putTarget } from '../rules/references.ts';
import { targetTypeOf } from '../targets/index.ts';
import { PROG_DETACH_ARGS, PROG_DETACH_REGISTERS, type ProgDetach } from '../targets/target-type.ts';

export const progDetach = command({
  op: 'prog_detach',
  name: 'BPF_PROG_DETACH',
  cites: 'kernel/bpf/syscall.c bpf_prog_detach, and each type in models/targets; facts cgroup 3, 5.3, F01–F22',
  args: PROG_DETACH_ARGS,
  registers: PROG_DETACH_REGISTERS,
  steps: {
    'resolve target'(k: Kernel, call) {
      checkAttr(k, call.actor, call.args.attr);
      k.check('may detach', k.rules.mayDetach(k, call.actor), 'EPERM');
      const { detach, lock } = targetTypeOf(k, call.args.attachType);
      detach.checkAttr(k, call);
      if (detach.resolve !== null) {
        detach.resolve(k, call);
        return 'resolve program';
      }
      detach.resolveProgram(k, call);
      return lockStep('detach', lock);
    },
    'resolve program'(k: Kernel, call) {
      const { detach, lock } = targetTypeOf(k, call.args.attachType);
      detach.resolveProgram(k, call);
      return lockStep('detach', lock);
    },
    ...underEachLock('detach', (lock) => (k: Kernel, call: ProgDetach) => {
      k.tell({ type: 'lock', name: lock });
      targetTypeOf(k, call.args.attachType).detach.detach(k, call);
      return 'done' as const;
    }),
  },
  cleanup(k: Kernel, { frame, actor }) {
    const why = `PROG_DETACH of ${actor.name}`;
    if (frame.program !== null) putProgram(k, frame.program, why);
    if (frame.target !== null) putTarget(k, frame.target, why);
  },
});
