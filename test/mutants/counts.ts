/** References that are put twice, put too early, or never put. */
import { rules } from '../../models/rules/index.ts';
import { getProgram, putProgram } from '../../models/rules/references.ts';
import type { Planted } from './planted.ts';

export const counts: readonly Planted[] = [
  {
    property: 'ref-balance',
    bug: 'a LINK_DETACH that puts the program, which the link puts again when it is freed',
    changes: {
      rules: {
        detachLink(k, link) {
          rules.detachLink(k, link);
          if (link.prog !== null) putProgram(k, link.prog, `link ${link.name}`);
        },
      },
    },
    scenario: `
objects:
  cgroups: { web: {} }
  programs: { fw: cgroup_skb/egress }
setup:
  - alice: link_create { cgroup: web, prog: fw, as: l }
actors:
  alice: [ link_detach: { link: l } ]
check:
  - ref-balance`,
    steps: 1,
  },
  {
    property: 'ref-balance',
    bug: 'a release of a dead cgroup that does not put its programs',
    changes: {
      rules: {
        releaseSlot(k, slot) {
          for (const entry of slot.entries) if (entry.kind === 'program') getProgram(k, entry, 'never put');
          rules.releaseSlot(k, slot);
        },
      },
    },
    scenario: `
objects:
  cgroups: { web: {} }
  programs: { fw: cgroup_skb/egress }
setup:
  - admin: prog_attach { cgroup: web, prog: fw }
actors:
  chaos: [ rmdir: { cgroup: web } ]
check:
  - ref-balance`,
    steps: 2,
    follows: { 'quiescent-no-leak': 'the reference that nobody puts keeps the program for ever' },
  },
  {
    property: 'quiescent-no-leak',
    bug: 'a close that does not put the link',
    changes: {
      rules: {
        releaseFile(k, file, by) {
          if (file.target?.kind !== 'link') return rules.releaseFile(k, file, by);
          file.type = 'free';
          file.target = null;
        },
      },
    },
    scenario: `
objects:
  cgroups: { web: {} }
  programs: { fw: cgroup_skb/egress }
setup:
  - alice: link_create { cgroup: web, prog: fw, as: l }
actors:
  alice: [ close: { handle: l } ]
check:
  - quiescent-no-leak`,
    steps: 1,
    follows: { 'ref-balance': 'the count still has the reference of the file that is gone' },
  },
  {
    property: 'no-use-after-free',
    bug: 'memory of programs that goes without a grace period',
    changes: {
      rules: {
        freeProgram(_k, program) {
          program.fire('FREE');
        },
      },
    },
    scenario: `
grain: lock
objects:
  cgroups: { web: {} }
  programs: { fw: cgroup_skb/egress }
setup:
  - admin: prog_attach { cgroup: web, prog: fw }
actors:
  bob: [ prog_detach: { cgroup: web } ]
  traffic: [ fire: { cgroup: web } ]
check:
  - no-use-after-free`,
    steps: 4,
    follows: { 'use-after-free': 'the law of the model for the step after it, which runs the freed program' },
  },
];
