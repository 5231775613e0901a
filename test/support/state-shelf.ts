/** A state over a few objects, beside the plain JavaScript values that it should hold. */
import fc from 'fast-check';
import type { ListView, Objects, SetView } from '../../src/modelling/object.ts';
import type { AnyView, AnyViews } from '../../src/world/any-view.ts';
import { Cells } from '../../src/world/cells.ts';
import { Coverage } from '../../src/world/coverage.ts';
import { BitAllocator, layOut } from '../../src/world/layout.ts';
import { makeViews } from '../../src/world/views.ts';

/** Field values by `kind index field`; references as `kind index`, sets as sorted lists. */
export type Book = Record<string, unknown>;

export interface Shelf {
  readonly objects: Objects;
  readonly views: AnyViews;
  read(): Book;
  words(): Int32Array;
  load(words: Int32Array): void;
  /** A state that holds the values of the book, written one after the other into a state that held nothing. */
  write(book: Book): void;
}

/** One write, done to the state and to the book. `plain` says what refuses it: nothing, a bound or a law. */
export interface Change {
  readonly name: string;
  readonly real: (of: Shelf) => void;
  readonly plain: (book: Book) => 'bound' | 'law' | undefined;
}

/** Runs what may be refused. */
export function TRY(run: () => void): void {
  try {
    run();
  } catch {
    // The other law looks at what is refused.
  }
}

const plainOf = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if ('kind' in value) return idOf(value as AnyView);
  return [...(value as Iterable<unknown>)].map(plainOf);
};

const idOf = ({ kind, index }: { readonly kind: string; readonly index: number }): string => `${kind} ${index}`;

export function shelf(objects: Objects, sizes: Readonly<Record<string, number>>): Shelf {
  const bits = new BitAllocator();
  const layout = layOut(objects, sizes, bits);
  const cells = new Cells(bits.words, bits.words + 1);
  const instances = Object.fromEntries(
    Object.keys(objects).map((kind) => [kind, { names: Array.from({ length: sizes[kind] ?? 0 }, (_, i) => `${i}`) }]),
  );
  const context = { cells, sizes, coverage: new Coverage(), watch: () => undefined };
  const views = makeViews(objects, instances, layout, context, false);
  const all = Object.entries(views).flatMap(([kind, list]) =>
    list.flatMap((view) => Object.keys(objects[kind]?.fields ?? {}).map((field) => ({ view, field }))),
  );
  const byId = new Map(
    Object.values(views)
      .flat()
      .map((view) => [idOf(view), view]),
  );
  const realOf = (plain: unknown): unknown => (typeof plain === 'string' ? (byId.get(plain) ?? plain) : plain);
  return {
    objects,
    views,

    read: () => Object.fromEntries(all.map(({ view, field }) => [`${idOf(view)} ${field}`, plainOf(view[field])])),
    words: () => Int32Array.from(cells.now.subarray(0, cells.storedWords)),
    load: (words) => cells.load(words, 0),
    write(book) {
      cells.load(new Int32Array(cells.storedWords), 0);
      for (const { view, field } of all) writeField(view, field, book[`${idOf(view)} ${field}`], realOf);
    },
  };
}

interface Collection {
  append?(value: unknown): void;
  add?(value: unknown): void;
  put?(position: number, value: unknown): void;
}

function writeField(view: AnyView, name: string, plain: unknown, realOf: (plain: unknown) => unknown): void {
  if (!Array.isArray(plain)) {
    (view as unknown as Record<string, unknown>)[name] = realOf(plain);
    return;
  }
  const collection = view[name] as Collection;
  for (const [i, item] of plain.map(realOf).entries()) {
    if (collection.append !== undefined) collection.append(item);
    else if (collection.add !== undefined) collection.add(item);
    else collection.put?.(i, item);
  }
}

/** A value of a scalar field, in the state and in the book. */
interface Value {
  readonly real: unknown;
  readonly plain: unknown;
  readonly refused?: 'bound' | 'law';
}

const same = (value: unknown): Value => ({ real: value, plain: value });

function valuesOf(of: Shelf, field: { readonly type: string }, nullable: boolean): fc.Arbitrary<Value> {
  switch (field.type) {
    case 'flag':
      return fc.boolean().map(same);
    case 'count': {
      const most = (field as unknown as { readonly max: number }).max;
      return fc.integer({ min: -1, max: most + 1 }).map((n) => {
        const refused = n < 0 ? ('law' as const) : n > most ? ('bound' as const) : undefined;
        return refused === undefined ? same(n) : { ...same(n), refused };
      });
    }
    case 'choice':
      return fc.constantFrom(...(field as unknown as { readonly names: readonly string[] }).names).map(same);
    default: {
      const views = (field as unknown as { readonly kinds: readonly string[] }).kinds.flatMap(
        (kind) => of.views[kind] ?? [],
      );
      const view = fc.constantFrom(...views).map((one): Value => ({ real: one, plain: idOf(one) }));
      return nullable ? fc.oneof(view, fc.constant(same(null))) : view;
    }
  }
}

