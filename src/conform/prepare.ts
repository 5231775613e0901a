/** From a trace to what a kernel is asked: setup, steps, and what is looked at after each. */
import type { ModelDefinition } from '../modelling/model.ts';
import { SLEEP } from '../trace/check.ts';
import type { TraceStep } from '../trace/format.ts';
import type { TraceSource } from '../trace/parse.ts';
import { isBarrier } from './holding.ts';
import { setupRequests, stepRequest } from './protocol/encode.ts';
import { netObservation } from './protocol/encode-net.ts';
import type { Request } from './protocol/line.ts';
import { attachTypeNumber } from './protocol/numbers.ts';

/** A trace that is ready for a kernel. */
export interface Prepared {
  readonly requests: readonly (Request | undefined)[];
  readonly setup: readonly Request[];
  readonly observe: Request;
  readonly observeAll: Request;
  readonly reset: Request;
}

const PINS = /^(obj_pin|obj_get|mount_bpffs|pin_|unlink|rename|hardlink|symlink|create_file|open_dir|open_pin)/;

export function prepare(source: TraceSource, flags: ModelDefinition['flags']): Prepared {
  const { trace } = source;
  const types = new Set<number>();
  for (const { args, op } of trace.steps) {
    const named = op === 'send' ? 'cgroup_inet_egress' : (args['attachType'] ?? args['hook']);
    const number = typeof named === 'string' && named.startsWith('cgroup_') ? attachTypeNumber(named) : undefined;
    if (number !== undefined) types.add(number);
  }
  const args = { types: [...types].join(','), ...netObservation(trace) };
  // The end of work on an array shows nowhere else.
  const maps = (trace.objects.maps ?? []).some(({ type }) => type === 'prog_array') ? { maps: 1 } : {};
  const pins = trace.steps.some(({ op }) => PINS.test(op));
  return {
    requests: trace.steps.map((step) => (step.op === SLEEP ? undefined : stepRequest(step, trace, flags))),
    setup: setupRequests(trace),
    observe: { actor: '-', op: 'observe', args },
    observeAll: { actor: '-', op: 'observe', args: { ...args, ...maps, all: 1 } },
    reset: { actor: '-', op: 'reset', args: pins ? { pins: 1 } : {} },
  };
}

/** Which steps are sent together: a step that must wait for deferred work is on its own. */
export function segmentsOf(steps: readonly TraceStep[]): readonly (readonly number[])[] {
  const segments: number[][] = [];
  let open: number[] | undefined;
  steps.forEach((step, index) => {
    if (isBarrier(step)) {
      segments.push([index]);
      open = undefined;
    } else if (open === undefined) {
      open = [index];
      segments.push(open);
    } else open.push(index);
  });
  return segments;
}
