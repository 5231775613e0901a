/** What XDP over netlink might have asked from the start: who changes an attachment says what stands there (C31; facts net 15, P2 and P0). */

import type { Kernel } from '../../kernel.ts';
import { has, XDP_FLAG } from '../../rules/flags.ts';
import { rules } from '../../rules/index.ts';
import { proposal } from '../proposal.ts';

export const netlinkNamesWhatItReplaces = proposal({
  name: 'netlink-names-what-it-replaces',
  base: 'linux-6.18',
  says: 'a netlink request that changes what stands in an XDP slot has to name it (XDP_FLAGS_REPLACE), and is EBUSY without',
  claims: ['C26', 'C31'],
  changes: {
    rules: {
      xdpCompare(k: Kernel, request, current) {
        const named = has(request.flags, XDP_FLAG.XDP_FLAGS_REPLACE);
        if (request.entry?.kind !== 'link') k.check('what is replaced is named', named || current === null, 'EBUSY');
        rules.xdpCompare(k, request, current);
      },
    },
  },
});
