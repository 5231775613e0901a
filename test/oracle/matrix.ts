/**
 * Exhaustive tables of observed cells (a state, an operation, its result, the state afterwards) as traces. A cell that
 * fails leaves the state as it was, so many of them follow one another in one trace, each with a look at the state behind
 * it; a cell that succeeds ends its trace.
 */
import { readFileSync } from 'node:fs';
import { bpf } from '../../models/index.ts';
import type { Expectation } from '../../src/trace/format.ts';
import { parseTrace } from '../../src/trace/parse.ts';
import { replay } from '../../src/trace/replay.ts';
import { semanticsNamed } from '../support/semantics.ts';
import { sharedPath } from '../support/shared.ts';
import type { RowObjects, RowStep } from './row.ts';

/** One cell, ready to run. */
export interface Cell {
  /** For messages: the cell as the table has it. */
  readonly shown: string;
  readonly setup: readonly RowStep[];
  readonly objects: RowObjects;
  /** The operation with its expected errno, or success. */
  readonly operation: RowStep;
  readonly fails: boolean;
  /** The state afterwards, as steps that look at it. */
  readonly look: readonly RowStep[];
}

/** The rows of a table, each an array of columns. */
export const cellsOf = (table: string): readonly (readonly (string | null)[])[] =>
  (JSON.parse(readFileSync(sharedPath('facts', `${table}.json`), 'utf8')) as { rows: (string | null)[][] }).rows;

/** Failing cells in one trace: objects of all of them exist side by side. */
const MOST_FAILING = 40;

/** Cells of one state, as groups that each make one trace. */
export function groups(cells: readonly Cell[]): readonly (readonly Cell[])[] {
  const failing = cells.filter(({ fails }) => fails);
  const succeeding = cells.filter(({ fails }) => !fails);
  const made: Cell[][] = [];
  while (failing.length > 0 || succeeding.length > 0)
    made.push([...failing.splice(0, MOST_FAILING), ...succeeding.splice(0, 1)]);
  return made;
}

/** Cells of the group that the model answers otherwise; empty if it agrees with all. */
export function disagreements(group: readonly Cell[], semantics: string): readonly string[] {
  const [first] = group;
  if (first === undefined) return [];
  const steps = [...first.setup, ...group.flatMap(({ operation, look }) => [operation, ...look])];
  const text = JSON.stringify({ id: 'matrix', objects: first.objects, steps });
  const parsed = parseTrace(text, 'matrix');
  if (!parsed.ok) return parsed.problems.map(({ message }) => message);
  const result = replay(parsed.source, { model: bpf, semantics: semanticsNamed(semantics) });
  if (result.ok) return [];
  if (result.kind !== 'difference') return [`${first.shown}: ${result.kind} ${JSON.stringify(result)}`];
  const at = cellAt(group, result.step.index - first.setup.length);
  return [
    `${at}: the model says ${result.answers.map(({ errno, values }) => `${errno ?? 'OK'} ${JSON.stringify(values)}`).join(' or ')}`,
  ];
}

function cellAt(group: readonly Cell[], index: number): string {
  let left = index;
  for (const { shown, look } of group) {
    if (left < 1 + look.length) return `${shown}${left === 0 ? '' : ', afterwards'}`;
    left -= 1 + look.length;
  }
  return 'the setup';
}

export const expected = (result: string): Expectation => (result === 'OK' ? { ok: true } : { errno: result });
