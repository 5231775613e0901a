/** Programs: alive while somebody holds a reference; the memory outlives the last one by an RCU grace period. */
import { chart, constant, count, object, set } from '../../src/modelling/index.ts';

export const programChart = chart('program', {
  initial: 'ABSENT',
  states: {
    ABSENT: { on: { LOAD: 'LOADED' }, description: 'not loaded yet' },
    LOADED: { on: { LAST_PUT: 'ID_FREED', FREE: 'FREED' }, description: 'referenced; its id can be opened' },
    ID_FREED: {
      on: { GRACE_PERIOD: 'FREED' },
      description: 'no reference, no id; readers that started before may still run it',
    },
    FREED: { description: 'memory gone: nobody may run it' },
  },
});

/** What a template of a trace file says of a program, as far as attaching and running depend on it. */
export interface Template {
  readonly type: string;
  readonly expectedAttachType: string | null;
  readonly returns: number;
  readonly setRetval: number | null;
  readonly cgroupStorage: string | null;
}

export const program = object({
  chart: programChart,
  fields: {
    /** `prog->aux->refcnt` (facts link-core 2.1). */
    refs: count((sizes) => sizes['programRefs'] ?? 0),
    /** Packets that were running when the last reference went; the grace period waits for them. */
    readers: set('packet'),
    template: constant<Template>(),
  },
});
