/** The rule of tcx for clsact: a program stands in a list once, so that an agent which forgets its filter is told (C31; facts net 1 fact 19, cls-049). */
import type { Kernel } from '../../kernel.ts';
import { CLSACT_EGRESS, CLSACT_INGRESS, directionsOf, filtersOf } from '../../rules/qdisc.ts';
import { descriptor } from '../../rules/resolve.ts';
import { proposal } from '../proposal.ts';

export const aFilterOnce = proposal({
  name: 'a-filter-once',
  base: 'linux-6.18',
  says: 'RTM_NEWTFILTER of a program that a filter of the same direction has already is EEXIST',
  claims: ['C31'],
  changes: ({ steps }) => ({
    steps: {
      tc_filter_attach: {
        'change [rtnl_lock]'(k: Kernel, call) {
          const { args, frame, actor } = call;
          const attachType = args.direction === 'egress' ? CLSACT_EGRESS : CLSACT_INGRESS;
          const program = args.prog === null ? null : (descriptor(actor, args.prog)?.target ?? null);
          const slots = frame.qdisc === null ? [] : directionsOf(k, frame.qdisc);
          const there = slots.filter((slot) => slot.attachType === attachType).flatMap(filtersOf);
          k.check('no filter has this program', !there.some(({ prog }) => prog !== null && prog === program), 'EEXIST');
          return steps.tc_filter_attach['change [rtnl_lock]'](k, call);
        },
      },
    },
  }),
});
