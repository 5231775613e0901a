/** Cgroups: mkdir, rmdir, directory descriptors, statistics, and the sockets that keep a dying one alive. */
import { type Cgroup, command, type Kernel, type Process } from '../kernel.ts';
import { ancestors, getBpf, getCss, openFile } from '../rules/references.ts';
import { checkRoom, descriptor, install } from '../rules/resolve.ts';

/** Takes part in the tree from now on; a new cgroup inherits the arrays of its ancestors (facts C40). */
export function bringOnline(k: Kernel, cgroup: Cgroup): void {
  cgroup.fire('MKDIR');
  if (k.has('descendants-hold-ancestors'))
    for (const ancestor of ancestors(cgroup)) getBpf(k, ancestor, `descendant ${cgroup.name}`);
  for (const slot of k.all.slot) {
    if (slot.cgroup !== cgroup) continue;
    slot.effective.clear();
    for (const program of k.rules.computeEffective(k, slot)) slot.effective.append(program);
  }
}

export const mkdir = command({
  op: 'mkdir',
  name: 'mkdir(2)',
  cites: 'kernel/cgroup/cgroup.c cgroup_mkdir; kernel/bpf/cgroup.c cgroup_bpf_inherit; facts cgroup 3, C40',
  args: { cgroup: { shape: 'object', kind: 'cgroup' }, path: { shape: 'word', optional: true } },
  steps: {
    'mkdir [cgroup_mutex]'(k: Kernel, { args: { cgroup } }) {
      const taken = k.all.cgroup.some((other) => other.path === cgroup.path && other.phase === 'ONLINE');
      k.check('name is free', cgroup.phase === 'ABSENT' && !taken, 'EEXIST');
      const { parent } = cgroup;
      // Who is whose child is fixed when the scenario is bound.
      if (parent !== null && parent.phase !== 'ONLINE')
        if (k.all.cgroup.some((other) => other.path === parent.path && other.phase === 'ONLINE'))
          k.exceeded(`a cgroup below ${parent.path}, which was made anew`);
      k.check('parent is alive', parent === null || parent.phase === 'ONLINE', 'ENOENT');
      k.allocates('BPF state of the cgroup');
      bringOnline(k, cgroup);
    },
  },
});

const inside = (process: Process, cgroup: Cgroup): boolean =>
  process.cgroup === cgroup && (process.phase === 'RUNNING' || process.phase === 'EXITING');

export const rmdir = command({
  op: 'rmdir',
  name: 'rmdir(2)',
  cites:
    'kernel/cgroup/cgroup.c cgroup_rmdir, cgroup_destroy_locked; kernel/bpf/cgroup.c cgroup_bpf_offline; facts cgroup 3, 4, K01–K28',
  args: { cgroup: { shape: 'object', kind: 'cgroup' }, expectBusy: { shape: 'boolean', optional: true } },
  steps: {
    'rmdir [cgroup_mutex]'(k: Kernel, { args: { cgroup } }) {
      k.check('directory exists', cgroup.phase === 'ONLINE', 'ENOENT');
      k.check('no process inside', !k.all.process.some((process) => inside(process, cgroup)), 'EBUSY');
      k.check(
        'no online child',
        !k.all.cgroup.some((child) => child.parent === cgroup && child.phase === 'ONLINE'),
        'EBUSY',
      );
      k.tell({ type: 'lock', name: 'cgroup_mutex' });
      cgroup.fire('RMDIR');
      if (cgroup.bpfRefs === 0) cgroup.fire('DRAIN');
    },
  },
});

export const openCgroup = command({
  op: 'open_cgroup',
  name: 'open(2)',
  cites: 'fs/kernfs/dir.c; facts cgroup 2, A11, K30',
  args: { cgroup: { shape: 'object', kind: 'cgroup' }, oPath: { shape: 'boolean', optional: true } },
  makes: ['file'],
  yieldsHandle: true,
  steps: {
    open(k: Kernel, { args: { cgroup }, made, actor, as }) {
      k.check('directory exists', cgroup.phase === 'ONLINE', 'ENOENT');
      checkRoom(k, actor);
      openFile(made.file, 'cgroup', cgroup).refs = 1;
      install(k, actor, made.file, as);
    },
  },
});

/** Phases of a cgroup that was removed and whose memory is still there. */
export const DYING = new Set(['DYING', 'DRAINED', 'RELEASED']);

export const cgroupStat = command({
  op: 'cgroup_stat',
  name: 'cgroup.stat',
  cites: 'kernel/cgroup/cgroup.c cgroup_stat_show; facts cgroup L10, K30',
  args: { cgroup: { shape: 'target', kind: 'cgroup' } },
  steps: {
    read(k: Kernel, { args, actor }) {
      const target = 'kind' in args.cgroup ? args.cgroup : (descriptor(actor, args.cgroup)?.target ?? null);
      if (target?.kind !== 'cgroup' || target.phase !== 'ONLINE') return k.fail('directory exists', 'ENOENT');
      const dying = k.all.cgroup.filter((cgroup) => DYING.has(cgroup.phase) && ancestors(cgroup).includes(target));
      k.returns({ nrDying: dying.length });
    },
  },
});

export const openSocket = command({
  op: 'open_socket',
  name: 'socket(2)',
  cites: 'kernel/cgroup/cgroup.c cgroup_sk_alloc; include/linux/bpf-cgroup.h cgroup_bpf_get; facts cgroup 2, L01–L14',
  args: { kind: { shape: 'json', optional: true } },
  makes: ['socket', 'file'],
  yieldsHandle: true,
  steps: {
    open(k: Kernel, { made: { socket, file }, actor, as }) {
      checkRoom(k, actor);
      socket.open = true;
      const { cgroup } = actor;
      if (cgroup !== null) {
        socket.cgroup = cgroup;
        getCss(k, cgroup, `socket ${socket.name}`);
        getBpf(k, cgroup, `socket ${socket.name}`);
      }
      openFile(file, 'udp', socket).refs = 1;
      install(k, actor, file, as);
    },
  },
});
