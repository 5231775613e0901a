/** Replacing gone wrong: appended, moved, swapped, forgotten, or written into invocations that run. */
import type { Attachment, Kernel } from '../../models/kernel.ts';
import { FLAG } from '../../models/rules/flags.ts';
import { rules } from '../../models/rules/index.ts';
import { putProgram } from '../../models/rules/references.ts';
import type { Planted } from './planted.ts';

/** fw1 is attached before count; bob replaces it by fw2. */
const REPLACE = (check: string): string => `
objects:
  cgroups: { web: {} }
  programs: { fw1: cgroup_skb/egress, fw2: cgroup_skb/egress, count: cgroup_skb/egress }
setup:
  - bob: prog_attach { cgroup: web, prog: fw1, flags: [multi] }
  - admin: prog_attach { cgroup: web, prog: count, flags: [multi] }
actors:
  bob: [ prog_attach: { cgroup: web, prog: fw2, replace: fw1, flags: [multi, replace] } ]
roles: { firewall: [fw1, fw2] }
check:
  - ${check}`;

/** A packet is under way while alice updates her link from fw1 to fw2. */
const UPDATE_UNDER_TRAFFIC = (check: string): string => `
grain: lock
objects:
  cgroups: { web: {} }
  programs: { fw1: cgroup_skb/egress, fw2: cgroup_skb/egress }
setup:
  - alice: link_create { cgroup: web, prog: fw1, as: l }
actors:
  alice: [ link_update: { link: l, prog: fw2 } ]
  traffic: [ fire: { cgroup: web } ]
roles: { firewall: [fw1, fw2] }
check:
  - ${check}`;

/** The same attach without REPLACE. */
const inserted = (attachment: Attachment): Attachment => ({
  ...attachment,
  flags: attachment.flags & ~FLAG.BPF_F_REPLACE,
  replace: null,
});

const running = (k: Kernel) => k.all.packet.filter(({ running: runs }) => runs);

/** REPLACE takes out what stands behind the program that it names. */
const NEIGHBOUR_GOES: Planted['changes'] = {
  rules: {
    attachEntry(k, attachment) {
      const { slot, replace } = attachment;
      const position = replace === null ? -1 : slot.entries.indexOf(replace) + 1;
      const neighbour = position > 0 && position < slot.entries.length ? slot.entries.at(position) : replace;
      rules.attachEntry(k, { ...attachment, replace: neighbour?.kind === 'program' ? neighbour : replace });
    },
  },
};

/** bob replaces his program beside alice's. */
const REPLACE_BESIDE = (check: string): string => `
objects:
  cgroups: { web: {} }
  programs: { count1: cgroup_skb/egress, count2: cgroup_skb/egress, fw: cgroup_skb/egress }
setup:
  - bob: prog_attach { cgroup: web, prog: count1, flags: [multi] }
  - alice: prog_attach { cgroup: web, prog: fw, flags: [multi] }
actors:
  alice: []
  bob: [ prog_attach: { cgroup: web, prog: count2, replace: count1, flags: [multi, replace] } ]
check:
  - ${check}`;

