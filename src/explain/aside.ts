/**
 * Steps that wrote nothing of the chain: what they are there for. Some let others happen, some keep others from happening:
 * that, too, is tried.
 */
import type { Bystander } from './explanation.ts';
import type { History } from './history.ts';
import { differs, type Place } from './places.ts';

/** Why a step that is no link of the chain is in the trace. `words` says what a place is called. */
export function bystander(history: History, step: number, words: (place: Place) => string): Bystander {
  const event = history.events.findIndex((each) => each.step === step);
  const enables = enabledBy(history, event);
  const prevents = preventedBy(history, event, words);
  const ends = enables.length === 0 && prevents === undefined && history.kind === 'finally';
  return { step, enables, prevents, ends };
}

/** Later steps that could not be taken, or would do something else, without what the event wrote. */
function enabledBy(history: History, event: number): number[] {
  const later = history.events.slice(event + 1);
  return later.flatMap((next, i) => {
    const at = event + 1 + i;
    const own = [...history.places.of(next.reads)].filter((place) => history.writer(place, at) === event);
    if (own.length === 0) return [];
    const undone = own.map((place) => ({ place, writer: event }));
    const words = history.rerun(at, history.without(next.before, undone));
    const same = words !== undefined && [...history.changes(at)].every((place) => !differs(place, next.after, words));
    return same ? [] : [next.step];
  });
}

/**
 * Runs the rest of the trace without what the event wrote, but with its actor as far in the script. If the failure is gone, some
 * later step did what it else had not done: the first one that changes what the property read.
 */
function preventedBy(history: History, event: number, words: (place: Place) => string): Bystander['prevents'] {
  const { last } = history;
  const own = [...history.changes(event)].filter(({ role }) => role !== 'order');
  let state = history.without(
    history.at(event).after,
    own.map((place) => ({ place, writer: event })),
  );
  const read = [...history.read.now].filter(({ role }) => role !== 'order');
  let found: Bystander['prevents'];
  for (let at = event + 1; at <= last; at++) {
    if (at === last && (history.ofStep || history.isLaw))
      return history.failureBy(state, (now) => now) === true ? found : undefined;
    const next = history.rerun(at, state);
    if (next === undefined) return undefined;
    const other = read.find(
      (place) => differs(place, history.at(at).after, next) && differs(place, state, next) && words(place) !== '',
    );
    if (other !== undefined) found ??= { step: history.at(at).step, what: words(other), after: other.text(next) };
    state = next;
  }
  return history.failureIn(state) === true ? found : undefined;
}
