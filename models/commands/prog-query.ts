/** BPF_PROG_QUERY. What is particular to a kind of target is its target type's. */
import { command, type Kernel } from '../kernel.ts';
import { checkAttr } from '../rules/attr.ts';
import { openByName } from '../rules/netns.ts';
import { targetTypeOf } from '../targets/index.ts';
import { asksForFlags, QUERY_ARGS } from '../targets/target-type.ts';

export const query = command({
  op: 'query',
  name: 'BPF_PROG_QUERY',
  cites: 'kernel/bpf/syscall.c bpf_prog_query, and each type in models/targets; facts cgroup 5.4, G01–G26',
  args: QUERY_ARGS,
  steps: {
    'query [lock of the target]'(k: Kernel, call) {
      openByName(k, call.args.netns);
      k.check('command is known', k.has('query'), 'EINVAL');
      k.check('CAP_NET_ADMIN', k.rules.netAdmin(k, call.actor), 'EPERM');
      checkAttr(k, call.actor, call.args.attr);
      // Bytes behind the last field that the kernel knows (BPF_PROG_QUERY_LAST_FIELD of 5.10.262, 6.1.192).
      if (asksForFlags(call)) k.check('prog_attach_flags is known', k.has('query-prog-attach-flags'), 'EINVAL');
      if (call.args.linkIds) k.check('link_ids is known', k.has('query-link-ids'), 'EINVAL');
      const type = targetTypeOf(k, call.args.attachType);
      type.query(k, call);
    },
  },
});
