/** Who may change a link: its creator only, so that neither a pin nor a passed descriptor hands over power (C27; seed 002). */
import type { Kernel } from '../../kernel.ts';
import { resolveLink } from '../../rules/resolve.ts';
import { proposal } from '../proposal.ts';

export const ownerIsTheCreator = proposal({
  name: 'owner-is-the-creator',
  base: 'linux-6.18',
  says: 'LINK_UPDATE and LINK_DETACH are refused to everybody but the process that created the link',
  claims: ['C11', 'C26', 'C27'],
  changes: ({ steps }) => ({
    steps: {
      link_update: {
        resolve(k: Kernel, call) {
          const next = steps.link_update.resolve(k, call);
          const { creator } = resolveLink(k, call.actor, call.args.link);
          k.check('the caller created the link', creator === call.actor, 'EPERM');
          return next;
        },
      },
      link_detach: {
        resolve(k: Kernel, call) {
          const next = steps.link_detach.resolve(k, call);
          k.check('the caller created the link', call.frame.link?.creator === call.actor, 'EPERM');
          return next;
        },
      },
    },
  }),
});
