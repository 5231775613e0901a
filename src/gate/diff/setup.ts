/** Setup that ends differently on the two sides: its steps, taken one by one, are the schedule. */
import type { ModelDefinition } from '../../modelling/model.ts';
import { bind } from '../../world/bind.ts';
import { type ActorInput, NO_FAULTS, type WorldInput } from '../../world/input.ts';
import type { Machine } from '../../world/machine.ts';
import { ENVIRONMENT } from '../../world/plan.ts';
import { choicesOf } from './choices.ts';
import { commonLook } from './look.ts';
import { contrast, contrastOfStates, type Observation, signatureOf } from './observation.ts';
import type { Finding, Row } from './search.ts';
import { type Look, newShared, Side } from './side.ts';

export interface SetupDifference {
  readonly finding: Finding;
  readonly rows: readonly Row[];
  readonly machines: readonly [a: Machine, b: Machine];
  readonly look: Look;
}

/** The same world with setup as the scripts of its actors, and nothing after it. */
function setupAsScripts(input: WorldInput): WorldInput {
  const names = [...input.actors.map(({ name }) => name), ENVIRONMENT];
  const actors = [...new Set(names)].map(
    (name): ActorInput => ({ name, script: input.setup.filter(({ actor }) => actor === name) }),
  );
  return { ...input, grain: 'command', faults: NO_FAULTS, setup: [], actors, properties: [] };
}

/**
 * Undefined where both sides take setup in the same way. `given`: first steps of setup that nobody wrote, because they
 * provide descriptors; they do not count.
 */
export function differenceInSetup(
  inputs: readonly [a: WorldInput, b: WorldInput],
  model: ModelDefinition,
  given: number,
): SetupDifference | undefined {
  const machines = inputs.map((input) => bind(setupAsScripts(input))) as [Machine, Machine];
  const look = commonLook(model, machines);
  const shared = newShared();
  const [a, b] = machines.map((machine) => new Side(machine, shared, look)) as [Side, Side];
  const choices = choicesOf(...machines);
  const rows: Row[] = [];
  let [stateA, stateB] = [0, 0];
  for (const { actor, op } of inputs[0].setup) {
    const next = choices.find(({ t }) => {
      const transition = machines[0].transitions[t[0]];
      return transition?.actor === actor && transition.kind === 'script';
    });
    if (next === undefined) return undefined;
    rows.push(next.t);
    [stateA, stateB] = [a.take(stateA, next.t[0]), b.take(stateB, next.t[1])];
    const seen = (state: number, side: Side): Observation | undefined =>
      state < 0 ? undefined : shared.observations.at(side.taken.seen);
    const found =
      contrast(seen(stateA, a), seen(stateB, b)) ??
      (stateA < 0
        ? undefined
        : contrastOfStates(shared.shown.at(a.shownBy(stateA)), shared.shown.at(b.shownBy(stateB))));
    if (found !== undefined) {
      const signature = signatureOf(op, found);
      const finding = {
        signature,
        op,
        contrast: found,
        steps: Math.max(1, rows.length - given),
        rows: () => rows,
        only: undefined,
      };
      return { finding, rows, machines, look };
    }
    if (stateA < 0) return undefined;
  }
  return undefined;
}
