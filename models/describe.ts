/** A state in words: what runs where, and who holds what. For counterexamples and recorded states. */
import type { Description } from '../src/modelling/index.ts';
import type { Kernel, Process } from './kernel.ts';
import { revisionOf } from './rules/attach.ts';
import { listed, modeFlags } from './targets/cgroup-query.ts';
import { placeOf as place } from './words.ts';

/** Holders by object name; every count of a reference has one line per holder. */
function holdersOf(k: Kernel): Record<string, string[]> {
  const held: Record<string, string[]> = {};
  const add = (object: { readonly kind: string; readonly name: string } | null, holder: string): void => {
    if (object === null) return;
    const key = `${object.kind} ${object.name}`;
    held[key] = [...(held[key] ?? []), holder];
  };
  for (const file of k.all.file) {
    const { target } = file;
    if (target === null || !['program', 'link', 'map'].includes(target.kind)) continue;
    const owners = k.all.process
      .filter(({ table }) => table !== null && [...table.fds].includes(file))
      .map(({ name }) => name);
    const flying = k.all.socket
      .filter((socket) => [...socket.queue].includes(file))
      .map(({ name }) => `message to ${name}`);
    const rings = k.all.ring.filter(({ registered }) => registered === file).map(({ name }) => `ring ${name}`);
    const where = [...owners.map((owner) => `fd of ${owner}`), ...flying, ...rings];
    add(target, where.length === 0 ? 'a descriptor in use' : where.join(' and '));
  }
  for (const name of k.all.name)
    if (name.inode !== null && ['program', 'link', 'map'].includes(name.inode.target?.kind ?? ''))
      add(name.inode.target, `pin ${name.path}`);
  for (const link of k.all.link) {
    add(link.prog, `link ${link.name}`);
    add(link.slot?.hook?.program ?? null, `link ${link.name} as its target`);
    add(link.slot?.hook?.map ?? null, `link ${link.name}`);
  }
  for (const program of k.all.program)
    if (program.holdsTarget > 0) add(program.target?.program ?? null, `${program.name}, loaded for it`);
  for (const map of k.all.map) for (let i = 0; i < map.entries.length; i++) add(map.entries.at(i), `${map.name}[${i}]`);
  for (const slot of k.all.slot)
    for (const entry of slot.entries) if (entry.kind === 'program') add(entry, `${place(slot)}`);
  return held;
}

export function describe(k: Kernel): Description {
  const places: Record<string, string> = {};
  for (const slot of k.all.slot) {
    const runs = [...slot.effective].map(({ name }) => name).join(' ');
    // A qdisc that replaced another has filters of its own at the same place.
    if (runs !== '' || places[place(slot)] === undefined) places[place(slot)] = runs === '' ? 'nothing' : runs;
  }
  for (const map of k.all.map)
    if (map.entries.length > 0)
      places[`map ${map.name}`] = [...map.entries].map((entry) => entry?.name ?? '-').join(' ');
  for (const cgroup of k.all.cgroup) if (cgroup.phase !== 'ONLINE') places[`cgroup ${cgroup.name}`] = cgroup.phase;
  for (const link of k.all.link)
    if (link.phase !== 'ABSENT')
      places[`link ${link.name}`] =
        `${link.phase}${link.slot === null ? '' : ` at ${place(link.slot)}`} -> ${link.prog?.name ?? 'no program'}`;
  for (const process of k.all.process)
    if (notable(process)) places[`process ${process.name}`] = process.killed ? 'SIGKILL pending' : process.phase;
  return { places, holders: holdersOf(k) };
}

const notable = (process: Process): boolean =>
  process.killed || (process.phase !== 'RUNNING' && process.phase !== 'ABSENT');

/** The state as PROG_QUERY and link info show it, in the form of recorded traces. */
export function recordedState(k: Kernel): {
  readonly cgroups: Record<string, unknown>;
  readonly links: Record<string, unknown>;
} {
  const cgroups: Record<string, unknown> = {};
  for (const cgroup of k.all.cgroup) {
    const slot = k.all.slot.find((candidate) => candidate.cgroup === cgroup);
    if (slot === undefined) continue;
    cgroups[cgroup.name] =
      cgroup.phase === 'ONLINE'
        ? {
            list: listed(slot),
            effective: [...slot.effective].map(({ name }) => name),
            mode: modeFlags(slot.mode),
            revision: revisionOf(slot),
          }
        : { errno: 'ENOENT' };
  }
  const open = k.all.link.filter(({ phase }) => phase === 'ATTACHED' || phase === 'DEFUNCT');
  return {
    cgroups,
    links: Object.fromEntries(
      open.map((link) => [link.name, { prog: link.prog?.name ?? null, cgroup: link.slot?.cgroup?.name ?? null }]),
    ),
  };
}
