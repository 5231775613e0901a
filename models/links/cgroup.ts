/** Links of cgroups. Kernel: kernel/bpf/cgroup.c cgroup_bpf_link_attach, bpf_cgroup_link_lops. Facts cgroup 3, 5.5 to 5.7. */
import type { Kernel, Link, Program } from '../kernel.ts';
import { anchorOf } from '../rules/anchor.ts';
import { attachLink } from '../rules/attach.ts';
import { FLAG, mprogFlags, only } from '../rules/flags.ts';
import { CGROUP_ATTACH_TYPES, checkProgramFits } from '../rules/programs.ts';
import { getCss, getProgram, putProgram } from '../rules/references.ts';
import { resolveCgroup } from '../rules/resolve.ts';
import { slotOf } from '../rules/slots.ts';
import type { LinkCreate, LinkType, LinkUpdate } from './link-type.ts';

function check(k: Kernel, { args, actor }: LinkCreate, program: Program): void {
  checkProgramFits(k, actor, program, args.attachType, 'EPERM');
  const preorder = k.has('preorder') ? FLAG.BPF_F_PREORDER : 0;
  k.check('flags are known', only(args.flags, preorder | mprogFlags(k)), 'EINVAL');
}

function resolve(k: Kernel, { args, frame, actor }: LinkCreate): void {
  const cgroup = resolveCgroup(k, actor, args.cgroup);
  getCss(k, cgroup, `LINK_CREATE of ${actor.name}`);
  frame.target = cgroup;
}

function attach(k: Kernel, { args, frame, made, actor }: LinkCreate): void {
  const { program, target } = frame;
  if (program === null || target?.kind !== 'cgroup') return;
  const slot = slotOf(k, target, String(args.attachType));
  made.link.prog = program;
  attachLink(k, made.link, {
    slot,
    entry: made.link,
    flags: args.flags,
    mode: 'MULTI',
    // A kernel whose cgroups do not know them never reads them.
    expectedRevision: k.has('mprog') ? args.expectedRevision : 0,
    replace: null,
    anchor: () => (k.has('mprog') ? anchorOf(k, actor, slot, 'link', args.flags, args.relative) : null),
  });
}

/** cgroup_bpf_replace (facts cgroup 5.6, I01–I25, J07–J11). */
function update(k: Kernel, { link, next, old }: LinkUpdate): void {
  const { slot, prog } = link;
  const defunct = k.has('defunct-enolink') ? 'ENOLINK' : 'EINVAL';
  if (slot === null || prog === null) k.fail('link is attached', defunct);
  if (old !== null) k.check('old program is the current one', old === prog, 'EPERM');
  k.check('program type is the same', next.template.type === prog.template.type, 'EINVAL');
  if (link.attachType === 'lsm_cgroup')
    k.check('program is for the same hook', next.template.attach?.lsm === prog.template.attach?.lsm, 'ENOENT');
  if (k.has('storage-check'))
    k.check('same storage map', next.template.cgroupStorage === prog.template.cgroupStorage, 'EINVAL');
  k.rules.countChange(k, slot);
  getProgram(k, next, `link ${link.name}`);
  link.prog = next;
  k.rules.replaceEffective(k, slot, link, next);
  putProgram(k, prog, `link ${link.name}`);
}

export const cgroupLink: LinkType = {
  name: 'cgroup',
  lock: 'cgroup_mutex',
  attachTypes: CGROUP_ATTACH_TYPES,
  create: {
    check,
    resolve,
    attach,
    primesFirst: true,
    settlesUnderLock: false,
  },
  update,
  detach: (k: Kernel, link: Link) => k.rules.detachLink(k, link),
  release: (k: Kernel, link: Link) => k.rules.detachLink(k, link),
  info: (link) => ({ cgroup: link.slot?.cgroup?.name ?? null }),
};
