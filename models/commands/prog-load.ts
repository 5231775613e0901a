/** BPF_PROG_LOAD and the descriptors that ids give. */

import type { Kernel } from '../kernel.ts';
import { command } from '../kernel.ts';
import { ATTR, checkAttr } from '../rules/attr.ts';
import { checkDevice, checkMaps, holdMaps, targetOfLoad } from '../rules/load.ts';
import { checkMayLoad } from '../rules/programs.ts';
import { checkRoom, newDescriptor } from '../rules/resolve.ts';

export const progLoad = command({
  op: 'prog_load',
  name: 'BPF_PROG_LOAD',
  cites: 'kernel/bpf/syscall.c bpf_prog_load; facts link-core 4.1, cgroup N01, N26–N28, net misc-020',
  args: {
    prog: { shape: 'word', says: 'template under objects.progs' },
    targetProg: { shape: 'handle', optional: true },
    targetFunc: { shape: 'word', optional: true },
    netdev: { shape: 'object', kind: 'netdev', optional: true, says: 'prog_ifindex' },
    attr: ATTR,
  },
  makes: ['program', 'file'],
  names: 'program',
  yieldsHandle: true,
  steps: {
    load(k: Kernel, { args, made, actor, as }) {
      checkAttr(k, actor, args.attr);
      if (made.program.template.frags) k.check('flag is known', k.has('xdp-frags'), 'EINVAL');
      checkMayLoad(k, actor, made.program.template.type);
      if (made.program.template.setRetval !== null) k.check('bpf_set_retval is known', k.has('set-retval'), 'EINVAL');
      const target = targetOfLoad(k, made.program, actor, args.targetProg, args.targetFunc);
      checkDevice(k, actor, made.program, args.netdev);
      checkMaps(k, actor, made.program);
      k.allocates('the program');
      checkRoom(k, actor);
      made.program.fire('LOAD');
      k.rules.holdTarget(k, made.program, target);
      holdMaps(k, made.program);
      newDescriptor(k, actor, made.file, made.program, as);
    },
  },
});

/** Another field than the id: open_flags or next_id. */
const BY_ID = {
  id: { shape: 'integer', optional: true },
  rawOpenFlags: { shape: 'json', optional: true },
  attr: ATTR,
} as const;

function checkById(
  k: Kernel,
  args: { readonly attr: unknown; readonly rawOpenFlags: unknown },
  actor: Parameters<typeof checkRoom>[1],
): void {
  checkAttr(k, actor, args.attr);
  k.check('no other field', args.rawOpenFlags === null, 'EINVAL');
  k.check('CAP_SYS_ADMIN', k.rules.mayOpenById(k, actor), 'EPERM');
}

export const progGetFdById = command({
  op: 'prog_get_fd_by_id',
  name: 'BPF_PROG_GET_FD_BY_ID',
  cites: 'kernel/bpf/syscall.c bpf_prog_get_fd_by_id; facts link-core 4.5',
  args: { progId: { shape: 'object', kind: 'program', optional: true }, ...BY_ID },
  makes: ['file'],
  yieldsHandle: true,
  steps: {
    get(k: Kernel, { args, made, actor, as }) {
      checkById(k, args, actor);
      const program = args.progId;
      if (program?.phase !== 'LOADED') return k.fail('program exists', 'ENOENT');
      checkRoom(k, actor);
      k.returns({ sameAs: program.name });
      newDescriptor(k, actor, made.file, program, as);
      return 'done';
    },
  },
});

export const linkGetFdById = command({
  op: 'link_get_fd_by_id',
  name: 'BPF_LINK_GET_FD_BY_ID',
  cites: 'kernel/bpf/syscall.c bpf_link_get_fd_by_id; facts link-core 4.5, cgroup H18–H22, N18–N20',
  args: { linkId: { shape: 'object', kind: 'link', optional: true }, ...BY_ID },
  makes: ['file'],
  yieldsHandle: true,
  steps: {
    get(k: Kernel, { args, made, actor, as }) {
      k.check('command is known', k.has('link-ids'), 'EINVAL');
      checkById(k, args, actor);
      const link = args.linkId;
      if (
        link === null ||
        link.phase === 'ABSENT' ||
        link.phase === 'UNLISTED' ||
        link.phase === 'RELEASED' ||
        link.phase === 'GONE'
      )
        return k.fail('link is listed', 'ENOENT');
      k.check('link is settled', link.settled, 'EAGAIN');
      k.check('link is referenced', link.refs > 0, 'ENOENT');
      checkRoom(k, actor);
      k.returns({ sameAs: link.name });
      newDescriptor(k, actor, made.file, link, as);
      return 'done';
    },
  },
});
