/** Views: objects that read and write their fields in the state vector. */
import type { Field, ScalarField, Sizes } from '../modelling/field.ts';
import type { ArrayView, ListView, Objects, SetView } from '../modelling/object.ts';
import type { Happening } from '../modelling/world.ts';
import type { Cell, Cells } from './cells.ts';
import { chartTable, NO_TRANSITION } from './chart-table.ts';
import type { Coverage } from './coverage.ts';
import { largest, type Layout, type ObjectCells } from './layout.ts';
import { BoundSignal, LawSignal } from './signals.ts';

/** A view without its static type; models see `View<O, K>`. */
export interface AnyView {
  readonly kind: string;
  readonly index: number;
  readonly name: string;
  readonly phase: string;
  fire(event: string): void;
  readonly [field: string]: unknown;
}

export type AnyViews = Readonly<Record<string, readonly AnyView[]>>;

/** Names and constants of the objects of a bound scenario. */
export interface ObjectInstances {
  readonly names: readonly string[];
  /** Values of constant fields by object index. References in constants are given as `{ kind, index }`. */
  readonly constants?: readonly Readonly<Record<string, unknown>>[];
}

export interface ViewContext {
  readonly cells: Cells;
  readonly sizes: Sizes;
  readonly coverage: Coverage;
  readonly watch: (happening: Happening) => void;
}

interface Codec {
  readonly encode: (value: unknown, what: string) => number;
  readonly decode: (code: number) => unknown;
}

/** A name that a constant holds until all views exist. */
export class ObjectName {
  readonly kind: string;
  readonly index: number;
  constructor(kind: string, index: number) {
    this.kind = kind;
    this.index = index;
  }
}

function refCodec(field: Extract<ScalarField, { type: 'ref' }>, views: AnyViews, nullable: boolean): Codec {
  const starts = new Map<string, number>();
  const flat: AnyView[] = [];
  for (const kind of field.kinds) {
    starts.set(kind, flat.length);
    flat.push(...(views[kind] ?? []));
  }
  const shift = nullable ? 1 : 0;
  return {
    encode(value, what) {
      if (value === null && nullable) return 0;
      const view = value as AnyView;
      const start = starts.get(view.kind);
      if (start === undefined) throw new Error(`LR903 ${what} cannot refer to a ${view.kind}`);
      return start + view.index + shift;
    },
    decode: (code) => (nullable && code === 0 ? null : flat[code - shift]),
  };
}

function codec(field: ScalarField, context: ViewContext, views: AnyViews, nullable: boolean): Codec {
  switch (field.type) {
    case 'flag':
      return { encode: (value) => (value === true ? 1 : 0), decode: (code) => code === 1 };
    case 'count': {
      const most = largest(field, context.sizes);
      return {
        encode(value, what) {
          const number = value as number;
          if (number < 0) throw new LawSignal('count-below-zero', `${what} would become ${number}`);
          if (number > most) throw new BoundSignal(`${what} would exceed its maximum ${most}`);
          return number;
        },
        decode: (code) => code,
      };
    }
    case 'choice':
      return {
        encode(value, what) {
          const code = field.names.indexOf(value as string);
          if (code < 0) throw new Error(`LR903 ${what} cannot be ${String(value)}`);
          return code;
        },
        decode: (code) => field.names[code],
      };
    case 'ref':
      return refCodec(field, views, nullable);
  }
}

interface Access {
  readonly read: (cell: Cell) => number;
  readonly write: (cell: Cell, value: number) => void;
}

function listView(what: string, cells: readonly Cell[], { encode, decode }: Codec, { read, write }: Access): ListView<unknown> {
  const [lengthCell, ...slots] = cells as [Cell, ...Cell[]];
  const length = (): number => read(lengthCell);
  const slot = (position: number): Cell => {
    const cell = slots[position];
    if (cell === undefined || position >= length()) throw new LawSignal('list-bounds', `${what} has no position ${position}`);
    return cell;
  };
  const view: ListView<unknown> = {
    get length() {
      return length();
    },
    capacity: slots.length,
    at: (position) => decode(read(slot(position))),
    replace: (position, value) => write(slot(position), encode(value, what)),
    insert(position, value) {
      const n = length();
      if (n >= slots.length) throw new BoundSignal(`${what} is full (${slots.length})`);
      for (let i = n; i > position; i--) write(slots[i] as Cell, read(slots[i - 1] as Cell));
      write(slots[position] as Cell, encode(value, what));
      write(lengthCell, n + 1);
    },
    append: (value) => view.insert(length(), value),
    removeAt(position) {
      const n = length();
      if (position >= n) throw new LawSignal('list-bounds', `${what} has no position ${position}`);
      for (let i = position; i < n - 1; i++) write(slots[i] as Cell, read(slots[i + 1] as Cell));
      write(slots[n - 1] as Cell, 0);
      write(lengthCell, n - 1);
    },
    indexOf(value) {
      const code = encode(value, what);
      const n = length();
      for (let i = 0; i < n; i++) if (read(slots[i] as Cell) === code) return i;
      return -1;
    },
    remove(value) {
      const position = view.indexOf(value);
      if (position >= 0) view.removeAt(position);
      return position >= 0;
    },
    clear() {
      for (const cell of cells) write(cell, 0);
    },
    *[Symbol.iterator]() {
      const n = length();
      for (let i = 0; i < n; i++) yield decode(read(slots[i] as Cell));
    },
  };
  return view;
}

