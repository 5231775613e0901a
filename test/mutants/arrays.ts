/** Arrays that do not say what the lists say. */
import { rules } from '../../models/rules/index.ts';
import type { Planted } from './planted.ts';

export const arrays: readonly Planted[] = [
  {
    property: 'effective-order',
    bug: 'arrays of descendants that are not recomputed',
    changes: {
      rules: {
        updateEffective(k, slot) {
          slot.effective.clear();
          for (const program of k.rules.computeEffective(k, slot)) slot.effective.append(program);
        },
      },
    },
    scenario: `
objects:
  cgroups: { web: {}, web/api: {} }
  programs: { fw: cgroup_skb/egress }
actors:
  alice: [ prog_attach: { cgroup: web, prog: fw, flags: [multi] } ]
check:
  - effective-order`,
    steps: 1,
  },
  {
    property: 'effective-order',
    bug: 'a LINK_UPDATE that does not know the PREORDER bit (kernels without f08aaee3152d)',
    changes: { features: { remove: ['preorder-slot-fix'] } },
    scenario: `
objects:
  cgroups: { web: {} }
  programs: { fw: cgroup_skb/egress, count1: cgroup_skb/egress, count2: cgroup_skb/egress }
setup:
  - alice: link_create { cgroup: web, prog: fw, as: l1 }
  - alice: link_create { cgroup: web, prog: count1, flags: [preorder], as: l2 }
actors:
  alice: [ link_update: { link: l2, prog: count2 } ]
check:
  - effective-order`,
    steps: 1,
    follows: {
      'attached-means-runs': 'fw was overwritten in the array, and is still attached',
      'observation-agrees': 'info of the link of fw names the cgroup, and an effective query shows no fw',
    },
  },
  {
    property: 'attached-means-runs',
    bug: 'an exclusive attachment that silences what is attached below it',
    changes: {
      rules: {
        computeEffective(k, slot) {
          const exclusive = slot.ancestors.find(({ entries, mode }) => entries.length > 0 && mode === 'NONE');
          return rules.computeEffective(k, exclusive ?? slot);
        },
      },
    },
    scenario: `
objects:
  cgroups: { web: {}, web/api: {} }
  programs: { fw: cgroup_skb/egress, count: cgroup_skb/egress }
setup:
  - admin: prog_attach { cgroup: web/api, prog: fw }
actors:
  alice: [ prog_attach: { cgroup: web, prog: count } ]
check:
  - attached-means-runs`,
    steps: 1,
    follows: { 'effective-order': 'the lists say that the entries of a cgroup always run in it' },
  },
];
