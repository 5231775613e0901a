/** Checks that are left out, off by one, or made too late; counters that do not count. */
import type { Kernel } from '../../models/kernel.ts';
import { rules } from '../../models/rules/index.ts';
import { putCss } from '../../models/rules/references.ts';
import type { Planted } from './planted.ts';

export const checks: readonly Planted[] = [
  {
    property: 'hierarchy-modes',
    bug: 'an attach that looks at the parent and not further up',
    changes: {
      rules: {
        hierarchyAllows(_k, { ancestors: [parent] }) {
          return parent === undefined || parent.entries.length === 0 || parent.mode !== 'NONE';
        },
      },
    },
    scenario: `
objects:
  cgroups: { web: {}, web/api: {}, web/api/v1: {} }
  programs: { fw: cgroup_skb/egress, count: cgroup_skb/egress }
setup:
  - admin: prog_attach { cgroup: web, prog: fw }
actors:
  bob: [ prog_attach: { cgroup: web/api/v1, prog: count, flags: [multi] } ]
check:
  - hierarchy-modes`,
    steps: 1,
  },
  {
    property: 'capacity',
    bug: 'a limit that is off by one',
    changes: { rules: { hasRoom: (_k, slot) => slot.entries.length <= slot.limit } },
    scenario: `
limits: { entries: 2 }
objects:
  cgroups: { web: {} }
  programs: { fw: cgroup_skb/egress, count: cgroup_skb/egress, extra: cgroup_skb/egress }
setup:
  - admin: prog_attach { cgroup: web, prog: fw, flags: [multi] }
actors:
  alice: [ prog_attach: { cgroup: web, prog: count, flags: [multi] } ]
  bob: [ link_create: { cgroup: web, prog: extra, as: l } ]
check:
  - capacity`,
    steps: 2,
  },
  {
    property: 'atomic-failure',
    bug: 'an attach that sets the mode and then refuses',
    changes: {
      rules: {
        attachEntry(k: Kernel, attachment) {
          const { slot, mode } = attachment;
          const fits = slot.entries.length === 0 || slot.mode === mode;
          slot.mode = mode;
          k.check('mode of the slot', fits, 'EPERM');
          rules.attachEntry(k, attachment);
        },
      },
    },
    scenario: `
objects:
  cgroups: { web: {} }
  programs: { fw: cgroup_skb/egress, count: cgroup_skb/egress }
setup:
  - admin: prog_attach { cgroup: web, prog: fw, flags: [multi] }
actors:
  bob: [ prog_attach: { cgroup: web, prog: count, flags: [override] } ]
check:
  - atomic-failure`,
    steps: 1,
  },
  {
    property: 'revision-counts-changes',
    bug: 'a boolean for a counter',
    changes: {
      rules: {
        countChange(_k, slot) {
          slot.changes = 1;
        },
      },
    },
    scenario: `
limits: { revisions: 4 }
objects:
  cgroups: { web: {} }
  programs: { fw: cgroup_skb/egress, count: cgroup_skb/egress }
actors:
  bob:
    - prog_attach: { cgroup: web, prog: fw, flags: [multi] }
    - prog_attach: { cgroup: web, prog: count, flags: [multi] }
check:
  - revision-counts-changes`,
    steps: 2,
  },
  {
    property: 'revision-counts-changes',
    bug: 'a LINK_UPDATE that does not count',
    changes: {
      rules: {
        countChange(k, slot) {
          if (k.step.op !== 'link_update') rules.countChange(k, slot);
        },
      },
    },
    scenario: `
limits: { revisions: 4 }
objects:
  cgroups: { web: {} }
  programs: { fw1: cgroup_skb/egress, fw2: cgroup_skb/egress }
actors:
  bob:
    - link_create: { cgroup: web, prog: fw1, as: l }
    - link_update: { link: l, prog: fw2 }
check:
  - revision-counts-changes`,
    steps: 2,
  },
  {
    property: 'revision-counts-changes',
    bug: 'an attach that counts before it refuses',
    changes: {
      rules: {
        attachEntry(k, attachment) {
          k.rules.countChange(k, attachment.slot);
          rules.attachEntry(k, attachment);
          attachment.slot.changes -= 1;
        },
      },
    },
    scenario: `
limits: { revisions: 4 }
objects:
  cgroups: { web: {} }
  programs: { fw: cgroup_skb/egress }
actors:
  bob:
    - prog_attach: { cgroup: web, prog: fw, flags: [multi] }
    - prog_attach: { cgroup: web, prog: fw, flags: [multi] }
check:
  - revision-counts-changes`,
    steps: 2,
    follows: { 'atomic-failure': 'the revision is part of what a failing command must leave alone' },
  },
  {
    property: 'legacy-owner-only',
    bug: 'an attach that does not compare the modes',
    changes: {
      rules: {
        attachEntry(k, attachment) {
          attachment.slot.mode = attachment.mode;
          rules.attachEntry(k, attachment);
        },
      },
    },
    scenario: `
objects:
  cgroups: { web: {} }
  programs: { fw: cgroup_skb/egress, evil: cgroup_skb/egress }
setup:
  - alice: prog_attach { cgroup: web, prog: fw, flags: [multi] }
actors:
  alice: []
  mallory: [ prog_attach: { cgroup: web, prog: evil } ]
check:
  - legacy-owner-only: { program: fw, owner: alice, on: web }`,
    steps: 1,
  },
  {
    property: 'creator-only',
    bug: 'ids that everybody may open',
    changes: { rules: { mayOpenById: () => true } },
    scenario: `
objects:
  cgroups: { web: {} }
  programs: { fw: cgroup_skb/egress }
setup:
  - alice: link_create { cgroup: web, prog: fw, as: l }
  - mallory: set_caps { caps: [] }
actors:
  alice: []
  mallory: [ link_get_fd_by_id: { linkId: l, as: key }, link_detach: { link: key } ]
check:
  - creator-only: { link: l, creator: alice }`,
    steps: 2,
  },
  {
    property: 'unbroken-by',
    bug: 'pins whose permissions nobody looks at',
    changes: { rules: { mayAccess: () => true } },
    scenario: `
objects:
  cgroups: { web: {} }
  programs: { fw: cgroup_skb/egress, evil: cgroup_skb/egress }
setup:
  - alice: link_create { cgroup: web, prog: fw, as: l }
  - alice: obj_pin { obj: l, path: fw }
  - mallory: set_caps { caps: [CAP_BPF] }
actors:
  alice: [ exit ]
  mallory: [ obj_get: { path: fw, as: key }, link_update: { link: key, prog: evil } ]
check:
  - unbroken-by: { link: l, adversary: mallory }`,
    steps: 2,
  },
  {
    property: 'owner-only',
    bug: 'a PROG_DETACH that takes links of the same program along',
    changes: {
      rules: {
        removeEntry(k, slot, entry) {
          rules.removeEntry(k, slot, entry);
          if (entry.kind === 'link') return;
          for (const link of [...slot.entries]) {
            if (link.kind !== 'link' || link.prog !== entry) continue;
            rules.removeEntry(k, slot, link);
            link.fire('DETACH');
            link.slot = null;
            if (slot.cgroup !== null) putCss(k, slot.cgroup, `link ${link.name}`);
          }
        },
      },
    },
    scenario: `
objects:
  cgroups: { web: {} }
  programs: { fw: cgroup_skb/egress }
setup:
  - alice: link_create { cgroup: web, prog: fw, as: l }
  - bob: prog_attach { cgroup: web, prog: fw, flags: [multi] }
actors:
  alice: []
  bob: [ prog_detach: { cgroup: web, prog: fw } ]
check:
  - owner-only`,
    steps: 1,
  },
];
