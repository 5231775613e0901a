/** Semantics: a named set of rules. A kernel release is a set of features; a proposal is a patch over a base. */
import type { Next } from './command.ts';

/** One step of a command without its static types. */
export type AnyStep = (k: never, call: never) => Next;

/**
 * What stands in the place of a step: one step, or several that are run one after the other. Several make parts of what was
 * atomic: at grain `lock` others may come between them. Where one of them says `'done'`, the command is over.
 */
export type StepChange<S extends AnyStep = AnyStep> = S | Readonly<Record<string, S>>;

/** Replacements by name; only what exists can be replaced. */
export interface Changes {
  readonly features?: { readonly add?: readonly string[]; readonly remove?: readonly string[] };
  /** Rules of the models, by name. */
  readonly rules?: object;
  /** Steps of commands, by operation and name of the step. */
  readonly steps?: Readonly<Record<string, Readonly<Record<string, StepChange>>>>;
  /** Transitions of charts, by kind of object, phase and event: the phase that follows; null takes the transition away. */
  readonly charts?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string | null>>>>>>;
  /** Deferred works by name. */
  readonly works?: Readonly<Record<string, { readonly ready?: unknown; readonly run?: unknown }>>;
}

export interface Semantics<Feature extends string = string> {
  readonly name: string;
  readonly says: string;
  readonly features: ReadonlySet<Feature>;
  /** What it changes over `ground`; nothing for a kernel. */
  readonly changes: Changes;
  /** What it stands on; a kernel stands on nothing. */
  readonly ground?: Semantics<Feature>;
  /** Ids of the founding claims that it makes. */
  readonly claims?: readonly string[];
}

/** The semantics and everything that it stands on, the lowest first. */
export function layersOf(semantics: Semantics): readonly Semantics[] {
  return [...(semantics.ground === undefined ? [] : layersOf(semantics.ground)), semantics];
}

/** One thing that a semantics changes: `rule detachLink`, `step link_create / prime`, `chart link / ATTACHED / DETACH`. */
export interface Change {
  readonly what: 'feature added' | 'feature removed' | 'rule' | 'step' | 'chart' | 'work';
  /** Names that lead to it inside `Changes`. */
  readonly path: readonly string[];
}

/** Single changes, in the order of their declaration. */
export function listChanges({ features, rules, steps, charts, works }: Changes): readonly Change[] {
  const named = (what: Change['what'], names: Iterable<string>): Change[] =>
    [...names].map((name) => ({ what, path: [name] }));
  return [
    ...named('feature added', features?.add ?? []),
    ...named('feature removed', features?.remove ?? []),
    ...named('rule', Object.keys(rules ?? {})),
    ...Object.entries(steps ?? {}).flatMap(([op, own]) =>
      Object.keys(own).map((step): Change => ({ what: 'step', path: [op, step] })),
    ),
    ...Object.entries(charts ?? {}).flatMap(([kind, phases]) =>
      Object.entries(phases).flatMap(([phase, events]) =>
        Object.keys(events).map((event): Change => ({ what: 'chart', path: [kind, phase, event] })),
      ),
    ),
    ...named('work', Object.keys(works ?? {})),
  ];
}

export const changeText = ({ what, path }: Change): string => `${what} ${path.join(' / ')}`;

/** The changes without some of them, by their text. */
export function withoutChanges(changes: Changes, dropped: ReadonlySet<string>): Changes {
  const keeps = (what: Change['what'], ...path: readonly string[]): boolean => !dropped.has(changeText({ what, path }));
  const only = <T>(record: Readonly<Record<string, T>> | undefined, kept: (name: string) => boolean) =>
    Object.fromEntries(Object.entries(record ?? {}).filter(([name]) => kept(name)));
  const deep = <T>(record: Readonly<Record<string, T>> | undefined, each: (name: string, value: T) => T) =>
    Object.fromEntries(Object.entries(record ?? {}).map(([name, value]) => [name, each(name, value)]));
  return {
    features: {
      add: (changes.features?.add ?? []).filter((name) => keeps('feature added', name)),
      remove: (changes.features?.remove ?? []).filter((name) => keeps('feature removed', name)),
    },
    rules: only(changes.rules as Readonly<Record<string, unknown>> | undefined, (name) => keeps('rule', name)),
    steps: deep(changes.steps, (op, own) => only(own, (step) => keeps('step', op, step))),
    charts: deep(changes.charts, (kind, phases) =>
      deep(phases, (phase, events) => only(events, (event) => keeps('chart', kind, phase, event))),
    ),
    works: only(changes.works, (name) => keeps('work', name)),
  };
}

/** The features of a ground after a change. */
export function featuresAfter<F extends string>(ground: ReadonlySet<F>, { features }: Changes): ReadonlySet<F> {
  const removed = new Set<string>(features?.remove ?? []);
  return new Set([...ground, ...((features?.add ?? []) as readonly F[])].filter((feature) => !removed.has(feature)));
}

/** The same semantics with some of its own changes restored to what it stands on. */
export function restored<F extends string>(semantics: Semantics<F>, dropped: ReadonlySet<string>): Semantics<F> {
  const { ground } = semantics;
  if (ground === undefined) return semantics;
  const changes = withoutChanges(semantics.changes, dropped);
  return { ...semantics, changes, features: featuresAfter(ground.features, changes) };
}
