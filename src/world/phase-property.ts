/** The built-in property behind `reachable` and `unreachable`: the objects named are not all in the phases named. */
import type { Objects } from '../modelling/object.ts';
import type { AnyView, AnyViews } from './any-view.ts';
import { InputError, type PropertyInput } from './input.ts';
import type { BoundProperty } from './machine.ts';
import { didYouMean } from './suggest.ts';

/** Key of the property; its parameters are phases by `<kind> <name>`. A violation is the witness that was looked for. */
export const PHASE_PROPERTY = '$phase';

interface Wanted {
  readonly view: AnyView;
  readonly phase: string;
  /** The phase in which an object that a command makes does not exist yet. */
  readonly unborn: string | undefined;
}

export interface PhaseContext {
  readonly objects: Objects;
  readonly views: AnyViews;
  /** Is this an object that a command brings into being? */
  readonly isMade: (view: AnyView) => boolean;
  /** The subject of the property exists. */
  readonly subject: () => void;
}

function wanted(
  what: string,
  phase: unknown,
  { where }: PropertyInput,
  { objects, views, isMade }: PhaseContext,
): Wanted {
  const charted = Object.entries(objects).filter(([, { chart }]) => chart !== undefined);
  const known = charted.flatMap(([kind]) =>
    (views[kind] ?? []).map((view) => ({ view, phases: objects[kind]?.chart?.phases ?? [] })),
  );
  const named = known.find(({ view }) => `${view.kind} ${view.name}` === what);
  if (named === undefined) {
    const hint = didYouMean(
      what,
      known.map(({ view }) => `${view.kind} ${view.name}`),
    );
    throw new InputError(
      'LR221',
      `there is no object "${what}" with phases`,
      where,
      hint ?? 'write its kind and its name, as in "link l"',
    );
  }
  const { view, phases } = named;
  if (typeof phase !== 'string' || !phases.includes(phase))
    throw new InputError(
      'LR222',
      `${view.kind} has no phase ${JSON.stringify(phase)}`,
      where,
      didYouMean(String(phase), phases) ?? `one of ${phases.join(', ')}`,
    );
  return { view, phase, unborn: isMade(view) ? phases[0] : undefined };
}

/** Throws InputError LR221 for unknown objects, LR222 for unknown phases. */
export function phaseProperty(input: PropertyInput, context: PhaseContext): BoundProperty {
  const all = Object.entries(input.params).map(([what, phase]) => wanted(what, phase, input, context));
  const why = all.map(({ view, phase }) => `${view.kind} ${view.name} is ${phase}`).join(' and ');
  return {
    input,
    kind: 'always',
    check() {
      if (all.every(({ view, unborn }) => view.phase !== unborn)) context.subject();
      return all.some(({ view, phase }) => view.phase !== phase) || why;
    },
  };
}