function arrayView(what: string, cells: readonly Cell[], { encode, decode }: Codec, { read, write }: Access): ArrayView<unknown> {
  const at = (position: number): Cell => {
    const cell = cells[position];
    if (cell === undefined) throw new Error(`LR904 ${what} has no position ${position}`);
    return cell;
  };
  return {
    length: cells.length,
    at: (position) => decode(read(at(position))),
    put: (position, value) => write(at(position), encode(value, what)),
    *[Symbol.iterator]() {
      for (const cell of cells) yield decode(read(cell));
    },
  };
}

function setView(cells: readonly Cell[], members: readonly AnyView[], { read, write }: Access): SetView<AnyView> {
  const cellOf = (value: AnyView): Cell => cells[value.index] as Cell;
  return {
    has: (value) => read(cellOf(value)) === 1,
    add: (value) => write(cellOf(value), 1),
    delete: (value) => write(cellOf(value), 0),
    get empty() {
      for (const cell of cells) if (read(cell) === 1) return false;
      return true;
    },
    clear() {
      for (const cell of cells) write(cell, 0);
    },
    *[Symbol.iterator]() {
      for (const [index, cell] of cells.entries()) if (read(cell) === 1) yield members[index] as AnyView;
    },
  };
}

function definePhase(view: AnyView, objects: Objects, cell: Cell, access: Access, context: ViewContext): void {
  const chart = objects[view.kind]?.chart;
  if (chart === undefined) return;
  const { next, eventIndex } = chartTable(chart);
  const phase = (code: number): string => chart.phases[code] as string;
  Object.defineProperty(view, 'phase', { get: () => phase(access.read(cell)) });
  Object.defineProperty(view, 'fire', {
    value(event: string) {
      const from = access.read(cell);
      const index = eventIndex.get(event);
      const to = index === undefined ? NO_TRANSITION : (next[from * chart.events.length + index] as number);
      if (to === NO_TRANSITION) throw new LawSignal('chart-law', `${view.kind} ${view.name} in phase ${phase(from)} does not know the event ${event}`);
      access.write(cell, to);
      context.coverage.charts.add(`${view.kind}: ${phase(from)} -${event}-> ${phase(to)}`);
      context.watch({ type: 'fire', object: `${view.kind} ${view.name}`, event, from: phase(from), to: phase(to) });
    },
  });
}

function defineField(view: AnyView, name: string, field: Field, cells: readonly Cell[], access: Access, context: ViewContext, views: AnyViews): void {
  const what = `${view.kind} ${view.name}.${name}`;
  const constantly = (value: unknown): void => void Object.defineProperty(view, name, { value });
  switch (field.type) {
    case 'constant':
      return;
    case 'set':
      return constantly(setView(cells, views[field.kind] ?? [], access));
    case 'list':
      return constantly(listView(what, cells, codec(field.element, context, views, false), access));
    case 'array':
      return constantly(arrayView(what, cells, codec(field.element, context, views, true), access));
    default: {
      const { encode, decode } = codec(field, context, views, true);
      const cell = cells[0] as Cell;
      Object.defineProperty(view, name, { get: () => decode(access.read(cell)), set: (value) => access.write(cell, encode(value, what)) });
    }
  }
}

/** Makes the views of all objects; `past` views read the state before the running transition and refuse to write. */
export function makeViews(
  objects: Objects,
  instances: Readonly<Record<string, ObjectInstances>>,
  layout: Layout,
  context: ViewContext,
  past: boolean,
): AnyViews {
  const { cells } = context;
  const access: Access = past
    ? {
        read: (cell) => cells.readBefore(cell),
        write: () => {
          throw new Error('LR905 the past cannot be written');
        },
      }
    : { read: (cell) => cells.read(cell), write: (cell, value) => cells.write(cell, value) };
  const views: Record<string, AnyView[]> = {};
  for (const kind of Object.keys(objects))
    views[kind] = (instances[kind]?.names ?? []).map((name, index) => ({ kind, index, name }) as unknown as AnyView);
  for (const [kind, spec] of Object.entries(objects))
    for (const view of views[kind] as AnyView[]) {
      const own = layout[kind]?.[view.index];
      if (own === undefined) throw new Error(`LR906 no layout for ${kind} ${view.name}`);
      if (own.phase !== undefined) definePhase(view, objects, own.phase, access, context);
      for (const [name, { field, cells: fieldCells }] of Object.entries(own.fields)) defineField(view, name, field, fieldCells, access, context, views);
      for (const [name, value] of Object.entries(instances[kind]?.constants?.[view.index] ?? {})) {
        if (spec.fields[name]?.type !== 'constant') throw new Error(`LR906 ${kind} has no constant field ${name}`);
        Object.defineProperty(view, name, { value: resolveNames(value, views) });
      }
    }
  return views;
}

/** A view over the registers of one command; its references lead to the objects of `views`. */
export function makeRegisters(owner: string, fields: ObjectCells['fields'], context: ViewContext, views: AnyViews): AnyView {
  const { cells } = context;
  const access: Access = { read: (cell) => cells.read(cell), write: (cell, value) => cells.write(cell, value) };
  const view = { kind: 'registers', index: 0, name: owner } as unknown as AnyView;
  for (const [name, { field, cells: fieldCells }] of Object.entries(fields)) defineField(view, name, field, fieldCells, access, context, views);
  return view;
}

function resolveNames(value: unknown, views: AnyViews): unknown {
  if (value instanceof ObjectName) return views[value.kind]?.[value.index];
  if (Array.isArray(value)) return value.map((item) => resolveNames(item, views));
  return value;
}
