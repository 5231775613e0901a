/** Views: objects that read and write their fields in the state vector. */
import type { Field, Sizes } from '../modelling/field.ts';
import type { Objects } from '../modelling/object.ts';
import type { Happening } from '../modelling/world.ts';
import type { AnyView, AnyViews } from './any-view.ts';
import type { Cell, Cells } from './cells.ts';
import { chartTable, NO_TRANSITION } from './chart-table.ts';
import { codec } from './codec.ts';
import { type Access, arrayView, listView, setView } from './collections.ts';
import type { Coverage } from './coverage.ts';
import { type Instrument, instrumentedArray, instrumentedList, instrumentedSet } from './instrument.ts';
import type { Layout, ObjectCells } from './layout.ts';
import { LawSignal } from './signals.ts';

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
  /** Who is asked before objects of this kind change, if anybody is. */
  readonly instrumentOf?: (kind: string) => Instrument | undefined;
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

function definePhase(view: AnyView, objects: Objects, cell: Cell, access: Access, context: ViewContext): void {
  const chart = objects[view.kind]?.chart;
  if (chart === undefined) return;
  const { next, eventIndex } = chartTable(chart);
  const phase = (code: number): string => chart.phases[code] as string;
  Object.defineProperty(view, 'phase', { get: () => phase(access.read(cell)) });
  const fire = {
    value(event: string) {
      const from = access.read(cell);
      const index = eventIndex.get(event);
      const to = index === undefined ? NO_TRANSITION : (next[from * chart.events.length + index] as number);
      if (to === NO_TRANSITION)
        throw new LawSignal(
          'chart-law',
          `${view.kind} ${view.name} in phase ${phase(from)} does not know the event ${event}`,
        );
      access.write(cell, to);
      context.coverage.charts.add(`${view.kind}: ${phase(from)} -${event}-> ${phase(to)}`);
      context.watch({ type: 'fire', object: `${view.kind} ${view.name}`, event, from: phase(from), to: phase(to) });
    },
  };
  const instrument = access.past === true ? undefined : context.instrumentOf?.(view.kind);
  Object.defineProperty(view, 'fire', instrument === undefined ? fire : asked(view.kind, fire.value, instrument));
}

/** The event as an instrument lets it happen. */
const asked = (kind: string, fire: (event: string) => void, instrument: Instrument): PropertyDescriptor => ({
  value: (event: string) =>
    void instrument.act({ primitive: 'fire', on: `${kind} ${event}`, args: [], run: () => fire(event) }),
});

function defineField(
  view: AnyView,
  name: string,
  field: Field,
  cells: readonly Cell[],
  access: Access,
  context: ViewContext,
  views: AnyViews,
): void {
  const what = `${view.kind} ${view.name}.${name}`;
  const on = `${view.kind}.${name}`;
  const instrument = access.past === true ? undefined : context.instrumentOf?.(view.kind);
  const constantly = (value: unknown): void => {
    Object.defineProperty(view, name, { value });
  };
  switch (field.type) {
    case 'constant':
      break;
    case 'set':
      constantly(withInstrument(setView(cells, views[field.kind] ?? [], access), on, instrument, instrumentedSet));
      break;
    case 'list': {
      const list = listView(what, cells, codec(field.element, context.sizes, views, false), access);
      constantly(withInstrument(list, on, instrument, instrumentedList));
      break;
    }
    case 'array': {
      const array = arrayView(what, cells, codec(field.element, context.sizes, views, true), access);
      constantly(withInstrument(array, on, instrument, instrumentedArray));
      break;
    }
    default: {
      const { encode, decode } = codec(field, context.sizes, views, true);
      const cell = cells[0] as Cell;
      const get = (): unknown => decode(access.read(cell));
      const set = (value: unknown): void => access.write(cell, encode(value, what));
      const counts = field.type === 'count';
      Object.defineProperty(view, name, {
        get,
        set:
          instrument === undefined
            ? set
            : (value) => void instrument.act({ primitive: 'assign', on, args: [value], before: get, counts, run: set }),
      });
    }
  }
}

const withInstrument = <V>(
  view: V,
  on: string,
  instrument: Instrument | undefined,
  wrap: (view: V, on: string, instrument: Instrument) => V,
): V => (instrument === undefined ? view : wrap(view, on, instrument));

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
        past,
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
      for (const [name, { field, cells: fieldCells }] of Object.entries(own.fields))
        defineField(view, name, field, fieldCells, access, context, views);
      for (const [name, value] of Object.entries(instances[kind]?.constants?.[view.index] ?? {})) {
        if (spec.fields[name]?.type !== 'constant') throw new Error(`LR906 ${kind} has no constant field ${name}`);
        Object.defineProperty(view, name, { value: resolveNames(value, views) });
      }
    }
  return views;
}

/** Kind of the views over registers of commands. */
export const REGISTERS = 'register';

/** A view over the registers of one command; its references lead to the objects of `views`. */
export function makeRegisters(
  owner: string,
  fields: ObjectCells['fields'],
  context: ViewContext,
  views: AnyViews,
): AnyView {
  const { cells } = context;
  const access: Access = { read: (cell) => cells.read(cell), write: (cell, value) => cells.write(cell, value) };
  const view = { kind: REGISTERS, index: 0, name: owner } as unknown as AnyView;
  for (const [name, { field, cells: fieldCells }] of Object.entries(fields))
    defineField(view, name, field, fieldCells, access, context, views);
  return view;
}

function resolveNames(value: unknown, views: AnyViews): unknown {
  if (value instanceof ObjectName) return views[value.kind]?.[value.index];
  if (Array.isArray(value)) return value.map((item) => resolveNames(item, views));
  return value;
}