type Plain = unknown[];

/** Any change of any field of any object. */
export function changesOf(of: Shelf): fc.Arbitrary<Change> {
  const each = Object.entries(of.views).flatMap(([kind, views]) =>
    views.flatMap((view) =>
      Object.entries(of.objects[kind]?.fields ?? {}).map(([name, field]) => changeOf(of, view, name, field)),
    ),
  );
  return fc.oneof(...each);
}

function changeOf(of: Shelf, view: AnyView, name: string, field: { readonly type: string }): fc.Arbitrary<Change> {
  const key = `${idOf(view)} ${name}`;
  const element = (field as unknown as { readonly element: { readonly type: string } }).element;
  switch (field.type) {
    case 'list':
      return listChange(key, view[name] as ListView<unknown>, valuesOf(of, element, false));
    case 'array': {
      const cells = view[name] as { readonly length: number; put(i: number, value: unknown): void };
      if (cells.length === 0) return fc.constant({ name: key, real: () => undefined, plain: () => undefined });
      return fc.tuple(fc.nat(cells.length - 1), valuesOf(of, element, true)).map(([i, value]) => ({
        name: `${key}[${i}] = ${String(value.plain)}`,
        real: () => cells.put(i, value.real),
        plain(book) {
          if (value.refused === undefined) (book[key] as Plain)[i] = value.plain;
          return value.refused;
        },
      }));
    }
    case 'set':
      return setChange(
        key,
        view[name] as SetView<AnyView>,
        of.views[(field as unknown as { kind: string }).kind] ?? [],
      );
    default:
      return valuesOf(of, field, true).map((value) => ({
        name: `${key} = ${String(value.plain)}`,
        real() {
          (view as unknown as Record<string, unknown>)[name] = value.real;
        },
        plain(book) {
          if (value.refused === undefined) book[key] = value.plain;
          return value.refused;
        },
      }));
  }
}

function setChange(key: string, view: SetView<AnyView>, members: readonly AnyView[]): fc.Arbitrary<Change> {
  return fc.tuple(fc.constantFrom(...members), fc.boolean()).map(([member, add]) => ({
    name: `${key} ${add ? 'add' : 'delete'} ${idOf(member)}`,
    real: () => (add ? view.add(member) : view.delete(member)),
    plain(book) {
      const rest = (book[key] as Plain).filter((one) => one !== idOf(member));
      book[key] = (add ? [...rest, idOf(member)] : rest).sort();
      return undefined;
    },
  }));
}

const LIST_CHANGES = ['insert', 'append', 'replace', 'removeAt', 'remove', 'clear'] as const;

function listChange(key: string, view: ListView<unknown>, values: fc.Arbitrary<Value>): fc.Arbitrary<Change> {
  const positions = fc.integer({ min: -1, max: view.capacity + 1 });
  return fc.tuple(fc.constantFrom(...LIST_CHANGES), positions, values).map(([what, position, value]) => ({
    name: `${key} ${what} ${position} ${String(value.plain)}`,
    real() {
      if (what === 'insert' || what === 'replace') view[what](position, value.real);
      else if (what === 'removeAt') view.removeAt(position);
      else if (what === 'clear') view.clear();
      else view[what](value.real);
    },
    plain: (book) => plainList(book[key] as Plain, what, position, value.plain, view.capacity),
  }));
}

/** What a plain array would do, within the bounds of the list. */
function plainList(
  items: Plain,
  what: (typeof LIST_CHANGES)[number],
  position: number,
  value: unknown,
  capacity: number,
): 'bound' | 'law' | undefined {
  const exists = position >= 0 && position < items.length;
  switch (what) {
    case 'insert':
    case 'append': {
      if (items.length >= capacity) return 'bound';
      if (what === 'insert' && (position < 0 || position > items.length)) return 'law';
      items.splice(what === 'append' ? items.length : position, 0, value);
      return undefined;
    }
    case 'replace':
      if (exists) items[position] = value;
      return exists ? undefined : 'law';
    case 'removeAt':
      if (exists) items.splice(position, 1);
      return exists ? undefined : 'law';
    case 'remove':
      if (items.includes(value)) items.splice(items.indexOf(value), 1);
      return undefined;
    case 'clear':
      items.length = 0;
      return undefined;
  }
}
