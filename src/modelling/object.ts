/** Objects: kinds of kernel objects with their fields and, where they have phases, their chart. */
import type { Chart, ChartConfig, EventOf, PhaseOf } from './chart.ts';
import type {
  ArrayField,
  ChoiceField,
  ConstantField,
  CountField,
  Field,
  Fields,
  FixedField,
  FlagField,
  ListField,
  RefField,
  ScalarField,
  SetField,
} from './field.ts';

export interface ObjectKind<F extends Fields = Fields, C extends ChartConfig = ChartConfig> {
  readonly fields: F;
  readonly chart: Chart<C> | undefined;
}

export type Objects = Readonly<Record<string, ObjectKind>>;

/** A kind of object with phases. */
export function object<const F extends Fields, C extends ChartConfig>(spec: {
  readonly chart: Chart<C>;
  readonly fields: F;
}): ObjectKind<F, C>;
/** A kind of object without phases. */
export function object<const F extends Fields>(spec: {
  readonly fields: F;
}): ObjectKind<F, { initial: never; states: Record<never, never> }>;
export function object(spec: { readonly chart?: Chart; readonly fields: Fields }): ObjectKind {
  return { fields: spec.fields, chart: spec.chart };
}

/** An ordered list as a model sees it. Positions count from 0. */
export interface ListView<V> extends Iterable<V> {
  readonly length: number;
  readonly capacity: number;
  at(position: number): V;
  replace(position: number, value: V): void;
  insert(position: number, value: V): void;
  append(value: V): void;
  removeAt(position: number): void;
  indexOf(value: V): number;
  /** Removes the value where it stands first; false if it is not in the list. */
  remove(value: V): boolean;
  clear(): void;
}

export interface ArrayView<V> extends Iterable<V> {
  readonly length: number;
  at(position: number): V;
  put(position: number, value: V): void;
}

export interface SetView<V> extends Iterable<V> {
  has(value: V): boolean;
  add(value: V): void;
  delete(value: V): void;
  readonly empty: boolean;
  clear(): void;
}

type ScalarValue<O extends Objects, F extends ScalarField> = F extends FlagField
  ? boolean
  : F extends CountField
    ? number
    : F extends ChoiceField<infer Name>
      ? Name
      : F extends RefField<infer Kind>
        ? ViewOf<O, Kind & keyof O> | null
        : never;

type ElementValue<O extends Objects, F extends ScalarField> =
  F extends RefField<infer Kind> ? ViewOf<O, Kind & keyof O> : ScalarValue<O, F>;

export type ValueOf<O extends Objects, F extends Field> = F extends ScalarField
  ? ScalarValue<O, F>
  : F extends SetField<infer Kind>
    ? SetView<View<O, Kind & keyof O>>
    : F extends ListField<infer Element>
      ? ListView<ElementValue<O, Element>>
      : F extends ArrayField<infer Element>
        ? ArrayView<ScalarValue<O, Element>>
        : F extends FixedField<infer Kind, infer Many>
          ? Many extends true
            ? readonly ViewOf<O, Kind & keyof O>[]
            : ViewOf<O, Kind & keyof O> | null
          : F extends ConstantField<infer T>
            ? T
            : never;

type FieldsOf<O extends Objects, K extends keyof O> = O[K]['fields'];
type Assignable<F extends Fields> = { [N in keyof F]: F[N] extends ScalarField ? N : never }[keyof F];
type ChartOf<O extends Objects, K extends keyof O> = O[K] extends ObjectKind<Fields, infer C> ? C : never;

/**
 * An object of the present state. Reading and writing a field reads and writes the state vector. `view.before` is the
 * same object as it was before the transition that is running (for properties of steps).
 */
export type View<O extends Objects, K extends keyof O> = {
  readonly kind: K;
  readonly index: number;
  readonly name: string;
  readonly phase: PhaseOf<ChartOf<O, K>>;
  fire(event: EventOf<ChartOf<O, K>>): void;
} & { [N in Assignable<FieldsOf<O, K>>]: ValueOf<O, FieldsOf<O, K>[N]> } & {
  readonly [N in Exclude<keyof FieldsOf<O, K>, Assignable<FieldsOf<O, K>>>]: ValueOf<O, FieldsOf<O, K>[N]>;
};

/** A reference may be to one of several kinds: the view is then a union, told apart by `kind`. */
export type ViewOf<O extends Objects, K extends keyof O> = K extends keyof O ? View<O, K> : never;
