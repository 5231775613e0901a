/** The state before the first step, and what the engine asks of processes. */
import type { Declarations } from '../src/modelling/index.ts';
import { bringOnline } from './commands/cgroups.ts';
import { type Declared, FIRST_NETNS } from './declared.ts';
import type { Kernel, Process } from './kernel.ts';
import { DEFAULT_MOUNT } from './populate-bpffs.ts';
import { isFreed } from './rules/dealloc.ts';
import { modeIndex } from './rules/pins.ts';

/** Actors that a fork or clone step makes; all others run from the start. */
function forked(declarations: Declarations): Set<string> {
  const makers = declarations.uses.filter(({ command }) => command.asArgument === 'child');
  return new Set(makers.flatMap(({ as }) => as ?? []));
}

export function start(k: Kernel, declarations: Declarations): void {
  const later = forked(declarations);
  for (const process of k.all.process) {
    if (later.has(process.name)) continue;
    process.fire('FORK');
    process.table = process.ownTable;
    if (process.ownTable !== null) process.ownTable.users = 1;
  }
  const absent = new Set(
    ((declarations.objects as Declared).cgroups ?? []).filter(({ exists }) => exists === false).map(({ name }) => name),
  );
  const made = new Set<string>();
  // Parents before children, whatever the order of declaration.
  for (let rounds = k.all.cgroup.length; rounds > 0; rounds--)
    for (const cgroup of k.all.cgroup) {
      if (made.has(cgroup.name) || absent.has(cgroup.name) || (cgroup.parent !== null && !made.has(cgroup.parent.name)))
        continue;
      made.add(cgroup.name);
      bringOnline(k, cgroup);
    }
  startNet(k, declarations);
  for (const instance of k.all.instance) if (instance.root !== null) makeRoot(k, instance, instance.root);
  for (const mount of k.all.mount) {
    const mountedLater = declarations.uses.some(
      ({ command, args }) => command.op === 'mount_bpffs' && args['mount'] === mount.name,
    );
    if (mountedLater || (mount.name !== DEFAULT_MOUNT && mount.instance === null)) continue;
    mount.fire('MOUNT');
    if (mount.instance === null) continue;
    mount.instance.mounts += 1;
    mount.instance.alive = true;
  }
}

/** Namespaces and devices are there unless a step makes them. */
function startNet(k: Kernel, { objects }: Declarations): void {
  const { netdevs = [], netns = [] } = objects as Declared;
  for (const namespace of k.all.netns) {
    if (netns.some(({ name, exists }) => name === namespace.name && exists === false)) continue;
    namespace.fire('UNSHARE');
    if (namespace.name === FIRST_NETNS) continue;
    namespace.named = true;
    namespace.refs = 1;
  }
  for (const device of netdevs) {
    const view = k.all.netdev.find(({ name }) => name === device.name);
    if (view === undefined || device.exists === false) continue;
    view.fire('REGISTER');
    view.netns = k.all.netns.find(({ name }) => name === (device.netns ?? FIRST_NETNS)) ?? null;
  }
}

function makeRoot(k: Kernel, instance: Kernel['all']['instance'][number], root: Kernel['all']['inode'][number]): void {
  root.type = 'dir';
  root.nlink = 1;
  root.mode = modeIndex(k, '1777');
  root.instance = instance;
}

/** A process takes steps of its script while it runs and no SIGKILL is pending. */
export const ready = (_k: Kernel, process: Process): boolean => process.phase === 'RUNNING' && !process.killed;
/** SIGKILL takes effect before the next command: the process exits. */
export const interrupt = (_k: Kernel, process: Process): string | null =>
  process.killed && process.phase === 'RUNNING' ? 'exit' : null;
export const over = (_k: Kernel, process: Process): boolean =>
  process.phase === 'ZOMBIE' || process.phase === 'REAPED' || process.phase === 'ABSENT';

/** Links whose last file reference the process dropped are freed before it returns to user mode, last one first. */
export const tail = {
  pending: (_k: Kernel, process: Process): boolean => process.releasing.length > 0,
  run(k: Kernel, process: Process): void {
    const link = process.releasing.at(process.releasing.length - 1);
    k.rules.freeLinkStep(k, link);
    if (isFreed(link)) process.releasing.remove(link);
  },
};
