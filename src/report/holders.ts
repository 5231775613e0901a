/** Who held the last reference, over time: one short table for each object that lost its last holder on the way. */
import type { StepReport } from '../trace/retrace.ts';
import { clean, columnsOf, cut, labelled } from './width.ts';

interface Row {
  readonly when: string;
  readonly holders: readonly string[];
  /** Counted references that came and went in this step. */
  readonly counted: readonly string[];
}

const WHEN_MAX = 18;

/** A happening names an object as `link l`, or as `l` where the kind is understood. */
const sameObject = (described: string, told: string): boolean => described === told || described.endsWith(` ${told}`);

function countedIn(
  step: StepReport,
  object: string,
): { readonly text: string; readonly refs: number; readonly put: boolean }[] {
  return step.happenings.flatMap((happening) => {
    if ((happening.type !== 'get' && happening.type !== 'put') || !sameObject(object, happening.object)) return [];
    const { type, refs, why } = happening;
    return [{ text: `${type}${why === '' ? '' : ` by ${why}`}, count ${refs}`, refs, put: type === 'put' }];
  });
}

/** Did the object lose its last holder, or did its count reach zero? */
function lostItsLast(steps: readonly StepReport[], object: string): boolean {
  return steps.some((step) => {
    const [before, after] = [step.before.holders[object] ?? [], step.after.holders[object] ?? []];
    return (
      (before.length > 0 && after.length === 0) || countedIn(step, object).some(({ put, refs }) => put && refs === 0)
    );
  });
}

function rowsOf(steps: readonly StepReport[], object: string): Row[] {
  const atStart = steps[0]?.before.holders[object] ?? [];
  const rows: Row[] = [{ when: 'at first', holders: atStart, counted: [] }];
  let present = atStart.join('\n');
  for (const step of steps) {
    const holders = step.after.holders[object] ?? [];
    const counted = countedIn(step, object).map(({ text }) => text);
    if (counted.length > 0 || holders.join('\n') !== present)
      rows.push({ when: `${step.number} ${step.actor}`, holders, counted });
    present = holders.join('\n');
  }
  return rows;
}

export function lastReferenceTables(steps: readonly StepReport[], width: number): string[] {
  const objects = new Set(
    steps.flatMap(({ before, after }) => [...Object.keys(before.holders), ...Object.keys(after.holders)]),
  );
  return [...objects]
    .filter((object) => lostItsLast(steps, object))
    .flatMap((object) => {
      const rows = rowsOf(steps, object).map((row) => ({ ...row, when: cut(clean(row.when), WHEN_MAX) }));
      const whenWidth = Math.max(...rows.map(({ when }) => columnsOf(when)));
      const lines = rows.flatMap(({ when, holders, counted }) => {
        const held = holders.length === 0 ? 'nobody' : holders.join(', ');
        return labelled(when, counted.length === 0 ? held : `${held}  (${counted.join('; ')})`, 2, whenWidth, width);
      });
      return [cut(`Who held the last reference to ${clean(object)}`, width), ...lines, ''];
    });
}

export interface LastHolder {
  readonly object: string;
  /** Number, actor and operation of the step that dropped it. */
  readonly step: number;
  readonly actor: string;
  readonly op: string;
  /** Who held it until then; empty where only the count told. */
  readonly held: readonly string[];
}

/** Who held the last reference to each object that lost it, and which step dropped it. */
export function lastHolders(steps: readonly StepReport[]): readonly LastHolder[] {
  const objects = new Set(steps.flatMap(({ before }) => Object.keys(before.holders)));
  return [...objects].flatMap((object) => {
    const dropped = steps.findLast((step) => lostItsLast([step], object));
    if (dropped === undefined) return [];
    const { number, actor, op, before } = dropped;
    return [{ object, step: number, actor, op, held: before.holders[object] ?? [] }];
  });
}
