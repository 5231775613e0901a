/**
 * What a bystander is told who looks and changes nothing: an event at each hook, PROG_QUERY, link info, ids, pins, and
 * which cgroups there are. Facts cgroup 5.4, 9, 10; link-core 4.5, 4.6, 8.
 */
import { LISTED_LINK, linkInfoOf } from './commands/info.ts';
import type { Kernel, Slot } from './kernel.ts';
import { revisionOf } from './rules/attach.ts';
import { isReached } from './rules/path.ts';
import { listed, modeFlags } from './targets/cgroup-query.ts';

type Probe = Readonly<Record<string, unknown>>;

function ofSlots(k: Kernel, read: (slot: Slot) => unknown): Probe {
  const online = k.all.slot.filter(({ cgroup }) => cgroup === null || cgroup.phase === 'ONLINE');
  return Object.fromEntries(online.map((slot) => [slot.name, read(slot)]));
}

/** Also in cgroups that were removed, where a socket is left that still sends from there. */
const runs = (k: Kernel): Probe =>
  Object.fromEntries(
    k.all.slot
      .filter(
        ({ cgroup }) =>
          cgroup === null || cgroup.phase === 'ONLINE' || k.all.socket.some((socket) => socket.cgroup === cgroup),
      )
      .map((slot) => [slot.name, isReached(k, slot) ? [...slot.effective].map(({ name }) => name) : []]),
  );

const query = (k: Kernel): Probe => ofSlots(k, (slot) => ({ progs: listed(slot), attachFlags: modeFlags(slot.mode) }));

const links = (k: Kernel): Probe =>
  Object.fromEntries(
    k.all.link
      .filter(({ phase }) => LISTED_LINK.has(phase) && phase !== 'PRIMED')
      .map((link) => [link.name, linkInfoOf(k, link)]),
  );

const ids = (k: Kernel): Probe =>
  Object.fromEntries(k.all.program.filter(({ phase }) => phase === 'LOADED').map(({ name }) => [name, true]));

const cgroups = (k: Kernel): Probe =>
  Object.fromEntries(k.all.cgroup.map(({ name, phase }) => [name, phase === 'ONLINE' ? 'there' : 'not there']));

const pins = (k: Kernel): Probe =>
  Object.fromEntries(
    k.all.name.flatMap(({ inode, name }) => {
      const target = inode?.target ?? null;
      return inode === null ? [] : [[name, target === null ? inode.type : `${target.kind} ${target.name}`]];
    }),
  );

export function shows(k: Kernel): Readonly<Record<string, Probe>> {
  return {
    runs: runs(k),
    ...(k.has('query') ? { query: query(k) } : {}),
    ...(k.has('mprog')
      ? { revision: ofSlots(k, (slot) => (slot.countsRevisions ? revisionOf(slot) : 'not followed')) }
      : {}),
    ...(k.has('link-ids') ? { 'link info': links(k) } : {}),
    ids: ids(k),
    cgroups: cgroups(k),
    pins: pins(k),
  };
}
