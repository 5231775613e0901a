/** BPF_PROG_DETACH for cgroups. */
import { ref } from '../../src/modelling/index.ts';
import { command, type Kernel, type Program } from '../kernel.ts';
import { RELATIVE } from '../rules/anchor.ts';
import { revisionOf } from '../rules/attach.ts';
import { ATTR, checkAttr } from '../rules/attr.ts';
import { CGROUP_ATTACH_TYPES, checkAttachType } from '../rules/programs.ts';
import { getCss, getProgram, putCss, putProgram } from '../rules/references.ts';
import { descriptor, resolveCgroup } from '../rules/resolve.ts';
import { slotOf } from './prog-attach.ts';

export const progDetach = command({
  op: 'prog_detach',
  name: 'BPF_PROG_DETACH',
  cites:
    'kernel/bpf/syscall.c bpf_prog_detach; kernel/bpf/cgroup.c cgroup_bpf_prog_detach; facts cgroup 3, 5.3, F01–F22',
  args: {
    prog: { shape: 'handle', optional: true },
    cgroup: { shape: 'target', kind: 'cgroup' },
    attachType: { shape: 'word', orInteger: true },
    flags: { shape: 'flags', optional: true },
    relative: RELATIVE,
    expectedRevision: { shape: 'integer', optional: true },
    attr: ATTR,
  },
  registers: { program: ref('program'), cgroup: ref('cgroup') },
  steps: {
    'resolve cgroup'(k: Kernel, { args, frame, actor }) {
      checkAttr(k, args.attr);
      k.check('may detach', k.rules.mayDetach(k, actor), 'EPERM');
      k.check('no flags', args.flags === 0 && args.relative === null, 'EINVAL');
      if (args.expectedRevision !== 0) k.check('expected_revision is known', k.has('mprog'), 'EINVAL');
      checkAttachType(k, args.attachType);
      const cgroup = resolveCgroup(k, actor, args.cgroup);
      getCss(k, cgroup, `PROG_DETACH of ${actor.name}`);
      frame.cgroup = cgroup;
    },
    'resolve program'(k: Kernel, { args, frame, actor }) {
      // Any failure just means that no program is named (facts F04, F05, F07).
      const target = args.prog === null ? null : (descriptor(actor, args.prog)?.target ?? null);
      if (target?.kind !== 'program' || target.template.type !== CGROUP_ATTACH_TYPES[String(args.attachType)]) return;
      getProgram(k, target, `PROG_DETACH of ${actor.name}`);
      frame.program = target;
    },
    'detach [cgroup_mutex]'(k: Kernel, { args, frame }) {
      if (frame.cgroup === null) return;
      k.tell({ type: 'lock', name: 'cgroup_mutex' });
      const slot = slotOf(k, frame.cgroup, String(args.attachType));
      if (args.expectedRevision !== 0)
        k.check('expected revision', args.expectedRevision === revisionOf(slot), 'ESTALE');
      const found = findDetached(k, slot, frame.program);
      k.rules.removeEntry(k, slot, found);
      putProgram(k, found, 'detached entry');
    },
  },
  cleanup(k: Kernel, { frame, actor }) {
    const why = `PROG_DETACH of ${actor.name}`;
    if (frame.program !== null) putProgram(k, frame.program, why);
    if (frame.cgroup !== null) putCss(k, frame.cgroup, why);
  },
});

/** The entry that goes: in NONE and OVERRIDE the only one, whatever program was named (facts F03–F05). */
function findDetached(k: Kernel, slot: ReturnType<typeof slotOf>, program: Program | null): Program {
  if (slot.mode !== 'MULTI') {
    k.check('something is attached', slot.entries.length > 0, 'ENOENT');
    const only = slot.entries.at(0);
    return only.kind === 'program' ? only : k.broken('mode', `slot ${slot.name} holds a link in mode ${slot.mode}`);
  }
  if (program === null) return k.fail('a program is named', 'EINVAL');
  k.check('program is attached', slot.entries.indexOf(program) >= 0, 'ENOENT');
  return program;
}
