/** Files to start from. Each runs as it is; a test runs them. */

export interface Template {
  readonly ending: string;
  readonly text: (name: string) => string;
  /** The command that runs the file. */
  readonly next: (file: string) => string;
}

const scenario = (name: string): string => `# lastref check ${name}.yaml
# \`lastref list commands\` and \`lastref list properties\` show what can stand here, \`lastref explain NAME\` what it takes.
title: the process that attached a firewall exits
says: A link goes with its last descriptor. What PROG_ATTACH attached stays, and nobody holds it.
objects:
  cgroups: { web: {} }
  programs: { fw: cgroup_skb/egress }
actors:                                     # run in every order
  alice:
    - link_create: { cgroup: web, prog: fw, as: l }
    - exit
check:
  - no-orphan
  - auto-detach-on-last-close
  - reachable: { link l: ATTACHED }         # or the others would say little
# Write \`prog_attach: { cgroup: web, prog: fw, flags: [multi] }\` instead of link_create, and no-orphan is violated.
# Where that is what you expect, say so (and leave out what asks for the link):
# expect:
#   linux-6.18: { no-orphan: violated }
`;

const proposal = (name: string): string => `/**
 * Checked by: lastref check --semantics ./${name}.ts scenarios
 * \`lastref list TOPIC\` shows what can be changed: rules, commands (\`lastref explain NAME\` lists their steps), works, features.
 */
import { proposal } from 'lastref/models';

export default proposal({
  name: '${name}',
  base: 'linux-6.18',
  says: 'linux-6.18 without BPF_LINK_DETACH: only the last reference ends a link',
  claims: [],
  changes: {
    features: { remove: ['link-detach'] },
    // By name, too: rules: { ... }, steps: { COMMAND: { 'STEP': ... } }, charts: { link: { PHASE: { EVENT: 'PHASE' } } }, works: { ... }
    // To call what is replaced, write \`changes: (base) => ({ rules: { mayDetach: (k, process) => base.rules.mayDetach(k, process) } })\`.
  },
});
`;

/** What fills a trace: one program, attached by a link that goes when its only descriptor is closed. */
function trace(name: string): string {
  const attachType = 'cgroup_inet_egress';
  const ok = { ok: true };
  const query = (progs: readonly string[]): object => ({
    actor: 'P0',
    op: 'query',
    args: { cgroup: 'web', attachType },
    expect: { progs },
  });
  return `${JSON.stringify(
    {
      id: name,
      family: 'cgroup',
      kind: 'derived',
      objects: {
        progs: [{ name: 'fw', type: 'cgroup_skb', expectedAttachType: attachType, returns: 1 }],
        cgroups: [{ name: 'web', parent: null }],
      },
      steps: [
        { actor: 'P0', op: 'prog_load', args: { prog: 'fw' }, as: 'fw', expect: ok },
        { actor: 'P0', op: 'link_create', args: { cgroup: 'web', prog: 'fw', attachType }, as: 'l', expect: ok },
        query(['fw']),
        { actor: 'P0', op: 'close', args: { handle: 'l' }, expect: ok },
        query([]),
      ],
    },
    null,
    2,
  )}\n`;
}

export const TEMPLATES: Readonly<Record<'scenario' | 'proposal' | 'trace', Template>> = {
  scenario: { ending: '.yaml', text: scenario, next: (file) => `lastref check ${file}` },
  proposal: { ending: '.ts', text: proposal, next: (file) => `lastref check --semantics ${file}` },
  trace: { ending: '.json', text: trace, next: (file) => `lastref replay ${file}` },
};
