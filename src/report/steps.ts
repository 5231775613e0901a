/**
 * Steps as lockdep prints its scenarios: one column per actor, time runs downwards. Below each step stands, over the
 * full width, what it changed.
 */
import type { StepReport } from '../trace/retrace.ts';
import { changeLines, changesBetween } from './changes.ts';
import { operationText, resultText } from './operation.ts';
import { clean, columnsOf, cut, pad, padStart, wrap } from './width.ts';

/** Widest column: a step is read as one piece. */
const COLUMN_MAX = 34;
/** A step gets at least this much room; it then reaches into the columns to its right, which are empty in its rows. */
const STEP_MIN = 26;
/** Deferred work is done by the kernel, whose column stands last. */
const KERNEL = 'kernel';

interface Columns {
  readonly gutter: number;
  readonly actors: readonly string[];
  /** Distance between the starts of two columns. */
  readonly pitch: number;
  readonly width: number;
}

function columnsFor(steps: readonly StepReport[], width: number): Columns {
  const acting = [...new Set(steps.map(({ actor }) => actor))];
  const actors = [...acting.filter((actor) => actor !== KERNEL), ...acting.filter((actor) => actor === KERNEL)];
  const gutter = Math.max(...steps.map(({ number }) => String(number).length)) + 3;
  const forStarts = width - gutter - STEP_MIN;
  const pitch =
    actors.length < 2
      ? COLUMN_MAX
      : Math.min(
          COLUMN_MAX,
          Math.floor((width - gutter + 2) / actors.length),
          Math.floor(forStarts / (actors.length - 1)),
        );
  return { gutter, actors, pitch: Math.max(1, pitch), width };
}

function startOf({ gutter, actors, pitch, width }: Columns, actor: string): number {
  return Math.min(gutter + actors.indexOf(actor) * pitch, width - STEP_MIN);
}

/** Names of the columns, each over its column; a staircase where they are too narrow for that. */
function header(columns: Columns): string[] {
  const { actors, pitch, gutter, width } = columns;
  const names = actors.map((actor) => clean(actor === '-' ? 'environment' : actor));
  const fits = names.every((name, i) => columnsOf(name) <= (i === names.length - 1 ? STEP_MIN : pitch - 2));
  if (!fits)
    return names.map((name, i) => `${' '.repeat(startOf(columns, actors[i] ?? ''))}${cut(name, STEP_MIN - 2)}:`);
  const line = (cells: readonly string[]): string =>
    `${' '.repeat(gutter)}${cells.map((cell) => pad(cell, pitch)).join('')}`.trimEnd();
  return [line(names), line(names.map((name) => '-'.repeat(Math.min(columnsOf(name), width))))];
}

function stepLines(step: StepReport, columns: Columns): string[] {
  const { gutter, pitch, width } = columns;
  const start = startOf(columns, step.actor);
  const room = columns.actors.length === 1 ? width - start : Math.min(width - start, Math.max(STEP_MIN, pitch - 2));
  const lines = wrap(operationText(step), room, 2);
  const result = resultText(step);
  const last = lines.at(-1) ?? '';
  if (result !== '' && columnsOf(last) + 1 + columnsOf(result) <= room)
    lines[lines.length - 1] = `${last} ${clean(result)}`;
  else if (result !== '') lines.push(...wrap(result, room - 2, 2).map((line) => `  ${line}`));
  const number = `${padStart(String(step.number), gutter - 2)}  `;
  return lines.map((line, i) => `${(i === 0 ? number : '').padEnd(start)}${line}`.trimEnd());
}

/** What a step changed, and why it failed. */
function effectLines(step: StepReport, { gutter, width }: Columns): string[] {
  const failed = step.happenings.flatMap((happening) =>
    happening.type === 'check' ? [`failed check: ${happening.name}`] : [],
  );
  const notes = step.happenings.flatMap((happening) => (happening.type === 'note' ? [happening.text] : []));
  const texts = [...failed, ...notes, ...changeLines(changesBetween(step.before, step.after))];
  return texts.flatMap((text) => wrap(`~ ${clean(text)}`, width - gutter, 2).map((line) => ' '.repeat(gutter) + line));
}

/** The steps in lines of at most `width` columns. */
export function stepTable(steps: readonly StepReport[], width: number): string[] {
  if (steps.length === 0) return [];
  const columns = columnsFor(steps, width);
  return [...header(columns), ...steps.flatMap((step) => [...stepLines(step, columns), ...effectLines(step, columns)])];
}
