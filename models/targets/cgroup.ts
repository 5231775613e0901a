/** Programs attached to cgroups without a link. Kernel: kernel/bpf/cgroup.c cgroup_bpf_prog_attach, cgroup_bpf_prog_detach. Facts cgroup 3, 5.2, 5.3. */
import type { Kernel, Program, Slot } from '../kernel.ts';
import { anchorOf } from '../rules/anchor.ts';
import { modeOf, revisionOf } from '../rules/attach.ts';
import { FLAG, has, mprogFlags, only } from '../rules/flags.ts';
import { CGROUP_ATTACH_TYPES, checkProgramFits } from '../rules/programs.ts';
import { getCss, getProgram, putProgram } from '../rules/references.ts';
import { descriptor, resolveCgroup, resolveProgram } from '../rules/resolve.ts';
import { slotOf } from '../rules/slots.ts';
import { queryCgroup } from './cgroup-query.ts';
import type { ProgAttach, ProgDetach, TargetType } from './target-type.ts';

/** Flags that the kernel's PROG_ATTACH knows. */
function knownFlags(k: Kernel): number {
  const multi = k.has('multi') ? FLAG.BPF_F_ALLOW_MULTI : 0;
  const replace = k.has('replace') ? FLAG.BPF_F_REPLACE : 0;
  const preorder = k.has('preorder') ? FLAG.BPF_F_PREORDER : 0;
  return FLAG.BPF_F_ALLOW_OVERRIDE | multi | replace | preorder | mprogFlags(k);
}

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

const attach: TargetType['attach'] = {
  checkAttr(k: Kernel, { args }: ProgAttach) {
    k.check('flags are known', only(args.flags, knownFlags(k)), 'EINVAL');
    // What an older kernel does not know are non-zero bytes after its last field.
    if (args.replace !== null) k.check('replace_bpf_fd is known', k.has('replace'), 'EINVAL');
    if (args.expectedRevision !== 0 || args.relative !== null)
      k.check('relative_fd and expected_revision are known', k.has('mprog'), 'EINVAL');
  },
  checkProgram: (k, { args, actor }, program) => void checkProgramFits(k, actor, program, args.attachType, 'EINVAL'),
  resolve(k: Kernel, { args, frame, actor }: ProgAttach) {
    const cgroup = resolveCgroup(k, actor, args.cgroup);
    getCss(k, cgroup, `PROG_ATTACH of ${actor.name}`);
    frame.target = cgroup;
  },
  resolveReplaced(k: Kernel, { args, frame, actor }: ProgAttach) {
    if (!has(args.flags, FLAG.BPF_F_ALLOW_MULTI) || !has(args.flags, FLAG.BPF_F_REPLACE)) return;
    const replaced = resolveProgram(k, actor, args.replace, 'replaced program');
    k.check('replaced program has the same type', replaced.template.type === frame.program?.template.type, 'EINVAL');
    getProgram(k, replaced, `PROG_ATTACH of ${actor.name}`);
    frame.replaced = replaced;
  },
  attach(k: Kernel, { args, frame, actor }: ProgAttach) {
    const { program, target, replaced } = frame;
    if (program === null || target?.kind !== 'cgroup') return;
    checkCombination(k, args.flags);
    const slot = slotOf(k, target, String(args.attachType));
    k.rules.attachEntry(k, {
      slot,
      entry: program,
      flags: args.flags,
      mode: modeOf(args.flags),
      expectedRevision: args.expectedRevision,
      replace: replaced,
      anchor: () => anchorOf(k, actor, slot, 'program', args.flags, args.relative),
    });
  },
};

/** The entry that goes: in NONE and OVERRIDE the only one, whatever program was named (facts F03–F05). */
function findDetached(k: Kernel, slot: Slot, program: Program | null): Program {
  if (slot.mode !== 'MULTI') {
    k.check('something is attached', slot.entries.length > 0, 'ENOENT');
    const only = slot.entries.at(0);
    return only.kind === 'program' ? only : k.broken('mode', `slot ${slot.name} holds a link in mode ${slot.mode}`);
  }
  if (program === null) return k.fail('a program is named', 'EINVAL');
  k.check('program is attached', slot.entries.indexOf(program) >= 0, 'ENOENT');
  return program;
}

const detach: TargetType['detach'] = {
  checkAttr(k: Kernel, { args }: ProgDetach) {
    k.check('no flags', args.flags === 0 && args.relative === null, 'EINVAL');
    if (args.expectedRevision !== 0) k.check('expected_revision is known', k.has('mprog'), 'EINVAL');
  },
  resolve(k: Kernel, { args, frame, actor }: ProgDetach) {
    const cgroup = resolveCgroup(k, actor, args.cgroup);
    getCss(k, cgroup, `PROG_DETACH of ${actor.name}`);
    frame.target = cgroup;
  },
  resolveProgram(k: Kernel, { args, frame, actor }: ProgDetach) {
    // Any failure just means that no program is named (facts F04, F05, F07).
    const target = args.prog === null ? null : (descriptor(actor, args.prog)?.target ?? null);
    if (target?.kind !== 'program' || target.template.type !== CGROUP_ATTACH_TYPES[String(args.attachType)]) return;
    getProgram(k, target, `PROG_DETACH of ${actor.name}`);
    frame.program = target;
  },
  detach(k: Kernel, { args, frame }: ProgDetach) {
    if (frame.target?.kind !== 'cgroup') return;
    const slot = slotOf(k, frame.target, String(args.attachType));
    if (args.expectedRevision !== 0) k.check('expected revision', args.expectedRevision === revisionOf(slot), 'ESTALE');
    const found = findDetached(k, slot, frame.program);
    k.rules.removeEntry(k, slot, found);
    putProgram(k, found, 'detached entry');
  },
};

export const cgroupTarget: TargetType = {
  attachTypes: CGROUP_ATTACH_TYPES,
  lock: 'cgroup_mutex',
  attach,
  detach,
  query: queryCgroup,
};
