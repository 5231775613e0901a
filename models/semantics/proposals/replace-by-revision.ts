/** REPLACE by expected revision: what was read last has to be what is there now. */
import type { Kernel } from '../../kernel.ts';
import { FLAG, has } from '../../rules/flags.ts';
import { proposal } from '../proposal.ts';

export const replaceByRevision = proposal({
  name: 'replace-by-revision',
  base: 'linux-6.18',
  says: 'BPF_F_REPLACE asks for expected_revision, so that every change in between makes it fail with ESTALE',
  claims: ['C18', 'C20'],
  changes: ({ steps }) => ({
    steps: {
      prog_attach: {
        'attach [cgroup_mutex]'(k: Kernel, call) {
          const replaces = has(call.args.flags, FLAG.BPF_F_REPLACE);
          k.check('expected revision is given', !replaces || call.args.expectedRevision !== 0, 'EINVAL');
          return steps.prog_attach['attach [cgroup_mutex]'](k, call);
        },
      },
    },
  }),
});
