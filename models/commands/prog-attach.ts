/** BPF_PROG_ATTACH for cgroups. */
import { ref } from '../../src/modelling/index.ts';
import { type Cgroup, command, type Kernel, type Slot } from '../kernel.ts';
import { anchorOf, RELATIVE } from '../rules/anchor.ts';
import { modeOf } from '../rules/attach.ts';
import { ATTR, checkAttr } from '../rules/attr.ts';
import { FLAG, has, only } from '../rules/flags.ts';
import { checkAttachType, checkProgramFits } from '../rules/programs.ts';
import { getCss, getProgram, putCss, putProgram } from '../rules/references.ts';
import { resolveCgroup, resolveProgram } from '../rules/resolve.ts';

/** The slot of a cgroup for an attach type; every attach type that a scenario names has one. */
export function slotOf(k: Kernel, cgroup: Cgroup, attachType: string): Slot {
  const slot = k.all.slot.find((candidate) => candidate.cgroup === cgroup && candidate.attachType === attachType);
  return slot ?? k.broken('slot', `no slot ${attachType} in ${cgroup.name}`);
}

/** Flags that the kernel's PROG_ATTACH knows. */
function knownFlags(k: Kernel): number {
  const multi = k.has('multi') ? FLAG.BPF_F_ALLOW_MULTI : 0;
  const replace = k.has('replace') ? FLAG.BPF_F_REPLACE : 0;
  const preorder = k.has('preorder') ? FLAG.BPF_F_PREORDER : 0;
  return FLAG.BPF_F_ALLOW_OVERRIDE | multi | replace | preorder | mprogFlags(k);
}

export const mprogFlags = (k: Kernel): number =>
  k.has('mprog') ? FLAG.BPF_F_BEFORE | FLAG.BPF_F_AFTER | FLAG.BPF_F_ID | FLAG.BPF_F_LINK : 0;

/** Combinations that are refused under the lock (facts cgroup 5.2 #9). */
function checkCombination(k: Kernel, flags: number): void {
  const multi = has(flags, FLAG.BPF_F_ALLOW_MULTI);
  const replace = has(flags, FLAG.BPF_F_REPLACE);
  k.check('not OVERRIDE with MULTI', !(has(flags, FLAG.BPF_F_ALLOW_OVERRIDE) && multi), 'EINVAL');
  k.check('REPLACE only with MULTI', !replace || multi, 'EINVAL');
  k.check(
    'REPLACE without position',
    !replace || !(has(flags, FLAG.BPF_F_BEFORE) || has(flags, FLAG.BPF_F_AFTER)),
    'EINVAL',
  );
}

export const progAttach = command({
  op: 'prog_attach',
  name: 'BPF_PROG_ATTACH',
  cites:
    'kernel/bpf/syscall.c bpf_prog_attach; kernel/bpf/cgroup.c cgroup_bpf_prog_attach; facts cgroup 3, 5.2, A01–A48',
  args: {
    prog: { shape: 'handle' },
    cgroup: { shape: 'target', kind: 'cgroup' },
    attachType: { shape: 'word', orInteger: true },
    flags: { shape: 'flags', optional: true },
    replace: { shape: 'handle', optional: true },
    relative: RELATIVE,
    expectedRevision: { shape: 'integer', optional: true },
    attr: ATTR,
  },
  registers: { program: ref('program'), cgroup: ref('cgroup'), replaced: ref('program') },
  steps: {
    'resolve program'(k: Kernel, { args, frame, actor }) {
      checkAttr(k, args.attr);
      if (k.has('attach-needs-net-admin')) k.check('CAP_NET_ADMIN', k.rules.netAdmin(k, actor), 'EPERM');
      checkAttachType(k, args.attachType);
      k.check('flags are known', only(args.flags, knownFlags(k)), 'EINVAL');
      // What an older kernel does not know are non-zero bytes after its last field.
      if (args.replace !== null) k.check('replace_bpf_fd is known', k.has('replace'), 'EINVAL');
      if (args.expectedRevision !== 0 || args.relative !== null)
        k.check('relative_fd and expected_revision are known', k.has('mprog'), 'EINVAL');
      const program = resolveProgram(k, actor, args.prog);
      checkProgramFits(k, actor, program, args.attachType, 'EINVAL');
      getProgram(k, program, `PROG_ATTACH of ${actor.name}`);
      frame.program = program;
    },
    'resolve cgroup'(k: Kernel, { args, frame, actor }) {
      const cgroup = resolveCgroup(k, actor, args.cgroup);
      getCss(k, cgroup, `PROG_ATTACH of ${actor.name}`);
      frame.cgroup = cgroup;
    },
    'resolve replaced program'(k: Kernel, { args, frame, actor }) {
      if (!has(args.flags, FLAG.BPF_F_ALLOW_MULTI) || !has(args.flags, FLAG.BPF_F_REPLACE)) return;
      const replaced = resolveProgram(k, actor, args.replace, 'replaced program');
      k.check('replaced program has the same type', replaced.template.type === frame.program?.template.type, 'EINVAL');
      getProgram(k, replaced, `PROG_ATTACH of ${actor.name}`);
      frame.replaced = replaced;
    },
    'attach [cgroup_mutex]'(k: Kernel, { args, frame, actor }) {
      const { program, cgroup } = frame;
      if (program === null || cgroup === null) return;
      k.tell({ type: 'lock', name: 'cgroup_mutex' });
      checkCombination(k, args.flags);
      k.rules.attachEntry(k, {
        slot: slotOf(k, cgroup, String(args.attachType)),
        entry: program,
        flags: args.flags,
        mode: modeOf(args.flags),
        expectedRevision: args.expectedRevision,
        replace: frame.replaced,
        anchor: () =>
          anchorOf(k, actor, slotOf(k, cgroup, String(args.attachType)), 'program', args.flags, args.relative),
      });
      // The reference that the call took is the entry's now.
      frame.program = null;
    },
  },
  cleanup(k: Kernel, { frame, actor }) {
    const why = `PROG_ATTACH of ${actor.name}`;
    if (frame.program !== null) putProgram(k, frame.program, why);
    if (frame.replaced !== null) putProgram(k, frame.replaced, why);
    if (frame.cgroup !== null) putCss(k, frame.cgroup, why);
  },
});