export const replacing: readonly Planted[] = [
  {
    property: 'no-gap',
    bug: 'a REPLACE that takes the old program off and forgets the new one',
    changes: {
      rules: {
        attachEntry(k, attachment) {
          const { slot, entry, replace } = attachment;
          if (replace === null || entry.kind === 'link') return rules.attachEntry(k, attachment);
          k.rules.removeEntry(k, slot, replace);
          putProgram(k, replace, 'replaced entry');
          putProgram(k, entry, 'forgotten entry');
        },
      },
    },
    scenario: REPLACE('no-gap: { role: firewall, on: web }'),
    steps: 1,
  },
  {
    property: 'no-gap',
    bug: 'a LINK_UPDATE that cuts short the invocations that hold the array',
    changes: {
      rules: {
        replaceEffective(k, slot, link, next) {
          for (const packet of running(k)) {
            packet.array.clear();
            packet.current = false;
          }
          rules.replaceEffective(k, slot, link, next);
        },
      },
    },
    scenario: UPDATE_UNDER_TRAFFIC('no-gap: { role: firewall, on: web }'),
    steps: 3,
  },
  {
    property: 'no-double-run',
    bug: 'a REPLACE that appends',
    changes: { rules: { attachEntry: (k, attachment) => rules.attachEntry(k, inserted(attachment)) } },
    scenario: REPLACE('no-double-run: { role: firewall, on: web }'),
    steps: 1,
  },
  {
    property: 'no-double-run',
    bug: 'a LINK_UPDATE that writes behind the element that has run',
    changes: {
      rules: {
        replaceEffective(k, slot, link, next) {
          for (const packet of running(k)) if (packet.ran.length > 0) packet.array.append(next);
          rules.replaceEffective(k, slot, link, next);
        },
      },
    },
    scenario: UPDATE_UNDER_TRAFFIC('no-double-run: { role: firewall, on: web }'),
    steps: 5,
  },
  {
    property: 'no-mixed-versions',
    bug: 'an attach that appends to the array that invocations hold, where a new one must be published',
    changes: {
      rules: {
        updateEffective(k, slot) {
          rules.updateEffective(k, slot);
          for (const packet of running(k))
            for (const program of packet.slot?.effective ?? [])
              if (packet.ran.indexOf(program) < 0 && packet.array.indexOf(program) < 0) packet.array.append(program);
        },
      },
    },
    scenario: `
grain: lock
objects:
  cgroups: { web: {} }
  programs: { a1: cgroup_skb/egress, b1: cgroup_skb/egress, a2: cgroup_skb/egress, b2: cgroup_skb/egress }
setup:
  - admin: prog_attach { cgroup: web, prog: a1, flags: [multi] }
  - bob: prog_attach { cgroup: web, prog: b1, flags: [multi] }
actors:
  bob:
    - prog_detach: { cgroup: web, prog: a1 }
    - prog_detach: { cgroup: web, prog: b1 }
    - prog_attach: { cgroup: web, prog: a2, flags: [multi] }
    - prog_attach: { cgroup: web, prog: b2, flags: [multi] }
  traffic: [ fire: { cgroup: web } ]
check:
  - no-mixed-versions: { old: [a1, b1], new: [a2, b2], on: web }`,
    steps: 13,
  },
  {
    property: 'order-preserved',
    bug: 'a REPLACE that moves the entry to the tail',
    changes: {
      rules: {
        attachEntry(k, attachment) {
          const { slot, replace } = attachment;
          if (replace !== null) k.rules.removeEntry(k, slot, replace);
          rules.attachEntry(k, inserted(attachment));
          if (replace !== null) putProgram(k, replace, 'replaced entry');
        },
      },
    },
    scenario: REPLACE('order-preserved: { on: web, roles: [[fw1, fw2], [count]] }'),
    steps: 1,
  },
  {
    property: 'order-preserved',
    bug: 'an attach that puts the new entry at the head',
    changes: { rules: { insertPosition: () => 0 } },
    scenario: `
objects:
  cgroups: { web: {} }
  programs: { fw: cgroup_skb/egress, count: cgroup_skb/egress }
setup:
  - admin: prog_attach { cgroup: web, prog: fw, flags: [multi] }
actors:
  bob: [ prog_attach: { cgroup: web, prog: count, flags: [multi] } ]
  carol: { may: [ prog_attach: { cgroup: web, prog: fw, replace: fw, flags: [multi, replace] } ], times: 1 }
check:
  - order-preserved: { on: web, roles: [[fw], [count]] }`,
    steps: 1,
  },
  {
    property: 'held-program-runs',
    bug: 'a REPLACE that takes out the neighbour',
    changes: NEIGHBOUR_GOES,
    scenario: REPLACE_BESIDE('held-program-runs: { program: fw, on: web }'),
    steps: 1,
  },
  {
    property: 'runs-at-rest',
    bug: 'a REPLACE that takes out the neighbour',
    changes: NEIGHBOUR_GOES,
    scenario: REPLACE_BESIDE('runs-at-rest: { role: [fw], on: web }'),
    steps: 1,
  },
];
