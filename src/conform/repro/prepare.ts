/** What a reproducer finds out and makes before the first step of its trace. */
import type { TraceStep } from '../../trace/format.ts';
import { pick } from './library.ts';
import type { Writer } from './writer.ts';

/** Commands without which the trace means nothing, with the release that has them. */
const COMMANDS: Readonly<Record<string, readonly [command: string, since: string]>> = {
  link_create: ['BPF_LINK_CREATE', 'Linux 5.7'],
  link_update: ['BPF_LINK_UPDATE', 'Linux 5.7'],
  link_get_fd_by_id: ['BPF_LINK_GET_FD_BY_ID', 'Linux 5.8'],
  link_detach: ['BPF_LINK_DETACH', 'Linux 5.9'],
};

const succeeds = ({ expect }: TraceStep): boolean => expect['errno'] === undefined && expect['error'] === undefined;

/** Does the trace rest on anchors or revisions of cgroups? */
function needsRevisions({ args, expect, state }: TraceStep): boolean {
  const flags = JSON.stringify(args['flags'] ?? []).toUpperCase();
  return (
    args['expectedRevision'] !== undefined ||
    args['relative'] !== undefined ||
    expect['revision'] !== undefined ||
    state !== undefined ||
    /BEFORE|AFTER|PREORDER/.test(flags)
  );
}

/** Lists of devices are younger than what else is attached to them. */
function listsOfDevices(w: Writer): readonly string[] {
  const type = w.trace.steps.find((step) => /^(?:tcx|netkit)_/.test(String(step.args['attachType'])) && succeeds(step))
    ?.args['attachType'];
  if (type === undefined) return [];
  w.need('probe_list');
  return [`if (!has_lists(${w.attachType(type)}))`, '\tskip("devices have no lists of programs here (Linux 6.6)");'];
}

/** What is probed and made before the first step. */
export function preparation(w: Writer): readonly string[] {
  const { steps, objects } = w.trace;
  const lines: string[] = [];
  const declared = objects.cgroups ?? [];
  const { names: sections } = pick(w.needs);
  const usesCgroups = sections.has('cgroups') || declared.length > 0;
  if (usesCgroups) {
    w.need('cgroups');
    lines.push('if (!make_root())', '\tskip("no cgroup2 to work in");');
  }
  if (w.tables) lines.push('memset(shared->tables, 0xff, sizeof(shared->tables)); /* nothing is open */');
  if (sections.has('log')) lines.push('if (!make_log())', '\tskip("bpf(2) does not work here");');
  for (const [op, [command, since]] of Object.entries(COMMANDS))
    if (steps.some((step) => step.op === op && succeeds(step))) {
      w.need('probe');
      lines.push(`if (!knows(${command}))`, `\tskip("bpf(2) has no ${command.slice(4)} (${since})");`);
    }
  const typed = steps.find(
    (step) =>
      succeeds(step) &&
      needsRevisions(step) &&
      typeof step.args['attachType'] === 'string' &&
      step.args['netdev'] === undefined,
  );
  if (typed !== undefined && usesCgroups) {
    w.need('probe_revision');
    const type = w.attachType(typed.args['attachType']);
    lines.push(`if (!has_revisions(${type}))`, '\tskip("cgroups have no order and no revisions here");');
  }
  const usesNetwork = sections.has('netns') || w.devices.any;
  if (sections.has('bpffs') || usesNetwork) lines.push('if (!mount_bpffs())', '\tskip("cannot mount a bpffs");');
  if (usesNetwork) lines.push(...w.devices.prepare(), ...listsOfDevices(w));
  if (sections.has('event_number')) lines.push('event_number = 1 << 29 | getpid();');
  if (w.later.has('BPF_PROG_TYPE_NETFILTER')) {
    w.need('can_load');
    lines.push(
      `if (!can_load(BPF_PROG_TYPE_NETFILTER, ${w.attachType('netfilter')}))`,
      '\tskip("no netfilter programs here (Linux 6.4)");',
    );
  }
  if (sections.has('send')) lines.push('if (!open_outside())', '\tskip("no loopback");');
  if (sections.has('mailboxes')) lines.push('if (!make_mailboxes())', '\tskip("no sockets");');
  for (const { name, exists } of declared)
    if (exists !== false) lines.push(`if (make_cgroup(${w.cgroup(name)}) < 0)`, '\tskip("cannot make a cgroup");');
  return lines;
}
