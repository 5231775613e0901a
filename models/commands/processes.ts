/** Processes: fork, exec, exit, kill, wait, and where they run. */
import { command, type Kernel, type Process } from '../kernel.ts';
import { isFreed } from '../rules/dealloc.ts';
import { enterNetns } from '../rules/netdev.ts';
import { instanceMayGo } from '../rules/pins.ts';
import { CAPABILITIES } from '../rules/privileges.ts';
import { getFile, putFile } from '../rules/references.ts';
import { takeOut } from '../rules/resolve.ts';
import { keepsOnExec } from './descriptors.ts';

function start(k: Kernel, child: Process, parent: Process): void {
  child.fire('FORK');
  child.cgroup = parent.cgroup;
  if (parent.netns !== null) enterNetns(k, child, parent.netns);
  child.unprivileged = parent.unprivileged;
  child.userns = parent.userns;
  child.capBpf = parent.capBpf;
  child.capNetAdmin = parent.capNetAdmin;
  child.capPerfmon = parent.capPerfmon;
  child.capSysAdmin = parent.capSysAdmin;
}

/** The child that a step names. */
function childOf(k: Kernel, index: number | null): Process {
  const child = index === null ? undefined : k.all.process[index];
  return child === undefined || child.phase !== 'ABSENT' ? k.fail('a new process', 'EAGAIN') : child;
}

export const fork = command({
  op: 'fork',
  name: 'fork(2)',
  cites: 'kernel/fork.c copy_files, fs/file.c dup_fd; facts link-core 9.1, cgroup M03',
  args: { child: { shape: 'actor', optional: true } },
  asArgument: 'child',
  steps: {
    fork(k: Kernel, { args, actor }) {
      const child = childOf(k, args.child);
      start(k, child, actor);
      const table = child.ownTable;
      if (table === null || actor.table === null) return;
      child.table = table;
      table.users = 1;
      for (let n = 0; n < table.fds.length; n++) {
        const file = actor.table.fds.at(n);
        if (file === null) continue;
        getFile(k, file, `descriptor of ${child.name}`);
        table.fds.put(n, file);
        if (table.cloexec.length > 0) table.cloexec.put(n, actor.table.cloexec.at(n));
      }
      for (let h = 0; h < table.names.length; h++) table.names.put(h, actor.table.names.at(h));
    },
  },
});

export const cloneFiles = command({
  op: 'clone_files',
  name: 'clone(CLONE_FILES)',
  cites: 'kernel/fork.c copy_files; facts link-core 9.1, cgroup M53, M54',
  args: { child: { shape: 'actor', optional: true } },
  asArgument: 'child',
  steps: {
    clone(k: Kernel, { args, actor }) {
      const child = childOf(k, args.child);
      start(k, child, actor);
      child.table = actor.table;
      if (actor.table !== null) actor.table.users += 1;
    },
  },
});

/** Highest descriptor number that satisfies the condition, or -1: releases run last queued first (facts link-core 9.2). */
function highest(process: Process, wanted: (number: number) => boolean): number {
  const { table } = process;
  if (table === null) return -1;
  for (let n = table.fds.length - 1; n >= 0; n--) if (table.fds.at(n) !== null && wanted(n)) return n;
  return -1;
}

/** Closes one descriptor and frees what its file was the last to hold; one step of exit, exec or close_range. */
function closeOne(k: Kernel, process: Process, wanted: (number: number) => boolean): boolean {
  const link = process.releasing.length > 0 ? process.releasing.at(process.releasing.length - 1) : null;
  if (link !== null) {
    k.rules.freeLinkStep(k, link);
    if (isFreed(link)) process.releasing.remove(link);
    return true;
  }
  const number = highest(process, wanted);
  if (number < 0) return false;
  const file = takeOut(process, number);
  if (file !== null) putFile(k, file, `descriptor of ${process.name}`, process);
  return true;
}

const all = (): boolean => true;

export const exit = command({
  op: 'exit',
  name: 'exit(2)',
  cites: 'kernel/exit.c do_exit, exit_files; fs/file.c close_files; facts link-core 9.2, pr-001–012, cgroup M04–M07',
  args: {},
  steps: {
    'close descriptors, highest first'(k: Kernel, { actor }) {
      if (actor.phase === 'RUNNING') actor.fire('EXIT');
      // A table that others share stays as it is.
      const last = actor.table === null || actor.table.users === 1;
      return last && closeOne(k, actor, all) ? 'again' : undefined;
    },
    'become a zombie'(k: Kernel, { actor }) {
      if (actor.table !== null) {
        actor.table.users -= 1;
        actor.table = null;
      }
      actor.killed = false;
      if (actor.netns !== null) enterNetns(k, actor, null);
      actor.fire('EXITED');
      for (const mount of k.all.mount) if (mount.isPrivate && mount.owner === actor) leaveMount(k, mount);
    },
  },
});

