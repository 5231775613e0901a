/** Proposals of the founding discussions, by name. `lastref rivals` sets them against each other. */
import type { BpfSemantics } from '../linux.ts';
import { aFilterOnce } from './a-filter-once.ts';
import { aliveUnderTheLock } from './alive-under-the-lock.ts';
import { detachAsksForACapability } from './detach-asks-for-a-capability.ts';
import { entriesAreNotOverridden } from './entries-are-not-overridden.ts';
import { linkDiesWithCgroup } from './link-dies-with-cgroup.ts';
import { linkHoldsCgroup } from './link-holds-cgroup.ts';
import { netlinkNamesWhatItReplaces } from './netlink-names-what-it-replaces.ts';
import { ownerIsTheCreator } from './owner-is-the-creator.ts';
import { ownerIsTheProgram } from './owner-is-the-program.ts';
import { replaceByRevision } from './replace-by-revision.ts';
import { replaceWithoutFlag } from './replace-without-flag.ts';
import { targetAtAttach } from './target-at-attach.ts';

const all: readonly BpfSemantics[] = [
  linkHoldsCgroup,
  linkDiesWithCgroup,
  ownerIsTheProgram,
  ownerIsTheCreator,
  replaceWithoutFlag,
  replaceByRevision,
  aliveUnderTheLock,
  detachAsksForACapability,
  targetAtAttach,
  netlinkNamesWhatItReplaces,
  entriesAreNotOverridden,
  aFilterOnce,
];

export const PROPOSALS: Readonly<Record<string, BpfSemantics>> = Object.fromEntries(
  all.map((proposed) => [proposed.name, proposed]),
);
