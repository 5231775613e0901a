/** Plain tables: columns as wide as their widest cell. */
import { columnsOf, pad, padStart } from './width.ts';

export interface Column {
  readonly title: string;
  readonly right?: boolean;
}

export interface Cell {
  readonly text: string;
  /** Colours, which take no columns. */
  readonly paint?: ((text: string) => string) | undefined;
}

/** The header, a line and the rows. The last column is not filled up. */
export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[]): string[] {
  const widths = columns.map(({ title }, c) =>
    Math.max(columnsOf(title), ...rows.map((row) => columnsOf(row[c]?.text ?? ''))),
  );
  const place = (text: string, c: number): string => {
    const width = widths[c] ?? 0;
    if (columns[c]?.right === true) return padStart(text, width);
    return c === columns.length - 1 ? text : pad(text, width);
  };
  const paintCell = ({ text, paint }: Cell, c: number): string => {
    const placed = place(text, c);
    return paint === undefined ? placed : placed.replace(text, () => paint(text));
  };
  return [
    columns
      .map(({ title }, c) => place(title, c))
      .join('  ')
      .trimEnd(),
    widths.map((width) => '-'.repeat(width)).join('  '),
    ...rows.map((row) => row.map(paintCell).join('  ').trimEnd()),
  ];
}
