/** What differs between the description of a state and the next. */
import type { Description } from '../modelling/model.ts';

export interface PlaceChange {
  readonly place: string;
  readonly before: string;
  readonly after: string;
}

export interface HolderChange {
  readonly object: string;
  readonly lost: readonly string[];
  readonly gained: readonly string[];
}

export interface Changes {
  readonly places: readonly PlaceChange[];
  readonly holders: readonly HolderChange[];
}

const keysOf = (a: object, b: object): string[] => [...new Set([...Object.keys(a), ...Object.keys(b)])];

/** Items of `a` that `b` has not, each as often as it is missing: one of two descriptors may go. */
function without(a: readonly string[], b: readonly string[]): string[] {
  const left = [...b];
  return a.filter((item) => {
    const at = left.indexOf(item);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

export function changesBetween(before: Description, after: Description): Changes {
  const places = keysOf(before.places, after.places).map((place) => ({
    place,
    before: before.places[place] ?? '',
    after: after.places[place] ?? '',
  }));
  const holders = keysOf(before.holders, after.holders).map((object) => {
    const [was, is] = [before.holders[object] ?? [], after.holders[object] ?? []];
    return { object, lost: without(was, is), gained: without(is, was) };
  });
  return {
    places: places.filter(({ before: was, after: is }) => was !== is && !(isNothing(was) && isNothing(is))),
    holders: holders.filter(({ lost, gained }) => lost.length + gained.length > 0),
  };
}

/** Models write `nothing` for an empty place, or leave the place out. */
export const isNothing = (text: string): boolean => text === '' || text === 'nothing';

function placeLine({ place, before, after }: PlaceChange): string {
  const was = isNothing(before) ? 'nothing' : before;
  const is = isNothing(after) ? 'nothing' : after;
  // Some descriptions have an arrow of their own.
  if (!`${was}${is}`.includes('->')) return `${place}: ${was} -> ${is}`;
  return isNothing(before) ? `${place}: ${is}` : `${place}: ${is} (was: ${was})`;
}

/** One line per change: `egress of web: fw1 count -> fw2 count`, `link l: - fd of alice`. */
export function changeLines({ places, holders }: Changes): string[] {
  const signed = (sign: string, names: readonly string[]): string[] => names.map((name) => `${sign} ${name}`);
  return [
    ...places.map(placeLine),
    ...holders.map(
      ({ object, lost, gained }) => `${object}: ${[...signed('-', lost), ...signed('+', gained)].join(', ')}`,
    ),
  ];
}
