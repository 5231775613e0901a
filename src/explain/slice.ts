/**
 * The slice: which changes of the trace the violation needed. It goes backwards from what the property read. A change counts
 * if undoing it alone, with everything else as it was, takes its effect away; that is tried and not guessed.
 */
import type { Tried } from './explanation.ts';
import type { Event, History } from './history.ts';
import { differs, type Place, withPlace } from './places.ts';

/** Somebody changed a place. */
export interface Change {
  readonly event: number;
  readonly place: Place;
  /** Changes that this one needed, by position in the slice. */
  readonly because: number[];
  /** Features that decided. */
  readonly features: readonly string[];
}

export interface Slice {
  readonly changes: readonly Change[];
  /** What the property itself needed, by position. */
  readonly roots: readonly number[];
  readonly tried: Tried;
}

/** Longest chain that is followed; more is no explanation. */
const CHANGES_MAX = 60;

interface Candidate {
  readonly place: Place;
  readonly writer: number;
}

/** Places whose last change before `end` is known, without those that only say where actors stand. */
function candidates(history: History, places: Iterable<Place>, end: number): Candidate[] {
  return [...places].flatMap((place) => {
    if (place.role === 'order') return [];
    const writer = history.writer(place, end);
    return writer === undefined ? [] : [{ place, writer }];
  });
}

/** All that an event changed and nobody after it, before `end`. */
const changesOf = (history: History, event: number, end: number): Candidate[] =>
  candidates(history, history.changes(event), end).filter(({ writer }) => writer === event);

/** Later changes first: what happened last is what an explanation begins with. */
const latestFirst = (a: Candidate, b: Candidate): number => b.writer - a.writer;

interface Roots {
  readonly found: readonly Candidate[];
  readonly tried: Tried;
}

/** What becomes of the failure when some changes are undone: why it fails then, or true if it does not. */
type Try = (undone: readonly Candidate[]) => true | string;

/** Which of the candidates the failure needs: each alone, or those of one event, or all of them together. */
function needed(
  history: History,
  all: readonly Candidate[],
  attempt: Try,
  ownOf: (event: number) => readonly Candidate[],
): Roots {
  const holdsWithout = (undone: readonly Candidate[]): boolean => attempt(undone) === true;
  const each = all.filter((candidate) => holdsWithout([candidate]));
  if (each.some(({ writer }) => history.at(writer).step > 0)) return { found: each, tried: 'each' };
  // Setup alone is no reason: what did a step have to do with it?
  const events = [...new Set(all.map(({ writer }) => writer))].sort((a, b) => b - a);
  for (const event of events) {
    if (history.at(event).step === 0) continue;
    // Where two things are wrong, a property that names the first does not look at the second.
    const own = ownOf(event);
    if (holdsWithout(own)) return { found: [...each, ...smallest(own, holdsWithout)], tried: 'together' };
  }
  if (each.length > 0) return { found: each, tried: 'each' };
  if (holdsWithout(all)) return { found: smallest(all, holdsWithout), tried: 'together' };
  const why = attempt([]);
  const otherwise = all.filter((candidate) => attempt([candidate]) !== why);
  return otherwise.length > 0 ? { found: otherwise, tried: 'otherwise' } : { found: all, tried: 'untried' };
}

/** Leaves out one after the other what need not be undone. */
function smallest(
  all: readonly Candidate[],
  holdsWithout: (undone: readonly Candidate[]) => boolean,
): readonly Candidate[] {
  return all.reduce<readonly Candidate[]>((kept, candidate) => {
    const fewer = kept.filter((each) => each !== candidate);
    return fewer.length > 0 && holdsWithout(fewer) ? fewer : kept;
  }, all);
}

/** A property of states: what it read, as it was written last. */
function rootsOfState(history: History): Roots {
  const { last } = history;
  const now = history.at(last).after;
  return needed(
    history,
    candidates(history, history.read.now, last + 1),
    (undone) => history.failureIn(history.without(now, undone)),
    (event) => changesOf(history, event, last + 1),
  );
}

/** A property of steps: what the last step changed, and what stood there before. A law: what the last step read. */
function rootsOfStep(history: History): Roots {
  const { last } = history;
  const { before, reads } = history.at(last);
  const read = history.isLaw ? history.places.of(reads) : new Set([...history.read.past, ...history.read.now]);
  const earlier = candidates(history, read, last);
  const own = history.isLaw
    ? []
    : changesOf(history, last, last + 1).filter(({ place }) => history.read.now.has(place));
  const attempt: Try = (undone) => {
    const kept = undone.filter(({ writer }) => writer === last).map(({ place }) => place);
    const past = undone.filter(({ writer }) => writer !== last);
    return history.failureBy(history.without(before, past), (words) => withPlace(words, kept, before));
  };
  return needed(history, [...own, ...earlier], attempt, (event) =>
    changesOf(history, event, event === last ? last + 1 : last),
  );
}

/** Did the event, run on another state, leave the place as it did? */
const sameEffect = (place: Place, { after }: Event, words: Int32Array | undefined): boolean =>
  words !== undefined && !differs(place, after, words);

export function slice(history: History): Slice {
  const { found, tried } = history.isLaw || history.ofStep ? rootsOfStep(history) : rootsOfState(history);
  const changes: Change[] = [];
  const known = new Map<string, number>();
  const waiting: { readonly candidate: Candidate; readonly because: number[] }[] = [];
  const add = (candidate: Candidate, needs: number[]): void => {
    const { place, writer } = candidate;
    const key = `${writer} ${place.role} ${place.kind} ${place.name} ${place.field}`;
    const before = known.get(key);
    if (before === undefined && changes.length >= CHANGES_MAX) return;
    needs.push(before ?? changes.length);
    if (before !== undefined) return;
    known.set(key, changes.length);
    const because: number[] = [];
    changes.push({ event: writer, place, because, features: featuresOf(history, candidate) });
    waiting.push({ candidate, because });
  };
  const roots: number[] = [];
  for (const root of [...found].sort(latestFirst)) add(root, roots);
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
    for (const cause of causesOf(history, next.candidate)) add(cause, next.because);
  return { changes, roots, tried };
}

/** What an event needed to change a place as it did. Setup is given. */
function causesOf(history: History, { place, writer }: Candidate): Candidate[] {
  const event = history.at(writer);
  if (event.step === 0) return [];
  return candidates(history, history.places.of(event.reads), writer)
    .filter((cause) => !sameEffect(place, event, history.rerun(writer, history.without(event.before, [cause]))))
    .sort(latestFirst);
}

function featuresOf(history: History, { place, writer }: Candidate): string[] {
  const event = history.at(writer);
  if (event.step === 0) return [];
  return [...event.features].filter(
    (feature) => !sameEffect(place, event, history.rerunTurned(writer, event.before, feature)),
  );
}
