/** What goes wrong when a cgroup dies: forgotten links, links that keep it, the wrong order. */
import { rules } from '../../models/rules/index.ts';
import { putProgram } from '../../models/rules/references.ts';
import type { Planted } from './planted.ts';

/** alice holds a link on web, which is removed. */
const RMDIR_UNDER_A_LINK = (check: string): string => `
objects:
  cgroups: { web: {} }
  programs: { fw: cgroup_skb/egress }
setup:
  - alice: link_create { cgroup: web, prog: fw, as: l }
actors:
  alice: [ close: { handle: fw } ]
  chaos: [ rmdir: { cgroup: web } ]
check:
  - ${check}`;

export const death: readonly Planted[] = [
  {
    property: 'defunct-after-cgroup-death',
    bug: 'a release that forgets the links',
    changes: { rules: { autoDetach: () => undefined } },
    scenario: RMDIR_UNDER_A_LINK('defunct-after-cgroup-death'),
    steps: 2,
    follows: { 'observation-agrees': 'info of the link names a cgroup whose lists are empty' },
  },
  {
    property: 'link-keeps-program',
    bug: 'a link that puts its program when it becomes defunct',
    changes: {
      rules: {
        autoDetach(k, link) {
          rules.autoDetach(k, link);
          const { prog } = link;
          link.prog = null;
          if (prog !== null) putProgram(k, prog, `link ${link.name}`);
        },
      },
    },
    scenario: RMDIR_UNDER_A_LINK('link-keeps-program'),
    steps: 2,
  },
  {
    property: 'cleanup-not-delayed',
    bug: 'a release that waits until the memory of the cgroup goes, which links hold',
    changes: { features: { remove: ['release-at-offline'] } },
    scenario: RMDIR_UNDER_A_LINK('cleanup-not-delayed: { cgroup: web }'),
    steps: 2,
  },
  {
    property: 'quiescent-no-leak',
    bug: 'a release that leaves programs on the list',
    changes: { rules: { releaseSlot: (_k, slot) => slot.effective.clear() } },
    scenario: `
objects:
  cgroups: { web: {} }
  programs: { fw: cgroup_skb/egress }
setup:
  - admin: prog_attach { cgroup: web, prog: fw }
actors:
  chaos: [ rmdir: { cgroup: web } ]
check:
  - quiescent-no-leak`,
    steps: 3,
  },
  {
    property: 'child-released-first',
    bug: 'descendants that do not hold their ancestors (kernels without e10360f815ca)',
    changes: { features: { remove: ['descendants-hold-ancestors'] } },
    scenario: `
objects:
  cgroups: { web: {}, web/api: {} }
  programs: { fw: cgroup_skb/egress }
setup:
  - admin: prog_attach { cgroup: web, prog: fw, flags: [multi] }
  - server: join { cgroup: web/api }
  - server: open_socket { as: s }
  - server: join { cgroup: outside }
actors:
  server: [ close: { handle: s } ]
  chaos: [ rmdir: { cgroup: web/api }, rmdir: { cgroup: web } ]
check:
  - child-released-first`,
    steps: 3,
    follows: { 'no-use-after-free': "the dying child's array leads to the program that its parent has put" },
  },
];
