/**
 * Fields: the bounded pieces of state that an object is made of.
 *
 * Every field states its bound, because the layout of a state is computed from the bounds and because a counter that
 * could wrap would make a proof worthless. A bound may depend on how many objects the scenario has.
 */

/** How many objects of each kind a bound scenario has, and its named limits. */
export type Sizes = Readonly<Record<string, number>>;

/** A bound: a number, or computed from the scenario's sizes. */
export type Bound = number | ((sizes: Sizes) => number);

export interface FlagField {
  readonly type: 'flag';
}
export interface CountField {
  readonly type: 'count';
  readonly max: Bound;
}
export interface ChoiceField<Name extends string = string> {
  readonly type: 'choice';
  readonly names: readonly Name[];
}
export interface RefField<Kind extends string = string> {
  readonly type: 'ref';
  readonly kinds: readonly Kind[];
}
export interface SetField<Kind extends string = string> {
  readonly type: 'set';
  readonly kind: Kind;
}
export interface ListField<Element extends ScalarField = ScalarField> {
  readonly type: 'list';
  readonly element: Element;
  readonly capacity: Bound;
}
export interface ArrayField<Element extends ScalarField = ScalarField> {
  readonly type: 'array';
  readonly element: Element;
  readonly length: Bound;
}
/** A value that is fixed when the scenario is bound; it is no part of the state. */
export interface ConstantField<T = unknown> {
  readonly type: 'constant';
  readonly of?: T;
}

/** A reference, or a list of references, that is fixed when the scenario is bound. */
export interface FixedField<Kind extends string = string, Many extends boolean = boolean> {
  readonly type: 'constant';
  readonly kind: Kind;
  readonly many: Many;
}

export type ScalarField = FlagField | CountField | ChoiceField | RefField;
export type Field = ScalarField | SetField | ListField | ArrayField | FixedField | ConstantField;
export type Fields = Readonly<Record<string, Field>>;

/** True or false; false at first. */
export const flag = (): FlagField => ({ type: 'flag' });

/** A number from 0 to `max`; going below 0 or above `max` is reported as an error of the run, never wrapped. */
export const count = (max: Bound): CountField => ({ type: 'count', max });

/** One of the names; the first at first. */
export const choice = <const Names extends readonly string[]>(...names: Names): ChoiceField<Names[number]> => ({
  type: 'choice',
  names,
});

/** A reference to an object of one of the kinds, or null; null at first. It counts nothing: counts are fields. */
export const ref = <const Kinds extends readonly string[]>(...kinds: Kinds): RefField<Kinds[number]> => ({
  type: 'ref',
  kinds,
});

/** A set of objects of one kind; empty at first. */
export const set = <const Kind extends string>(kind: Kind): SetField<Kind> => ({ type: 'set', kind });

/** An ordered list of at most `capacity` elements; empty at first. */
export const list = <Element extends ScalarField>(element: Element, capacity: Bound): ListField<Element> => ({
  type: 'list',
  element,
  capacity,
});

/** A fixed number of cells, each at its first value at first. */
export const array = <Element extends ScalarField>(element: Element, length: Bound): ArrayField<Element> => ({
  type: 'array',
  element,
  length,
});

/** An object given at binding time, such as the parent of a cgroup, or null. */
export const fixed = <const Kind extends string>(kind: Kind): FixedField<Kind, false> => ({
  type: 'constant',
  kind,
  many: false,
});

/** Objects given at binding time, such as the ancestors of a cgroup. */
export const fixedList = <const Kind extends string>(kind: Kind): FixedField<Kind, true> => ({
  type: 'constant',
  kind,
  many: true,
});

/** A value given at binding time, such as the type of a program. */
export const constant = <T>(): ConstantField<T> => ({ type: 'constant' });
