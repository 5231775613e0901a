/**
 * Builders and shared set-ups for rows about processes, the death of cgroups, privileges and storage; what `steps.ts` has
 * is used from there.
 */
import type { OracleRow, RowObjects, RowStep } from './row.ts';
import {
  type Call,
  call,
  EGRESS,
  fork,
  kill,
  openCgroup,
  type ProgOptions,
  type StepList,
  type Target,
  type WorldOptions,
  wait,
  world,
} from './steps.ts';

/** A prefix that rows share, as one list. */
export const steps = (...parts: StepList): readonly RowStep[] => {
  const none: readonly RowStep[] = [];
  return none.concat(...parts);
};

/** The cgroup directory that P0 keeps open (and its children inherit), so that commands still reach a removed cgroup. */
export const DIR: Target = { handle: 'dir' };
export const openDirectory = (): RowStep => openCgroup('c', 'dir');
/** The actor opens the directory itself: what an unprivileged process needs no help for. */
export const openOwnDirectory = (actor: string): RowStep => call('open_cgroup', { cgroup: 'c' }, actor, 'own').ok();

/** Directory of cgroup `path`, which was removed, is made again: a new cgroup, which the trace calls `cgroup`. */
export const mkdirAgain = (cgroup: string, path: string): Call => call('mkdir', { cgroup, path });
export const pinMkdir = (path: string): Call => call('pin_mkdir', { path });

export const forkChild = (): RowStep => fork('P1').ok();
/** When waitpid has returned, every descriptor of the victim is closed. */
export const killAndReap = (target: string): readonly RowStep[] => [kill(target).ok(), wait(target).ok()];
export const exitAndReap = (target: string): readonly RowStep[] => [call('exit', {}, target).ok(), wait(target).ok()];

/** An event that `actor` itself makes, for hooks that look at the cgroup in which the task is at that moment. */
export const fireTask = (hook: string, actor: string): Call => call('fire', { hook, actor }, '-');

export const mapCreate = (map: string): Call => call('map_create', { map }).as(map);
export const storageLookup = (map: string, attachType: string, cgroup = 'c'): Call =>
  call('map_lookup', { map, key: { cgroup, attachType } });

/** Programs A to E made for egress, where `send` and `fire` can show what runs. */
export function egressWorld(options: WorldOptions = {}): RowObjects {
  const egress: ProgOptions = { expectedAttachType: EGRESS };
  const all = Object.fromEntries(
    ['A', 'B', 'C', 'D', 'E'].map((name) => [name, { ...egress, ...options.progs?.[name] }]),
  );
  return world({ ...options, progs: { ...options.progs, ...all } });
}

/** A world with cgroup storage maps, which exist per cgroup and attach type. */
export function storageWorld(progs: Readonly<Record<string, ProgOptions>>, ...maps: readonly string[]): RowObjects {
  const declared = maps.map((name) => ({ name, type: 'cgroup_storage', key: 'cgroup+attachType', valueSize: 8 }));
  return { ...world({ progs }), maps: declared };
}

type Verdicts = Readonly<Record<string, 'holds' | 'violated'>>;
/** A row about interleavings: only exploration can state it, one schedule would state less than what was observed. */
export const scenario = (id: string, file: string, verdicts: Verdicts): OracleRow => ({
  id,
  shownBy: `scenarios/cgroup/${file}.yaml`,
  verdicts,
});
