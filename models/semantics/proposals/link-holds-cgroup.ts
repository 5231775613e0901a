/** When the target dies: the link holds it (C29, first variant). What C10 denies, as a proposal. */
import { getBpf, putBpf } from '../../rules/references.ts';
import { proposal } from '../proposal.ts';

export const linkHoldsCgroup = proposal({
  name: 'link-holds-cgroup',
  base: 'linux-6.18',
  says: 'an attached link holds the BPF state of its cgroup, so that a removed cgroup keeps running it',
  claims: ['C10', 'C29'],
  changes: ({ rules }) => ({
    rules: {
      attachEntry(k, attachment) {
        rules.attachEntry(k, attachment);
        const { entry, slot } = attachment;
        if (entry.kind === 'link' && slot.cgroup !== null) getBpf(k, slot.cgroup, `link ${entry.name}`);
      },
      detachLink(k, link) {
        const cgroup = link.slot?.cgroup ?? null;
        rules.detachLink(k, link);
        if (cgroup !== null) putBpf(k, cgroup, `link ${link.name}`);
      },
      furtherBpfRefs: (k, cgroup) => k.all.link.filter(({ slot }) => slot?.cgroup === cgroup).length,
    },
  }),
});
