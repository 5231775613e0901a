/**
 * Programs attached to tcx and netkit without a link.
 * Kernel: kernel/bpf/tcx.c tcx_prog_attach, tcx_prog_detach, tcx_prog_query; drivers/net/netkit.c netkit_prog_attach; kernel/bpf/mprog.c
 * bpf_mprog_query. Facts net 5.2, 5.3, 6.
 */
import type { Kernel, Netdev, Process, Slot } from '../kernel.ts';
import { isGiven } from '../rules/anchor.ts';
import { revisionOf } from '../rules/attach.ts';
import { FLAG, has, only } from '../rules/flags.ts';
import { findNetdev } from '../rules/netdev.ts';
import { netkitSlot } from '../rules/netkit.ts';
import { programOf } from '../rules/order.ts';
import { checkProgramType } from '../rules/programs.ts';
import { hasEntry } from '../rules/qdisc.ts';
import { getProgram } from '../rules/references.ts';
import { resolveProgram } from '../rules/resolve.ts';
import { slotOf } from '../rules/slots.ts';
import type { Feature } from '../semantics/features.ts';
import type { ProgAttach, ProgDetach, ProgQuery, TargetType } from './target-type.ts';

/** BPF_F_ATTACH_MASK_MPROG. */
const KNOWN = FLAG.BPF_F_REPLACE | FLAG.BPF_F_BEFORE | FLAG.BPF_F_AFTER | FLAG.BPF_F_ID | FLAG.BPF_F_LINK;

interface Family {
  readonly feature: Feature;
  readonly attachTypes: Readonly<Record<string, string>>;
  /** Finds the list, under rtnl_lock. */
  slot(k: Kernel, actor: Process | null, netdev: Netdev | null, attachType: string): Slot;
  /** Is there a list to detach from? */
  hasList(slot: Slot): boolean;
  /** Does a query show what the list counts, or 1? */
  showsRevision(slot: Slot): boolean;
  /** The list lost an entry. */
  lost(k: Kernel, slot: Slot): void;
}

function attach(k: Kernel, { args, frame, actor }: ProgAttach, family: Family): void {
  const { program } = frame;
  if (program === null) return;
  const slot = family.slot(k, actor, args.netdev, String(args.attachType));
  // The replaced program is looked up inside the section, before the revision is compared (facts tcx-026).
  const replaced = has(args.flags, FLAG.BPF_F_REPLACE)
    ? resolveProgram(k, actor, args.replace, 'replaced program')
    : null;
  if (replaced !== null)
    k.check('replaced program has the same type', replaced.template.type === program.template.type, 'EINVAL');
  const { flags, relative, expectedRevision } = args;
  k.rules.mprogAttach(k, { slot, actor, entry: program, program, flags, replaced, relative, expectedRevision });
}

/** A descriptor of 0 is no program: the position decides, and that alone asks for a capability (facts priv-003). */
function resolveDetached(k: Kernel, { args, frame, actor }: ProgDetach, family: Family): void {
  if (!isGiven(args.prog)) {
    k.check('CAP_NET_ADMIN to detach by position', k.rules.netAdmin(k, actor), 'EPERM');
    return;
  }
  const program = resolveProgram(k, actor, args.prog);
  checkProgramType(k, program, family.attachTypes[String(args.attachType)]);
  getProgram(k, program, `PROG_DETACH of ${actor.name}`);
  frame.program = program;
}

function detach(k: Kernel, { args, frame, actor }: ProgDetach, family: Family): void {
  const slot = family.slot(k, actor, args.netdev, String(args.attachType));
  k.check('device has a list', family.hasList(slot), 'ENOENT');
  const { flags, relative, expectedRevision } = args;
  k.rules.mprogDetach(k, { slot, actor, flags, replaced: null, relative, expectedRevision }, frame.program);
  family.lost(k, slot);
}

/** bpf_mprog_query; an empty list says revision 1, whatever it counts (facts netkit-026, tcx-100). */
function query(k: Kernel, { args, actor }: ProgQuery, family: Family): void {
  k.check('no flags', args.flags === 0 && args.rawAttachFlags === null, 'EINVAL');
  const slot = family.slot(k, actor, args.netdev, String(args.attachType));
  const entries = [...slot.entries];
  const room = args.noBuffers ? 0 : args.capacity === 0 ? entries.length : args.capacity;
  const shown = entries.slice(0, room);
  k.returns({
    count: entries.length,
    progs: shown.map((entry) => programOf(entry)?.name ?? '?'),
    links: shown.map((entry) => (entry.kind === 'link' ? entry.name : null)),
    revision: family.showsRevision(slot) ? revisionOf(slot) : 1,
    attachFlags: [],
  });
  k.check('room for all ids', args.noBuffers || room >= entries.length, 'ENOSPC');
}

const targetOf = (family: Family): TargetType => ({
  feature: family.feature,
  attachTypes: family.attachTypes,
  lock: 'rtnl_lock',
  attach: {
    checkAttr: (k, { args }) => k.check('flags are known', only(args.flags, KNOWN), 'EINVAL'),
    checkProgram: (k, { args }, program) => checkProgramType(k, program, family.attachTypes[String(args.attachType)]),
    resolve: null,
    resolveReplaced: null,
    attach: (k, call) => attach(k, call, family),
  },
  detach: {
    checkAttr: (k, { args }) => k.check('flags are known', only(args.flags, KNOWN), 'EINVAL'),
    resolve: null,
    resolveProgram: (k, call) => resolveDetached(k, call, family),
    detach: (k, call) => detach(k, call, family),
  },
  query: (k, call) => query(k, call, family),
});

export const tcxTarget = targetOf({
  feature: 'tcx',
  attachTypes: { tcx_ingress: 'sched_cls', tcx_egress: 'sched_cls' },
  slot: (k, actor, netdev, attachType) => slotOf(k, findNetdev(k, actor, netdev), attachType),
  hasList: hasEntry,
  showsRevision: hasEntry,
  lost: (k, slot) => k.rules.tcxEntryMayGo(k, slot),
});

export const netkitTarget = targetOf({
  feature: 'netkit',
  attachTypes: { netkit_primary: 'sched_cls', netkit_peer: 'sched_cls' },
  slot: netkitSlot,
  hasList: () => true,
  showsRevision: (slot) => slot.entries.length > 0,
  lost: () => {},
});
