/** What a conformance run says: one table, and every difference with the steps that lead to it. */

import { type Cell, table } from './table.ts';
import { clean } from './width.ts';

/** Totals of one kind of traces on one kernel. */
export interface ConformRow {
  readonly kernel: string;
  readonly semantics: string;
  readonly what: string;
  readonly traces: number;
  readonly steps: number;
  readonly agree: number;
  readonly differ: number;
  readonly notRunnable: number;
  readonly several: number;
}

/** A step as a line of text. */
export interface ConformStep {
  readonly actor: string;
  readonly op: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly as?: string | undefined;
}

export interface ConformDifference {
  readonly trace: string;
  readonly steps: readonly ConformStep[];
  /** Counted from 0; the number of steps stands for the time after the last one. */
  readonly index: number;
  readonly about: string;
  readonly kernel: unknown;
  readonly model: readonly unknown[];
}

export interface ConformReport {
  readonly rows: readonly ConformRow[];
  readonly differences: readonly ConformDifference[];
  /** Traces that cannot run here, by reason. */
  readonly notRunnable: Readonly<Record<string, readonly string[]>>;
  readonly seconds: number;
  readonly exitCode: number;
  readonly exitMeaning: string;
}

const COLUMNS = [
  'kernel',
  'semantics',
  'traces',
  'number',
  'steps',
  'agree',
  'differ',
  'not runnable',
  'several allowed',
];
const TEXTS = 3;
/** Names that are listed for one reason. */
const NAMES_MAX = 8;

const cells = (row: ConformRow): readonly Cell[] =>
  [row.kernel, row.semantics, row.what, row.traces, row.steps, row.agree, row.differ, row.notRunnable, row.several].map(
    (value) => ({ text: clean(String(value)) }),
  );

const shown = (value: unknown): string => clean(typeof value === 'string' ? value : JSON.stringify(value));

const stepText = ({ actor, op, args, as }: ConformStep): string =>
  clean(`${actor}: ${op} ${JSON.stringify(args)}${as === undefined ? '' : ` -> ${as}`}`);

function differenceText({ trace, steps, index, about, kernel, model }: ConformDifference): string[] {
  const until = steps.slice(0, index + 1).map((step, i) => `  ${i === index ? '>' : ' '} ${i + 1} ${stepText(step)}`);
  const after = index >= steps.length ? ['  > after everything that was deferred has run'] : [];
  return [
    '',
    `${clean(trace)}: kernel and model part (${about})`,
    ...until,
    ...after,
    `    the kernel:  ${shown(kernel)}`,
    ...(model.length === 0 ? ['    the model cannot take this step'] : []),
    ...model.map((one, i) => `    ${i === 0 ? 'the model:  ' : 'or          '} ${shown(one)}`),
  ];
}

function reasonText([why, names]: [string, readonly string[]]): string {
  const more = names.length > NAMES_MAX ? ` and ${names.length - NAMES_MAX} more` : '';
  return `  ${clean(why)}: ${clean(names.slice(0, NAMES_MAX).join(', '))}${more}`;
}

export function conformText(report: ConformReport): string {
  const columns = COLUMNS.map((title, c) => ({ title, right: c >= TEXTS }));
  const steps = report.rows.reduce((sum, row) => sum + row.steps, 0);
  const reasons = Object.entries(report.notRunnable);
  const rate = report.seconds > 0 ? `, ${Math.round(steps / report.seconds)} a second` : '';
  return [
    ...report.differences.flatMap(differenceText),
    ...(report.differences.length === 0 ? [] : ['']),
    ...table(columns, report.rows.map(cells)),
    ...(reasons.length === 0 ? [] : ['', 'not runnable here:', ...reasons.map(reasonText)]),
    '',
    `${steps} steps in ${report.seconds.toFixed(1)} s${rate}`,
    `exit ${report.exitCode}: ${report.exitMeaning}`,
    '',
  ].join('\n');
}

export const conformJson = (report: ConformReport): string => `${JSON.stringify(report, null, 2)}\n`;
