/** Who may end an attachment: whoever names its program, as with legacy attachments (C26; seed 002). */

import type { Kernel } from '../../kernel.ts';
import { revisionOf } from '../../rules/attach.ts';
import { slotOf } from '../../rules/slots.ts';
import { proposal } from '../proposal.ts';

export const ownerIsTheProgram = proposal({
  name: 'owner-is-the-program',
  base: 'linux-6.18',
  says: 'PROG_DETACH takes links off as well: a descriptor of the program is enough',
  claims: ['C26'],
  changes: ({ rules, steps }) => ({
    steps: {
      prog_detach: {
        'detach [cgroup_mutex]'(k: Kernel, call) {
          const { target, program } = call.frame;
          const slot = target?.kind !== 'cgroup' ? null : slotOf(k, target, String(call.args.attachType));
          const link = [...(slot?.entries ?? [])].find((entry) => entry.kind === 'link' && entry.prog === program);
          if (slot === null || link?.kind !== 'link') return steps.prog_detach['detach [cgroup_mutex]'](k, call);
          if (call.args.expectedRevision !== 0)
            k.check('expected revision', call.args.expectedRevision === revisionOf(slot), 'ESTALE');
          rules.detachLink(k, link);
          link.fire('DETACH');
        },
      },
    },
  }),
});
