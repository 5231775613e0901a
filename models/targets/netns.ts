/** The flow dissector without a link: it belongs to the caller's namespace. Kernel: kernel/bpf/net_namespace.c netns_bpf_prog_attach, netns_bpf_prog_detach. Facts net 7. */
import type { Kernel, Process, Program, Slot } from '../kernel.ts';
import { FLAG, only } from '../rules/flags.ts';
import { netnsOf } from '../rules/netdev.ts';
import { isAlive, NETNS_ATTACH_TYPES, netnsSlot, resolveNetns } from '../rules/netns.ts';
import { programOf } from '../rules/order.ts';
import { getProgram, putProgram } from '../rules/references.ts';
import { resolveProgram } from '../rules/resolve.ts';
import { insertAt } from '../rules/trampoline.ts';
import type { ProgAttach, ProgDetach, ProgQuery, TargetType } from './target-type.ts';

type Named = ProgAttach['args']['netns'];
/** sk_lookup is attached by links only; target_fd must be 0, the namespace is the caller's. */
function checkLegacy(k: Kernel, attachType: string | number | null, netns: Named): void {
  k.check('attach type is attached without links', attachType === 'flow_dissector', 'EINVAL');
  k.check('no descriptor of a namespace', netns === null || 'kind' in netns, 'EINVAL');
}

function ownSlot(k: Kernel, actor: Process): Slot {
  const netns = netnsOf(k, actor);
  return netns === null ? k.broken('netns', 'no namespace') : netnsSlot(k, netns, 'flow_dissector');
}

/** What is attached, unless it is a link. */
function attached(k: Kernel, slot: Slot, errno: 'EEXIST' | 'EINVAL'): Program | null {
  if (slot.entries.length === 0) return null;
  const entry = slot.entries.at(0);
  return entry.kind === 'program' ? entry : k.fail('no link is attached', errno);
}

/** BPF_F_ATTACH_MASK_BASE. */
const BASE = FLAG.BPF_F_ALLOW_OVERRIDE | FLAG.BPF_F_ALLOW_MULTI | FLAG.BPF_F_REPLACE | FLAG.BPF_F_PREORDER;

const fits = (k: Kernel, program: Program): void =>
  k.check('program type fits', program.template.type === 'flow_dissector', 'EINVAL');

export const netnsTarget: TargetType = {
  attachTypes: NETNS_ATTACH_TYPES,
  lock: 'netns_bpf_mutex',
  attach: {
    checkAttr(k: Kernel, { args }: ProgAttach) {
      k.check('flags are known', only(args.flags, BASE), 'EINVAL');
      k.check('no revision and no anchor', args.expectedRevision === 0 && args.relative === null, 'EINVAL');
    },
    // What the kind of target refuses comes when the program is found (bpf_prog_attach; observed on 6.18.44).
    checkProgram(k: Kernel, { args }: ProgAttach, program: Program) {
      k.check('program type fits', NETNS_ATTACH_TYPES[String(args.attachType)] === program.template.type, 'EINVAL');
      checkLegacy(k, args.attachType, args.netns);
      k.check('no flags and no replaced program', args.flags === 0 && args.replace === null, 'EINVAL');
    },
    resolve: null,
    resolveReplaced: null,
    attach(k: Kernel, { frame, actor }: ProgAttach) {
      const { program } = frame;
      if (program === null) return;
      const slot = ownSlot(k, actor);
      const old = attached(k, slot, 'EEXIST');
      k.check('another program', old !== program, 'EINVAL');
      // In place: nobody is asked (facts netns-012).
      if (old !== null) k.rules.removeEntry(k, slot, old);
      insertAt(k, slot, 0, program);
      if (old !== null) putProgram(k, old, 'replaced flow dissector');
    },
  },
  detach: {
    checkAttr(k: Kernel, { args }: ProgDetach) {
      checkLegacy(k, args.attachType, args.netns);
      k.check('no flags', args.flags === 0, 'EINVAL');
    },
    resolve: null,
    resolveProgram(k: Kernel, { args, frame, actor }: ProgDetach) {
      const program = resolveProgram(k, actor, args.prog);
      fits(k, program);
      getProgram(k, program, `PROG_DETACH of ${actor.name}`);
      frame.program = program;
    },
    detach(k: Kernel, { frame, actor }: ProgDetach) {
      const slot = ownSlot(k, actor);
      const found = attached(k, slot, 'EINVAL');
      if (found === null || found !== frame.program) return k.fail('program is attached', 'ENOENT');
      // Unpublished first, then put (db38de39684d).
      k.rules.removeEntry(k, slot, found);
      putProgram(k, found, 'detached flow dissector');
    },
  },
  query(k: Kernel, { args, actor }: ProgQuery) {
    const slot = netnsSlot(k, resolveNetns(k, actor, args.netns), String(args.attachType));
    const progs = isAlive(slot) ? [...slot.entries].flatMap((entry) => programOf(entry)?.name ?? []) : [];
    k.returns({ count: progs.length, progs, attachFlags: [], revision: 0, links: [] });
  },
};
