/** A model under a semantics: its rules, steps, charts and works as the semantics replaces them. */
import { type Chart, type ChartConfig, chart } from './chart.ts';
import type { AnyCommand, AnyWork } from './command.ts';
import type { Objects } from './object.ts';
import { type AnyStep, type Changes, layersOf, type Semantics } from './semantics.ts';

/** The parts of a model that a semantics may change. */
export interface Replaceable {
  readonly objects: Objects;
  readonly commands: Readonly<Record<string, AnyCommand>>;
  readonly works: readonly AnyWork[];
  readonly rules: object;
}

export interface UnknownName {
  readonly what: 'rule' | 'command' | 'step' | 'kind of object' | 'phase' | 'event' | 'deferred work';
  readonly name: string;
  readonly known: readonly string[];
}

const own = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

/** Every name in the changes that leads to nothing. */
export function unknownNames(model: Replaceable, { rules, steps, charts, works }: Changes): readonly UnknownName[] {
  const found: UnknownName[] = [];
  const demand = (what: UnknownName['what'], name: string, known: readonly string[]): boolean => {
    if (known.includes(name)) return true;
    found.push({ what, name, known });
    return false;
  };
  for (const name of Object.keys(rules ?? {})) demand('rule', name, Object.keys(model.rules));
  for (const [op, changed] of Object.entries(steps ?? {})) {
    if (!demand('command', op, Object.keys(model.commands))) continue;
    for (const step of Object.keys(changed)) demand('step', step, own(model.commands, op)?.stepNames ?? []);
  }
  const charted = Object.entries(model.objects).flatMap(([kind, spec]) => (spec.chart === undefined ? [] : [kind]));
  for (const [kind, phases] of Object.entries(charts ?? {})) {
    if (!demand('kind of object', kind, charted)) continue;
    const known = own(model.objects, kind)?.chart;
    for (const [phase, events] of Object.entries(phases)) {
      demand('phase', phase, known?.phases ?? []);
      for (const [event, target] of Object.entries(events)) {
        demand('event', event, known?.events ?? []);
        if (target !== null) demand('phase', target, known?.phases ?? []);
      }
    }
  }
  for (const name of Object.keys(works ?? {}))
    demand(
      'deferred work',
      name,
      model.works.map((work) => work.name),
    );
  return found;
}

function changedCommand(command: AnyCommand, changes: NonNullable<Changes['steps']>[string]): AnyCommand {
  const steps = command.stepNames.flatMap((name): [string, AnyStep][] => {
    const change = own(changes, name);
    if (change === undefined) return [[name, command.steps[name] as AnyStep]];
    return typeof change === 'function' ? [[name, change]] : Object.entries(change);
  });
  const followed = steps.map(([name, step]) => [name, following(step, firstOf(changes))] as const);
  return { ...command, stepNames: steps.map(([name]) => name), steps: Object.fromEntries(followed) };
}

/** Where a jump to a replaced step leads: to the first of those in its place. */
const firstOf = (changes: NonNullable<Changes['steps']>[string]): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(changes).flatMap(([name, change]) =>
      typeof change === 'function'
        ? []
        : Object.keys(change)
            .slice(0, 1)
            .map((first) => [name, first] as const),
    ),
  );

/** The step, with jumps to what stands in the place of replaced ones. */
function following(step: AnyStep, first: ReadonlyMap<string, string>): AnyStep {
  if (first.size === 0) return step;
  return (k, call) => {
    const next = step(k, call);
    return typeof next === 'string' ? (first.get(next) ?? next) : next;
  };
}

function changedChart(base: Chart, phases: NonNullable<Changes['charts']>[string]): Chart {
  const states = Object.fromEntries(
    Object.entries(base.config.states).map(([phase, state]) => {
      const on = Object.entries({ ...state.on, ...phases[phase] }).flatMap(([event, target]) =>
        target === null ? [] : [[event, target] as const],
      );
      return [phase, { ...state, on: Object.fromEntries(on) }];
    }),
  );
  return chart(base.id, { ...base.config, states } as ChartConfig as never);
}

function changedObjects(objects: Objects, charts: NonNullable<Changes['charts']>): Objects {
  return Object.fromEntries(
    Object.entries(objects).map(([kind, spec]) => {
      const phases = own(charts, kind);
      if (phases === undefined || spec.chart === undefined) return [kind, spec];
      return [kind, { ...spec, chart: changedChart(spec.chart, phases) }];
    }),
  );
}

/** The model with one set of changes. */
export function changed<M extends Replaceable>(model: M, { rules, steps, charts, works }: Changes): M {
  return {
    ...model,
    rules: rules === undefined ? model.rules : { ...model.rules, ...rules },
    commands:
      steps === undefined
        ? model.commands
        : Object.fromEntries(
            Object.entries(model.commands).map(([op, command]) => {
              const own = Object.hasOwn(steps, op) ? steps[op] : undefined;
              return [op, own === undefined ? command : changedCommand(command, own)];
            }),
          ),
    objects: charts === undefined ? model.objects : changedObjects(model.objects, charts),
    works:
      works === undefined
        ? model.works
        : model.works.map((work) =>
            Object.hasOwn(works, work.name) ? { ...work, ...(works[work.name] as object) } : work,
          ),
  };
}

const known = new WeakMap<Replaceable, WeakMap<Semantics, Replaceable>>();

/** The model as a semantics has it: everything that the semantics stands on, then its own changes. Made once for each pair. */
export function under<M extends Replaceable>(model: M, semantics: Semantics): M {
  const ofModel = known.get(model) ?? new WeakMap<Semantics, Replaceable>();
  known.set(model, ofModel);
  const before = ofModel.get(semantics);
  if (before !== undefined) return before as M;
  const result = layersOf(semantics).reduce((under, layer) => changed(under, layer.changes), model);
  ofModel.set(semantics, result);
  return result;
}
