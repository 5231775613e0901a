/** Places: the fields of objects, found by the cells that a machine keeps them in. */
import type { Field, ScalarField } from '../modelling/field.ts';
import type { ObjectKind, Objects } from '../modelling/object.ts';
import type { AnyView, AnyViews } from '../world/any-view.ts';
import type { Cell } from '../world/cells.ts';
import { codec } from '../world/codec.ts';
import type { ObjectCells } from '../world/layout.ts';
import type { Machine } from '../world/machine.ts';

/**
 * - `object`: a field of an object of the model
 * - `register`: what a command remembers between two of its steps
 * - `order`: where an actor stands in its script, or how much of a budget is used up
 */
export type Role = 'object' | 'register' | 'order';

export interface Place {
  readonly role: Role;
  /** Kind and name of the object; the operation and the actor for a register. */
  readonly kind: string;
  readonly name: string;
  /** Name of the field; `phase` where the object has phases. */
  readonly field: string;
  /** Undefined for registers and what counts order. */
  readonly view: AnyView | undefined;
  readonly cells: readonly Cell[];
  /** The value in a state, in words. */
  readonly text: (words: Int32Array) => string;
}

const codeIn = (words: Int32Array, { word, shift, mask }: Cell): number => ((words[word] ?? 0) >>> shift) & mask;

function worded(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'object' ? (value as AnyView).name : String(value);
}

const listed = (values: readonly unknown[]): string =>
  values
    .filter((value) => value !== null && value !== undefined)
    .map(worded)
    .join(' ') || 'nothing';

function textOf(field: Field, cells: readonly Cell[], views: AnyViews): Place['text'] {
  const decoderOf = (scalar: ScalarField, nullable: boolean) => codec(scalar, {}, views, nullable).decode;
  switch (field.type) {
    case 'constant':
      return () => '';
    case 'set':
      return (words) => listed((views[field.kind] ?? []).filter((_, i) => codeIn(words, cells[i] as Cell) === 1));
    case 'list': {
      const decode = decoderOf(field.element, false);
      const [length, ...elements] = cells as [Cell, ...Cell[]];
      return (words) => listed(elements.slice(0, codeIn(words, length)).map((cell) => decode(codeIn(words, cell))));
    }
    case 'array': {
      const decode = decoderOf(field.element, true);
      return (words) => listed(cells.map((cell) => decode(codeIn(words, cell))));
    }
    default: {
      const decode = decoderOf(field, true);
      return (words) => worded(decode(codeIn(words, cells[0] as Cell)));
    }
  }
}

export class Places {
  private readonly byCell = new Map<Cell, Place>();
  readonly all: readonly Place[];

  /** Kinds that the model does not have belong to the engine: they say where actors stand. */
  constructor(machine: Machine, model: Objects) {
    const { layout, registers, views } = machine.parts;
    const objects = Object.entries(layout).flatMap(([kind, all]) =>
      all.flatMap((own, index) => this.ofObject(views, kind, index, own, model[kind])),
    );
    const remembered = [...registers].flatMap(([actor, commands]) =>
      [...commands].flatMap(([op, own]) => this.ofRegisters(actor, op, own, views)),
    );
    this.all = [...objects, ...remembered];
    for (const place of this.all) for (const cell of place.cells) this.byCell.set(cell, place);
  }

  /** The places of some cells, each once. */
  of(cells: Iterable<Cell>): ReadonlySet<Place> {
    const found = new Set<Place>();
    for (const cell of cells) {
      const place = this.byCell.get(cell);
      if (place !== undefined) found.add(place);
    }
    return found;
  }

  private ofObject(
    views: AnyViews,
    kind: string,
    index: number,
    { phase, fields }: ObjectCells,
    spec: ObjectKind | undefined,
  ): Place[] {
    const view = views[kind]?.[index];
    const role: Role = spec === undefined ? 'order' : 'object';
    const common = { role, kind, name: view?.name ?? '', view };
    const phases = spec?.chart?.phases ?? [];
    const places = Object.entries(fields).map(
      ([field, { field: of, cells }]): Place => ({ ...common, field, cells, text: textOf(of, cells, views) }),
    );
    if (phase === undefined) return places;
    const text = (words: Int32Array): string => phases[codeIn(words, phase)] ?? '?';
    return [{ ...common, field: 'phase', cells: [phase], text }, ...places];
  }

  private ofRegisters(actor: string, op: string, { fields }: ObjectCells, views: AnyViews): Place[] {
    return Object.entries(fields).map(([field, { field: spec, cells }]): Place => {
      return {
        role: 'register',
        kind: op,
        name: actor,
        field,
        view: undefined,
        cells,
        text: textOf(spec, cells, views),
      };
    });
  }
}

/** Does the place hold other bits in the second state? */
export function differs({ cells }: Place, a: Int32Array, b: Int32Array): boolean {
  return cells.some((cell) => codeIn(a, cell) !== codeIn(b, cell));
}

/** The first state with what the place holds in the second. */
export function withPlace(words: Int32Array, places: Iterable<Place>, from: Int32Array): Int32Array {
  const changed = words.slice();
  for (const { cells } of places)
    for (const { word, shift, mask } of cells) {
      const bits = mask << shift;
      changed[word] = ((changed[word] ?? 0) & ~bits) | ((from[word] ?? 0) & bits);
    }
  return changed;
}
