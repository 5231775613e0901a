/** Detaching too early, too late, by halves, or not at all. */
import type { Kernel, Link } from '../../models/kernel.ts';
import { rules } from '../../models/rules/index.ts';
import { getProgram, putCss } from '../../models/rules/references.ts';
import type { Planted } from './planted.ts';

/** alice holds a link on web; then she does this. */
const WITH_A_LINK = (script: string, check: string): string => `
objects:
  cgroups: { web: {} }
  programs: { fw: cgroup_skb/egress }
setup:
  - alice: link_create { cgroup: web, prog: fw, as: l }
actors:
  alice: [ ${script} ]
check:
  - ${check}`;

function detach(k: Kernel, link: Link): void {
  k.rules.detachLink(k, link);
  link.fire('DETACH');
}

/** A link that goes leaves its program behind, attached as PROG_ATTACH would have. */
function leaveProgramBehind(k: Kernel, link: Link): void {
  const { slot, prog } = link;
  if (link.phase !== 'UNLISTED' || slot === null || prog === null) {
    rules.freeLinkStep(k, link);
    return;
  }
  slot.entries.replace(slot.entries.indexOf(link), prog);
  getProgram(k, prog, 'left behind');
  link.slot = null;
  if (slot.cgroup !== null) putCss(k, slot.cgroup, `link ${link.name}`);
  link.fire('RELEASE');
}

export const detaching: readonly Planted[] = [
  {
    property: 'no-orphan',
    bug: 'a link that leaves its program behind when it goes',
    changes: { rules: { freeLinkStep: leaveProgramBehind } },
    scenario: WITH_A_LINK('exit', 'no-orphan'),
    steps: 1,
  },
  {
    property: 'no-orphan',
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
    scenario: WITH_A_LINK('close: { handle: l }', 'no-orphan'),
    steps: 1,
    follows: {
      'ref-balance': 'the count still has the reference of the file that is gone',
      'quiescent-no-leak': 'nobody is left to free the link',
    },
  },
  {
    property: 'removable',
    bug: 'a link that leaves its program behind on a cgroup that sockets keep',
    changes: { rules: { freeLinkStep: leaveProgramBehind } },
    scenario: `
objects:
  cgroups: { web: {} }
  programs: { fw: cgroup_skb/egress }
setup:
  - alice: link_create { cgroup: web, prog: fw, as: l }
  - server: join { cgroup: web }
  - server: open_socket { as: s }
  - server: join { cgroup: outside }
actors:
  alice: [ close: { handle: l } ]
  server: []
  chaos: [ rmdir: { cgroup: web } ]
check:
  - removable`,
    steps: 2,
  },
  {
    property: 'auto-detach-on-last-close',
    bug: 'a last close that counts down and frees nothing',
    changes: {
      rules: {
        releaseFile(k, file, by) {
          const { target } = file;
          if (target?.kind !== 'link') return rules.releaseFile(k, file, by);
          file.type = 'free';
          file.target = null;
          target.refs -= 1;
        },
      },
    },
    scenario: WITH_A_LINK('close: { handle: l }', 'auto-detach-on-last-close'),
    steps: 1,
    follows: { 'quiescent-no-leak': 'nobody is left to free the link' },
  },
  {
    property: 'auto-detach-on-last-close',
    bug: 'a last close that leaves the detach to a work item',
    changes: { rules: { releaseFile: (k, file) => rules.releaseFile(k, file, null) } },
    scenario: WITH_A_LINK('close: { handle: l }', 'auto-detach-on-last-close'),
    steps: 1,
  },
  {
    property: 'listed-id-is-alive',
    bug: 'an exit that leaves the id to a work item',
    changes: {
      rules: { releaseFile: (k, file, by) => rules.releaseFile(k, file, k.step.op === 'exit' ? null : by) },
    },
    scenario: WITH_A_LINK('exit', 'listed-id-is-alive'),
    steps: 1,
    follows: { 'auto-detach-on-last-close': 'the work item detaches as well, after the process has gone' },
  },
  {
    property: 'listed-id-is-settled',
    bug: 'a LINK_DETACH that takes the id back to where it was before it was published',
    changes: {
      rules: {
        detachLink(k, link) {
          rules.detachLink(k, link);
          link.settled = false;
        },
      },
    },
    scenario: WITH_A_LINK('link_detach: { link: l }', 'listed-id-is-settled'),
    steps: 1,
  },
  {
    property: 'observation-agrees',
    bug: 'a LINK_DETACH that clears the link and leaves it on the list',
    changes: {
      rules: {
        detachLink(k, link) {
          const cgroup = link.slot?.cgroup ?? null;
          link.slot = null;
          if (cgroup !== null) putCss(k, cgroup, `link ${link.name}`);
        },
      },
    },
    scenario: WITH_A_LINK('link_detach: { link: l }', 'observation-agrees'),
    steps: 1,
  },
  {
    property: 'execution-guarantee',
    bug: 'a close of the program that takes its links off',
    changes: {
      rules: {
        releaseFile(k, file, by) {
          const program = file.target;
          for (const link of k.all.link) if (link.prog === program && link.slot !== null) detach(k, link);
          rules.releaseFile(k, file, by);
        },
      },
    },
    scenario: WITH_A_LINK('close: { handle: fw }', 'execution-guarantee: { link: l, on: web }'),
    steps: 1,
  },
  {
    property: 'pinned-survives-exit',
    bug: 'a last descriptor that detaches although there is a pin',
    changes: {
      rules: {
        releaseFile(k, file, by) {
          const { target } = file;
          rules.releaseFile(k, file, by);
          if (target?.kind === 'link' && target.slot !== null && !k.all.file.some((other) => other.target === target))
            detach(k, target);
        },
      },
    },
    scenario: WITH_A_LINK('obj_pin: { obj: l, path: fw }, exit', 'pinned-survives-exit'),
    steps: 2,
  },
];
