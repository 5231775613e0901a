/** BPF_ENABLE_STATS: a descriptor that keeps the statistics of programs going. */
import { command, type Kernel } from '../kernel.ts';
import { ATTR, checkAttr } from '../rules/attr.ts';
import { capable } from '../rules/privileges.ts';
import { openFile } from '../rules/references.ts';
import { checkRoom, install } from '../rules/resolve.ts';

/** The one kind of statistics. */
const BPF_STATS_RUN_TIME = 0;

export const enableStats = command({
  op: 'enable_stats',
  name: 'BPF_ENABLE_STATS',
  cites:
    'kernel/bpf/syscall.c bpf_enable_stats, bpf_enable_runtime_stats (5.8, d46edd671a14); docs/observations.md obs-002',
  args: { type: { shape: 'integer', optional: true }, attr: ATTR },
  makes: ['file'],
  yieldsHandle: true,
  steps: {
    'enable [bpf_stats_enabled_mutex]'(k: Kernel, { args, made, actor, as }) {
      k.check('command is known', k.has('enable-stats'), 'EINVAL');
      checkAttr(k, actor, args.attr);
      k.check('CAP_SYS_ADMIN', capable(actor, 'CAP_SYS_ADMIN'), 'EPERM');
      k.check('kind of statistics is known', args.type === BPF_STATS_RUN_TIME, 'EINVAL');
      checkRoom(k, actor);
      openFile(made.file, 'stats', null).refs = 1;
      install(k, actor, made.file, as);
    },
  },
});
