/** Links: created in two phases, attached or defunct, freed in three steps (facts link-core 3.1–3.7). */
import { chart, constant, count, fixed, flag, list, object, ref } from '../../src/modelling/index.ts';

export const linkChart = chart('link', {
  initial: 'ABSENT',
  states: {
    ABSENT: { on: { PRIME: 'PRIMED' }, description: 'no such link yet' },
    PRIMED: {
      on: { ATTACH: 'ATTACHED', CLEANUP: 'GONE' },
      description: 'descriptor number, id and file reserved; the id says EAGAIN',
    },
    ATTACHED: {
      on: { DETACH: 'DEFUNCT', AUTO_DETACH: 'DEFUNCT', LAST_PUT: 'ZERO' },
      description: 'its program runs at the hook',
    },
    DEFUNCT: {
      on: { LAST_PUT: 'DEFUNCT_ZERO' },
      description: 'attachment gone for ever; the link still holds its program',
    },
    ZERO: {
      on: { UNLIST: 'UNLISTED', AUTO_DETACH: 'DEFUNCT_ZERO' },
      description: 'no reference left, still listed, still attached',
    },
    DEFUNCT_ZERO: { on: { UNLIST: 'RELEASED' }, description: 'no reference left, still listed' },
    UNLISTED: { on: { RELEASE: 'RELEASED', AUTO_DETACH: 'RELEASED' }, description: 'id gone, still attached' },
    RELEASED: { on: { FREE: 'GONE', DEFER: 'DEFERRED' }, description: 'detached; the program is put next' },
    DEFERRED: { on: { FREE: 'GONE' }, description: 'waits for the readers that may still look at it' },
    GONE: { description: 'freed' },
  },
});

export const link = object({
  chart: linkChart,
  fields: {
    /** `link->prog`: held until the link is freed, also while defunct. */
    prog: ref('program'),
    /** Where it is attached; null once it is defunct. The kernel keeps the cgroup here. */
    slot: ref('slot'),
    /** `link->refcnt` (facts link-core 2.2). */
    refs: count((sizes) => sizes['linkRefs'] ?? 0),
    /** The id is published: LINK_GET_FD_BY_ID works. */
    settled: flag(),
    /** The last put came from where releasing is not possible: a work item frees the link. */
    deferred: flag(),
    /** A struct_ops link has a map and no program. */
    map: list(ref('map'), (sizes) => sizes['structOps'] ?? 0),
    /** Invocations that run it by its own address (cookies), for which freeing it waits. */
    readers: list(ref('packet'), (sizes) => sizes['linkReaders'] ?? 0),
    /** Attach type that it was created for. */
    attachType: constant<string>(),
    /** Process that created it. No kernel remembers; a proposal may. */
    creator: fixed('process'),
    /** Arguments of the command that created it, as they were written. */
    asked: constant<Readonly<Record<string, unknown>>>(),
  },
});
