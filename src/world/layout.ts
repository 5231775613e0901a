/** Layout: where each field of each object stands in the vector of a bound scenario. */
import type { Bound, Field, ScalarField, Sizes } from '../modelling/field.ts';
import type { Objects } from '../modelling/object.ts';
import { CELL_BITS_MAX, type Cell } from './cells.ts';
import { InputError } from './input.ts';

/** Bits needed for the values 0 … most. */
const bitsFor = (most: number): number => (most <= 0 ? 0 : 32 - Math.clz32(most));

export const evaluate = (bound: Bound, sizes: Sizes): number => (typeof bound === 'number' ? bound : bound(sizes));

/** A field without width (only one value is possible) has a cell with mask 0. */
export interface FieldCells {
  readonly field: Field;
  /** Scalars: one cell. Lists: the length first, then the elements. Arrays: the elements. Sets: one cell per member. */
  readonly cells: readonly Cell[];
}

/** Hands out bits of 32-bit words; no cell straddles two words. */
export class BitAllocator {
  private word = 0;
  private shift = 0;

  take(bits: number): Cell {
    if (bits > CELL_BITS_MAX)
      throw new InputError(
        'LR211',
        `the scenario is too large: a field would take ${bits} bits, and ${CELL_BITS_MAX} are possible`,
        undefined,
        'fewer objects, steps or repetitions',
      );
    if (this.shift + bits > 32) {
      this.word++;
      this.shift = 0;
    }
    const cell = { word: this.word, shift: this.shift, mask: (1 << bits) - 1 };
    this.shift += bits;
    return cell;
  }

  mark(): { readonly word: number; readonly shift: number } {
    return { word: this.word, shift: this.shift };
  }

  reset(mark: { readonly word: number; readonly shift: number }): void {
    this.word = mark.word;
    this.shift = mark.shift;
  }

  isBeyond(mark: { readonly word: number; readonly shift: number }): boolean {
    return this.word > mark.word || (this.word === mark.word && this.shift > mark.shift);
  }

  /** Continue at the start of this word. */
  skipTo(word: number): void {
    this.word = word;
    this.shift = 0;
  }

  /** Words in use, at least two; the top bit of the last one is free, the store marks slots with it. */
  get words(): number {
    const used = this.shift > 31 ? this.word + 2 : this.word + 1;
    return Math.max(2, used);
  }
}

/** Largest number that a scalar field stores. */
export function largest(field: ScalarField, sizes: Sizes): number {
  switch (field.type) {
    case 'flag':
      return 1;
    case 'count':
      return evaluate(field.max, sizes);
    case 'choice':
      return field.names.length - 1;
    case 'ref':
      return field.kinds.reduce((sum, kind) => sum + (sizes[kind] ?? 0), 0);
  }
}

/** Cells of one field, in the order that FieldCells describes. */
export function cellsOf(field: Field, sizes: Sizes, bits: BitAllocator): readonly Cell[] {
  const many = (n: number, most: number): Cell[] => Array.from({ length: n }, () => bits.take(bitsFor(most)));
  switch (field.type) {
    case 'constant':
      return [];
    case 'set':
      return many(sizes[field.kind] ?? 0, 1);
    case 'list': {
      const capacity = evaluate(field.capacity, sizes);
      // An element of a list is never null, so that the last reference takes no extra value.
      const most = field.element.type === 'ref' ? largest(field.element, sizes) - 1 : largest(field.element, sizes);
      return [bits.take(bitsFor(capacity)), ...many(capacity, most)];
    }
    case 'array':
      return many(evaluate(field.length, sizes), largest(field.element, sizes));
    default:
      return [bits.take(bitsFor(largest(field, sizes)))];
  }
}

export interface ObjectCells {
  readonly phase: Cell | undefined;
  readonly fields: Readonly<Record<string, FieldCells>>;
}

/** Cells of every object: `layout[kind][index]`. */
export type Layout = Readonly<Record<string, readonly ObjectCells[]>>;

export function layOut(objects: Objects, sizes: Sizes, bits: BitAllocator): Layout {
  const layout: Record<string, ObjectCells[]> = {};
  for (const [kind, spec] of Object.entries(objects)) {
    layout[kind] = Array.from({ length: sizes[kind] ?? 0 }, () => ({
      phase: spec.chart === undefined ? undefined : bits.take(bitsFor(spec.chart.phases.length - 1)),
      fields: Object.fromEntries(
        Object.entries(spec.fields).map(([name, field]) => [name, { field, cells: cellsOf(field, sizes, bits) }]),
      ),
    }));
  }
  return layout;
}
