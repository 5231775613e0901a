/** BPF_LINK_CREATE for cgroups: prime, attach, settle. */
import { ref } from '../../src/modelling/index.ts';
import { command, type Kernel } from '../kernel.ts';
import { anchorOf, RELATIVE } from '../rules/anchor.ts';
import { attachLink } from '../rules/attach.ts';
import { ATTR, checkAttr } from '../rules/attr.ts';
import { FLAG, only } from '../rules/flags.ts';
import { checkProgramFits } from '../rules/programs.ts';
import { getCss, getProgram, openFile, putCss, putProgram } from '../rules/references.ts';
import { checkRoom, install, resolveCgroup, resolveProgram } from '../rules/resolve.ts';
import { mprogFlags, slotOf } from './prog-attach.ts';

export const linkCreate = command({
  op: 'link_create',
  name: 'BPF_LINK_CREATE',
  cites:
    'kernel/bpf/syscall.c link_create; kernel/bpf/cgroup.c cgroup_bpf_link_attach; facts cgroup 3, 5.5, H01–H29; link-core 3.1',
  args: {
    prog: { shape: 'handle' },
    cgroup: { shape: 'target', kind: 'cgroup' },
    attachType: { shape: 'word', orInteger: true },
    flags: { shape: 'flags', optional: true },
    relative: RELATIVE,
    expectedRevision: { shape: 'integer', optional: true },
    cookie: { shape: 'json', optional: true, says: 'bytes that a cgroup link does not use' },
    addrs: { shape: 'json', optional: true, says: 'bytes that a cgroup link does not use' },
    attr: ATTR,
  },
  registers: { program: ref('program'), cgroup: ref('cgroup') },
  makes: ['link', 'file'],
  names: 'link',
  yieldsHandle: true,
  steps: {
    'resolve program'(k: Kernel, { args, frame, actor }) {
      k.check('command is known', k.has('cgroup-link'), 'EINVAL');
      checkAttr(k, args.attr);
      const program = resolveProgram(k, actor, args.prog);
      checkProgramFits(k, actor, program, args.attachType, 'EPERM');
      const preorder = k.has('preorder') ? FLAG.BPF_F_PREORDER : 0;
      k.check('flags are known', only(args.flags, preorder | mprogFlags(k)), 'EINVAL');
      if (args.expectedRevision !== 0 || args.relative !== null)
        k.check('relative_fd and expected_revision are known', k.has('mprog'), 'EINVAL');
      getProgram(k, program, `LINK_CREATE of ${actor.name}`);
      frame.program = program;
    },
    'resolve cgroup'(k: Kernel, { args, frame, actor }) {
      const cgroup = resolveCgroup(k, actor, args.cgroup);
      getCss(k, cgroup, `LINK_CREATE of ${actor.name}`);
      frame.cgroup = cgroup;
    },
    prime(k: Kernel, { made, actor }) {
      k.allocates('the link');
      checkRoom(k, actor);
      made.link.fire('PRIME');
      made.link.refs = 1;
    },
    'attach [cgroup_mutex]'(k: Kernel, { args, frame, made, actor }) {
      const { program, cgroup } = frame;
      if (program === null || cgroup === null) return;
      k.tell({ type: 'lock', name: 'cgroup_mutex' });
      const slot = slotOf(k, cgroup, String(args.attachType));
      made.link.prog = program;
      attachLink(k, made.link, {
        slot,
        entry: made.link,
        flags: args.flags,
        mode: 'MULTI',
        expectedRevision: args.expectedRevision,
        replace: null,
        anchor: () => anchorOf(k, actor, slot, 'link', args.flags, args.relative),
      });
      // The program reference that the call took is the link's now.
      frame.program = null;
    },
    'settle: publish the id'(_k: Kernel, { made }) {
      made.link.settled = true;
    },
    'settle: install the descriptor'(k: Kernel, { made, actor, as }) {
      openFile(made.file, 'link', made.link);
      made.file.refs = 1;
      k.tell({
        type: 'get',
        object: `link ${made.link.name}`,
        refs: made.link.refs,
        why: `descriptor of ${actor.name}`,
      });
      install(k, actor, made.file, as);
    },
  },
  /** bpf_link_cleanup: a link that was primed goes without a release; its id flashed by (facts link-core 3.1). */
  cleanup(k: Kernel, { frame, made, actor }, failed) {
    const why = `LINK_CREATE of ${actor.name}`;
    if (failed && made.link.phase === 'PRIMED') {
      made.link.prog = null;
      made.link.refs = 0;
      made.link.fire('CLEANUP');
    }
    if (frame.program !== null) putProgram(k, frame.program, why);
    if (frame.cgroup !== null) putCss(k, frame.cgroup, why);
  },
});
