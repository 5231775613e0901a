/** LinkLife for tests of the engine: bound, with planted bugs, and explored in one line. */
import { linkLifeInput } from '../../bench/linklife-input.ts';
import { linkLife, withBallast } from '../../bench/models/linklife.ts';
import { countsOf, parseSize } from '../../bench/sizes.ts';
import { DEFAULT_BUDGET } from '../../src/explore/budget.ts';
import { type Exploration, type ExploreOptions, explore } from '../../src/explore/explore.ts';
import { BreadthFirst } from '../../src/explore/strategies/bfs.ts';
import type { ModelDefinition } from '../../src/modelling/index.ts';
import { bind } from '../../src/world/bind.ts';
import type { Machine } from '../../src/world/machine.ts';

type Command = ModelDefinition['commands'][string];
type Step = Command['steps'][string];

export const narrow: ModelDefinition = linkLife;
/** States of more than two words, which the store treats in another way. */
export const wide: ModelDefinition = withBallast(linkLife, 5);

export const machineOf = (size: string, model = narrow): Machine => bind(linkLifeInput(...parseSize(size), model));

export const breadthFirst = (machine: Machine, options: Partial<ExploreOptions> = {}): Exploration =>
  explore(machine, { frontier: new BreadthFirst(), budget: DEFAULT_BUDGET, outcomes: false, ...options });

/** What must not depend on how the engine works. */
export const essence = ({ states, transitions, depth, findings, bounds, deadlocks }: Exploration) => ({
  states,
  transitions,
  depth,
  findings,
  bounds,
  deadlocks,
});

export const known = (size: string) => countsOf(size);

/** The model with another step in one command. The types of its objects are lost on the way. */
export function planted(op: string, step: (...parameters: never[]) => void, model = narrow): ModelDefinition {
  const command = model.commands[op] as Command;
  return { ...model, commands: { ...model.commands, [op]: { ...command, steps: { [op]: step as unknown as Step } } } };
}

interface Link {
  pinned: boolean;
  updated: boolean;
  readonly owners: { has(process: unknown): boolean };
}
interface Kernel {
  when(condition: unknown): void;
  broken(law: string, why: string): never;
}
interface Call {
  readonly args: { readonly link: Link };
  readonly actor: { readonly phase: string };
}

/** Unpinning forgets to drop the last reference: an attached link that nobody holds, after create, pin, close, unpin. */
export const leakyUnpin = (model = narrow): ModelDefinition =>
  planted(
    'unpin',
    (k: Kernel, { args: { link }, actor }: Call) => {
      k.when(link.pinned && actor.phase === 'alive');
      link.pinned = false;
    },
    model,
  );

/** A second update breaks a law: after create, update, update. */
export const lawfulOnce = (model = narrow): ModelDefinition =>
  planted(
    'update',
    (k: Kernel, { args: { link }, actor }: Call) => {
      k.when(link.owners.has(actor));
      if (link.updated) k.broken('updated-twice', 'it was updated before');
      link.updated = true;
    },
    model,
  );

/** What pinning asks depends on how often it ran. */
export function moody(model = narrow): ModelDefinition {
  let runs = 0;
  return planted(
    'pin',
    (k: Kernel, { args: { link }, actor }: Call) => {
      runs++;
      k.when(runs % 2 === 0 ? link.owners.has(actor) && !link.pinned : !link.pinned && link.owners.has(actor));
      link.pinned = true;
    },
    model,
  );
}
