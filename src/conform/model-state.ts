/** The observable state of the models, in the same words as the agent's. */
import { DYING } from '../../models/commands/cgroups.ts';
import { LISTED_LINK } from '../../models/commands/info.ts';
import type { Kernel, Slot } from '../../models/kernel.ts';
import { linkTypeOf } from '../../models/links/index.ts';
import type { Seen, SeenLink, SeenSlot } from './protocol/decode.ts';

const MODES: Readonly<Record<string, readonly string[]>> = {
  MULTI: ['BPF_F_ALLOW_MULTI'],
  OVERRIDE: ['BPF_F_ALLOW_OVERRIDE'],
};

const ENDED = new Set(['ZOMBIE', 'REAPED']);

function shownSlot(slot: Slot, revision: (slot: Slot) => number): SeenSlot['shown'] {
  if (slot.cgroup?.phase !== 'ONLINE') return { errno: 'ENOENT' };
  return {
    list: [...slot.entries].map((entry) => (entry.kind === 'program' ? entry.name : (entry.prog?.name ?? '?'))),
    effective: [...slot.effective].map(({ name }) => name),
    mode: MODES[slot.mode] ?? [],
    revision: revision(slot),
  };
}

/** What a query must show of one slot; undefined where the models have no such slot. */
export function modelSlot(
  k: Kernel,
  { cgroup, attachType }: SeenSlot,
  revision: (slot: Slot) => number,
): SeenSlot['shown'] | undefined {
  const slot = k.all.slot.find((one) => one.cgroup?.name === cgroup && one.attachType === attachType);
  return slot === undefined ? undefined : shownSlot(slot, revision);
}

export function modelLink(k: Kernel, name: string): SeenLink | undefined {
  const link = k.all.link.find((one) => one.name === name);
  if (link === undefined) return undefined;
  // A link that nothing ties to a place any more may have no type left that could be asked.
  const isTied = link.slot !== null || link.map.length > 0;
  const { map, targetProg, netdev, netns } = isTied ? linkTypeOf(link).info(link, k) : {};
  const on = [map, targetProg, netdev, netns].find((name) => typeof name === 'string') ?? null;
  return {
    link: link.name,
    prog: link.prog?.name ?? '',
    cgroup: link.slot?.cgroup?.name ?? null,
    on: on as string | null,
  };
}

/** Processes that hold nothing any more, by name. */
export const modelEnded = (k: Kernel): readonly string[] =>
  k.all.process
    .filter(({ phase }) => ENDED.has(phase))
    .map(({ name }) => name)
    .sort();

/** Cgroups that were removed and whose memory is still there. */
export const modelDying = (k: Kernel): number => k.all.cgroup.filter(({ phase }) => DYING.has(phase)).length;

/** Maps with another number of references than was seen, and how many they have. */
export const modelRefs = (k: Kernel, seen: Seen['refs']): Seen['refs'] =>
  Object.fromEntries(
    k.all.map
      .filter(({ name, refs }) => seen[name] !== undefined && seen[name] !== refs)
      .map(({ name, refs }) => [name, refs]),
  );

/** Programs and links whose ids are listed. */
export function modelIds(k: Kernel): Seen['ids'] {
  return [
    ...k.all.program.filter(({ phase }) => phase === 'LOADED').map(({ name }) => `p:${name}`),
    ...k.all.link.filter(({ phase }) => LISTED_LINK.has(phase)).map(({ name }) => `l:${name}`),
  ];
}
