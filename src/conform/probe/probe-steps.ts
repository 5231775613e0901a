/** How probes are written down: a trace of steps of which nothing is expected. */
import type { Json, TraceFile, TraceStep } from '../../trace/format.ts';

/** A trace; or why no harmless call shows the feature. */
export type Probe = { readonly trace: TraceFile } | { readonly cannot: string };
export type Args = { readonly [key: string]: Json };
export type Step = Omit<TraceStep, 'expect'>;

export const by =
  (actor: string) =>
  (op: string, args: Args, as?: string): Step => ({ actor, op, args, ...(as === undefined ? {} : { as }) });
export const call = by('P0');
export const load = (...names: string[]): Step[] => names.map((prog) => call('prog_load', { prog }, prog));

/** Probes over these objects. */
export const probesOf =
  (objects: TraceFile['objects']) =>
  (...steps: (Step | Step[])[]): Probe => ({
    trace: { id: 'probe', objects, steps: steps.flat().map((step) => ({ ...step, expect: {} })) },
  });