/** A mount namespace goes with its last process, and its bpffs with it (facts link-core pin-176). */
function leaveMount(k: Kernel, mount: Kernel['all']['mount'][number]): void {
  if (mount.phase !== 'MOUNTED') return;
  mount.fire('UMOUNT');
  mount.owner = null;
  mount.isPrivate = false;
  if (mount.instance === null) return;
  mount.instance.mounts -= 1;
  instanceMayGo(k, mount.instance, null);
}

export const closeRange = command({
  op: 'close_range',
  name: 'close_range(2)',
  cites: 'fs/file.c close_range; facts link-core 9.1, pr-011',
  args: {},
  steps: {
    close(k: Kernel, { actor }) {
      return closeOne(k, actor, all) ? 'again' : undefined;
    },
  },
});

export const execve = command({
  op: 'execve',
  name: 'execve(2)',
  cites: 'fs/exec.c begin_new_exec, fs/file.c do_close_on_exec; facts link-core 9.1, pr-012, pr-018, cgroup M08–M10',
  args: {},
  steps: {
    'close on exec'(k: Kernel, { actor }) {
      return closeOne(k, actor, (number) => !keepsOnExec(actor, number)) ? 'again' : undefined;
    },
  },
});

export const kill = command({
  op: 'kill',
  name: 'kill(2) SIGKILL',
  cites: 'kernel/signal.c check_kill_permission, complete_signal; facts link-core 9.2, pr-002, pr-003, cgroup M06, M07',
  args: { target: { shape: 'actor' } },
  steps: {
    signal(k: Kernel, { args, actor }) {
      const victim = k.all.process[args.target];
      if (victim === undefined || victim.phase === 'ABSENT' || victim.phase === 'REAPED')
        return k.fail('process exists', 'ESRCH');
      k.check('process is one of the same user', !actor.unprivileged || victim.unprivileged, 'EPERM');
      if (victim.phase === 'RUNNING') victim.killed = true;
    },
  },
});

export const wait = command({
  op: 'wait',
  name: 'waitpid(2)',
  cites: 'kernel/exit.c wait_task_zombie; facts link-core 9.2, pr-001–007',
  args: { target: { shape: 'actor' } },
  steps: {
    wait(k: Kernel, { args }) {
      const child = k.all.process[args.target];
      k.when(child !== undefined && child.phase !== 'RUNNING' && child.phase !== 'EXITING');
      if (child.phase !== 'ZOMBIE') return k.fail('child is there', 'ECHILD');
      child.fire('REAP');
      child.cgroup = null;
    },
  },
});

export const setCaps = command({
  op: 'set_caps',
  name: 'capset(2)',
  cites: 'kernel/capability.c; facts cgroup 12',
  args: {
    caps: { shape: 'list', of: { shape: 'word', words: CAPABILITIES } },
    userns: { shape: 'boolean', optional: true },
  },
  steps: {
    set(_k: Kernel, { args, actor }) {
      actor.unprivileged = true;
      actor.userns = args.userns;
      actor.capBpf = args.caps.includes('CAP_BPF');
      actor.capNetAdmin = args.caps.includes('CAP_NET_ADMIN');
      actor.capPerfmon = args.caps.includes('CAP_PERFMON');
      actor.capSysAdmin = args.caps.includes('CAP_SYS_ADMIN');
    },
  },
});

/** Whether the cgroup that a process joins is there; `outside` is one that no trace removes. */
const isAlive = (k: Kernel, name: string): boolean =>
  name === 'outside' || k.all.cgroup.some((cgroup) => cgroup.name === name && cgroup.phase === 'ONLINE');

/** Two system calls: a file that was opened in time says ENODEV when its cgroup is removed before the write. */
export const join = command({
  op: 'join',
  name: 'write to cgroup.procs',
  cites:
    'kernel/cgroup/cgroup.c __cgroup_procs_write, cgroup_kn_lock_live, cgroup_attach_task; facts cgroup L02, P20; docs/observations.md obs-001',
  args: { cgroup: { shape: 'word' } },
  steps: {
    open(k: Kernel, { args }) {
      k.check('directory exists', isAlive(k, args.cgroup), 'ENOENT');
    },
    'write [cgroup_mutex]'(k: Kernel, { args, actor }) {
      k.check('cgroup is alive', isAlive(k, args.cgroup), 'ENODEV');
      actor.cgroup = k.all.cgroup.find(({ name }) => name === args.cgroup) ?? null;
    },
  },
});

export const sleep = command({
  op: 'sleep',
  name: 'time passes',
  cites: 'kernel/workqueue.c process_one_work; facts cgroup K24, link-core 3.2: what was deferred has run',
  args: { ms: { shape: 'integer', optional: true } },
  steps: { pass() {} },
});
