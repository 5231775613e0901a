/** Every property, by name. */
import type { AnyProperty } from '../../src/modelling/index.ts';
import { atomicFailure } from './atomic-failure.ts';
import { attachedMeansRuns } from './attached-means-runs.ts';
import { autoDetachOnLastClose } from './auto-detach-on-last-close.ts';
import { capacity } from './capacity.ts';
import { childReleasedFirst } from './child-released-first.ts';
import { cleanupNotDelayed } from './cleanup-not-delayed.ts';
import { creatorOnly } from './creator-only.ts';
import { defunctAfterCgroupDeath } from './defunct-after-cgroup-death.ts';
import { effectiveOrder } from './effective-order.ts';
import { entryOwnerOnly } from './entry-owner-only.ts';
import { errnoContract } from './errno-contract.ts';
import { executionGuarantee } from './execution-guarantee.ts';
import { heldProgramRuns } from './held-program-runs.ts';
import { hierarchyModes } from './hierarchy-modes.ts';
import { legacyOwnerOnly } from './legacy-owner-only.ts';
import { linkKeepsProgram } from './link-keeps-program.ts';
import { listedIdIsAlive, listedIdIsSettled } from './listed-ids.ts';
import { noDoubleRun } from './no-double-run.ts';
import { noGap } from './no-gap.ts';
import { noMixedVersions } from './no-mixed-versions.ts';
import { noOrphan } from './no-orphan.ts';
import { noUnboundedRun } from './no-unbounded-run.ts';
import { noUseAfterFree } from './no-use-after-free.ts';
import { observationAgrees } from './observation-agrees.ts';
import { orderPreserved } from './order-preserved.ts';
import { ownerOnly } from './owner-only.ts';
import { pinnedSurvivesExit } from './pinned-survives-exit.ts';
import { quiescentNoLeak } from './quiescent-no-leak.ts';
import { refBalance } from './ref-balance.ts';
import { removable } from './removable.ts';
import { revisionCountsChanges } from './revision-counts-changes.ts';
import { runsAtRest } from './runs-at-rest.ts';
import { unbrokenBy } from './unbroken-by.ts';

const all: readonly AnyProperty[] = [
  atomicFailure,
  attachedMeansRuns,
  autoDetachOnLastClose,
  capacity,
  childReleasedFirst,
  cleanupNotDelayed,
  creatorOnly,
  defunctAfterCgroupDeath,
  effectiveOrder,
  entryOwnerOnly,
  errnoContract,
  executionGuarantee,
  heldProgramRuns,
  hierarchyModes,
  legacyOwnerOnly,
  linkKeepsProgram,
  listedIdIsSettled,
  listedIdIsAlive,
  noDoubleRun,
  noGap,
  noMixedVersions,
  noOrphan,
  noUnboundedRun,
  noUseAfterFree,
  observationAgrees,
  orderPreserved,
  ownerOnly,
  pinnedSurvivesExit,
  quiescentNoLeak,
  refBalance,
  removable,
  revisionCountsChanges,
  runsAtRest,
  unbrokenBy,
];

export const properties: Readonly<Record<string, AnyProperty>> = Object.fromEntries(
  all.map((property) => [property.name, property]),
);
