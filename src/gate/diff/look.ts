/** What can be looked at on both sides. */
import type { ModelDefinition } from '../../modelling/model.ts';
import type { Machine } from '../../world/machine.ts';
import type { Shown } from './observation.ts';
import type { Look } from './side.ts';

/**
 * The model's probes that both sides have. One that only one kernel knows tells the two apart by being called, which is a
 * step of a scenario; as a look it would hide whatever else differs.
 */
export function commonLook(model: ModelDefinition, machines: readonly [Machine, Machine]): Look {
  const look = model.shows as ((k: never) => Shown) | undefined;
  if (look === undefined) return undefined;
  const [first, second] = machines.map((machine) =>
    machine.withoutStoring(() => {
      machine.parts.cells.load(machine.initial, 0);
      return Object.keys(look(machine.parts.k as never));
    }),
  );
  const common = new Set(first?.filter((probe) => second?.includes(probe)));
  return (k) => Object.fromEntries(Object.entries(look(k)).filter(([probe]) => common.has(probe)));
}
