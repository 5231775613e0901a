/** What there is, by topic, as rows that `list` prints and `explain` looks names up in. */
import type { ModelDefinition } from '../modelling/model.ts';
import { GRAINS, type Grain } from '../world/input.ts';
import { ERROR_CODES } from './error-codes.ts';
import { EXIT, meaningOf } from './exit-code.ts';
import { featuresOf } from './load-semantics.ts';

export interface Entry {
  readonly name: string;
  readonly says: string;
  readonly claims?: readonly string[];
}

export const GRAIN_MEANINGS: Readonly<Record<Grain, string>> = {
  command: 'a command is one step, deferred work is done at once: protocols of user space, traces of real kernels',
  work: 'a command is one step, deferred work an event of its own: references and teardown',
  lock: 'a command is one step per lock section, deferred work and RCU readers are events: races inside the kernel',
};

/** Topics that need no scenario files. */
export const TOPICS: Readonly<Record<string, (model: ModelDefinition) => readonly Entry[]>> = {
  semantics: (model) =>
    Object.values(model.semantics).map(({ name, says, claims }) => ({
      name,
      says,
      ...(claims === undefined ? {} : { claims }),
    })),
  properties: (model) =>
    Object.entries(model.properties).map(([name, { statement, claims }]) => ({ name, says: statement, claims })),
  commands: (model) => Object.values(model.commands).map(({ op, name }) => ({ name: op, says: name })),
  works: (model) => model.works.map(({ name, cites }) => ({ name, says: cites })),
  objects: (model) =>
    Object.entries(model.objects).map(([name, { chart }]) => ({
      name,
      says: chart === undefined ? 'no phases' : chart.phases.join(' '),
    })),
  features: (model) =>
    [...featuresOf(model)].map((name) => ({
      name,
      says: `${model.features?.[name] ?? 'a feature'}; in ${Object.values(model.semantics)
        .filter(({ features }) => features.has(name))
        .map((semantics) => semantics.name)
        .join(', ')}`,
    })),
  rules: (model) =>
    Object.keys(model.rules).map((name) => {
      const replaced = Object.values(model.semantics).filter(({ changes }) => Object.hasOwn(changes.rules ?? {}, name));
      return {
        name,
        says:
          replaced.length === 0
            ? 'replaced by no built-in semantics'
            : `replaced by ${replaced.map((each) => each.name).join(', ')}`,
      };
    }),
  errnos: (model) => model.errnos.map((name) => ({ name, says: 'an errno that commands of the model return' })),
  errors: () => Object.entries(ERROR_CODES).map(([name, { meaning }]) => ({ name, says: meaning })),
  grains: () => GRAINS.map((name) => ({ name, says: GRAIN_MEANINGS[name] })),
  exits: () => Object.values(EXIT).map((code) => ({ name: String(code), says: meaningOf(code) })),
};
