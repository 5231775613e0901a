/** The model's side of a conformance run, bound. Schedules of one scenario often differ only in the order of their steps. */
import type { ModelDefinition } from '../modelling/model.ts';
import type { Semantics } from '../modelling/semantics.ts';
import { OwnMoves } from '../trace/footprint.ts';
import type { TraceSource } from '../trace/parse.ts';
import { traceWorld } from '../trace/to-world.ts';
import { bind } from '../world/bind.ts';
import { CELL_BITS_MAX } from '../world/cells.ts';
import type { WorldInput } from '../world/input.ts';

const REVISIONS_MAX = 2 ** CELL_BITS_MAX - 1;
/** Machines that are kept for the next trace. */
const KEPT_MAX = 32;

const kept = new WeakMap<Semantics, Map<string, OwnMoves>>();

/** All that a machine is made of but for the semantics, and for positions in files. */
const keyOf = ({ objects, limits, actors }: WorldInput): string =>
  JSON.stringify([
    objects,
    limits,
    actors.map(({ name, script }) => [name, script.map(({ op, args, as }) => [op, args, as])]),
  ]);

/** Throws InputError. */
export function ownMovesOf(source: TraceSource, model: ModelDefinition, semantics: Semantics): OwnMoves {
  const world = traceWorld(source, model, semantics);
  // Every step is followed by a look at the revisions, whether or not the trace speaks of them.
  const revisions = Math.min(REVISIONS_MAX, source.trace.steps.length + 1);
  const input = { ...world, limits: { ...world.limits, revisions } };
  const machines = kept.get(semantics) ?? new Map<string, OwnMoves>();
  kept.set(semantics, machines);
  const key = keyOf(input);
  const known = machines.get(key);
  if (known !== undefined) return known;
  const own = new OwnMoves(bind(input));
  const [oldest] = machines.keys();
  if (machines.size >= KEPT_MAX && oldest !== undefined) machines.delete(oldest);
  machines.set(key, own);
  return own;
}
