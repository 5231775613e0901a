/**
 * Instruments: whoever wants to see, or to change, what the primitives of a model do. One is handed over with the
 * scenario (`WorldInput.instrument`); where none is, nothing is wrapped and nothing costs anything.
 */
import type { ModelDefinition } from '../modelling/model.ts';
import type { ArrayView, ListView, SetView } from '../modelling/object.ts';
import type { AnyView } from './any-view.ts';

/**
 * - `fire`: an event of a chart
 * - `assign`: a scalar field or a register
 * - `insert`, `replace`, `remove`, `clear`: of a list
 * - `put-cell`: an element of an array
 * - `add`, `delete`, `clear-set`, `is-empty`: of a set
 * - `check`: a check or a failure, with the condition and the errno
 * - `allocate`: memory without which the command fails
 * - `try-to-allocate`: memory that the model can do without
 * - `get`, `put`: of a reference
 */
export const PRIMITIVES = [
  'fire',
  'assign',
  'insert',
  'replace',
  'remove',
  'clear',
  'put-cell',
  'add',
  'delete',
  'clear-set',
  'is-empty',
  'check',
  'allocate',
  'try-to-allocate',
  'get',
  'put',
] as const;
export type Primitive = (typeof PRIMITIVES)[number];

/** One use of a primitive, before it does anything. */
export interface Act<P extends string = Primitive> {
  readonly primitive: P;
  /** What it acts on, without names of single objects: `link.slot`, `link AUTO_DETACH`, the name of a check. */
  readonly on: string;
  readonly args: readonly unknown[];
  /** Does it, with these arguments or with others. */
  readonly run: (...args: readonly unknown[]) => unknown;
  /** The list that it changes. */
  readonly list?: ListView<unknown>;
  /** What stands there now, for what assigns. */
  readonly before?: () => unknown;
  /** The field is a counter. */
  readonly counts?: boolean;
}

export interface Instrument {
  /** The model as it is to run: rules, steps and works wrapped, so that the instrument knows where it is. */
  wrap(model: ModelDefinition): ModelDefinition;
  /** Answers for the primitive; what it returns is what the model sees. */
  act(act: Act): unknown;
  attach?(access: WorldAccess): void;
}

/** What an instrument may do with the world it is attached to. */
export interface WorldAccess {
  /** Runs code on the present state and takes back all that it did; what it throws passes through. */
  rehearse<T>(run: () => T): T;
  /** Runs code that only looks, without a trace in the record of what the transition read. */
  peek<T>(run: () => T): T;
}

/** The same view with some of its members replaced; the members of the view itself go on using each other. */
const over = <V extends object>(view: V, members: Partial<V>): V =>
  Object.create(view, Object.fromEntries(Object.entries(members).map(([name, value]) => [name, { value }]))) as V;

export function instrumentedList(view: ListView<unknown>, on: string, instrument: Instrument): ListView<unknown> {
  const act = (primitive: Primitive, args: readonly unknown[], run: (...args: readonly never[]) => unknown): unknown =>
    instrument.act({ primitive, on, args, run: run as Act['run'], list: view });
  const removeAt = (position: number): unknown => act('remove', [position], (at: number) => view.removeAt(at));
  return over(view, {
    insert: (position, value) =>
      void act('insert', [position, value], (at: number, what: unknown) => view.insert(at, what)),
    append: (value) => void act('insert', [view.length, value], (at: number, what: unknown) => view.insert(at, what)),
    replace: (position, value) =>
      void act('replace', [position, value], (at: number, what: unknown) => view.replace(at, what)),
    removeAt: (position) => void removeAt(position),
    remove(value) {
      const position = view.indexOf(value);
      if (position >= 0) removeAt(position);
      return position >= 0;
    },
    clear: () => void act('clear', [], () => view.clear()),
  });
}

export function instrumentedArray(view: ArrayView<unknown>, on: string, instrument: Instrument): ArrayView<unknown> {
  return over(view, {
    put: (position, value) =>
      void instrument.act({
        primitive: 'put-cell',
        on,
        args: [value],
        before: () => view.at(position),
        run: (what) => view.put(position, what),
      }),
  });
}

export function instrumentedSet(view: SetView<AnyView>, on: string, instrument: Instrument): SetView<AnyView> {
  const change = (primitive: 'add' | 'delete', value: AnyView): void =>
    void instrument.act({
      primitive,
      on,
      args: [value],
      before: () => view.has(value),
      run: (what) => view[primitive](what as AnyView),
    });
  const set = over(view, {
    add: (value) => change('add', value),
    delete: (value) => change('delete', value),
    clear: () =>
      void instrument.act({
        primitive: 'clear-set',
        on,
        args: [],
        before: () => !view.empty,
        run: () => view.clear(),
      }),
  });
  return Object.defineProperty(set, 'empty', {
    get: () => instrument.act({ primitive: 'is-empty', on, args: [], run: () => view.empty }),
  });
}
