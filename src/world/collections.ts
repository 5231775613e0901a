/** Lists, arrays and sets over cells. */
import type { ArrayView, ListView, SetView } from '../modelling/object.ts';
import type { AnyView } from './any-view.ts';
import type { Cell } from './cells.ts';
import type { Codec } from './codec.ts';
import { BoundSignal, LawSignal } from './signals.ts';

/** Reads and writes of the present state, or reads of the past. */
export interface Access {
  /** It is the past, which cannot be written. */
  readonly past?: boolean;
  readonly read: (cell: Cell) => number;
  readonly write: (cell: Cell, value: number) => void;
}

/** The first cell is the length; cells behind it are zero, so that equal lists are equal bits. */
export function listView(
  what: string,
  cells: readonly Cell[],
  { encode, decode }: Codec,
  { read, write }: Access,
): ListView<unknown> {
  const [lengthCell, ...slots] = cells as [Cell, ...Cell[]];
  const length = (): number => read(lengthCell);
  const slot = (position: number): Cell => {
    const cell = slots[position];
    if (cell === undefined || position >= length())
      throw new LawSignal('list-bounds', `${what} has no position ${position}`);
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
      if (position < 0 || position > n) throw new LawSignal('list-bounds', `${what} has no position ${position}`);
      for (let i = n; i > position; i--) write(slots[i] as Cell, read(slots[i - 1] as Cell));
      write(slots[position] as Cell, encode(value, what));
      write(lengthCell, n + 1);
    },
    append: (value) => view.insert(length(), value),
    removeAt(position) {
      const n = length();
      if (position < 0 || position >= n) throw new LawSignal('list-bounds', `${what} has no position ${position}`);
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

export function arrayView(
  what: string,
  cells: readonly Cell[],
  { encode, decode }: Codec,
  { read, write }: Access,
): ArrayView<unknown> {
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

export function setView(
  cells: readonly Cell[],
  members: readonly AnyView[],
  { read, write }: Access,
): SetView<AnyView> {
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
