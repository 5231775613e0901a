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
  /** Traces whose file expects otherwise, of another kernel. */
  readonly otherwise: number;
  readonly seconds: number;
}

/** A step as a line of text. */
export interface ConformStep {
  readonly actor: string;
  readonly op: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly as?: string | undefined;
}

export interface ConformDifference {
  readonly kernelName: string;
  readonly trace: string;
  readonly steps: readonly ConformStep[];
  /** Counted from 0; the number of steps stands for the time after the last one. */
  readonly index: number;
  readonly about: string;
  readonly kernel: unknown;
  readonly model: readonly unknown[];
}

/** Model and kernel agree, and the file was recorded on a kernel that answered otherwise. */
export interface ConformOtherwise {
  readonly kernelName: string;
  readonly trace: string;
  readonly recorded: string;
  readonly index: number;
  readonly op: string;
  readonly here: unknown;
  readonly there: unknown;
}

/** A kernel that oopsed, or an agent that died: the last that was heard of it. */
export interface LostKernel {
  readonly kernelName: string;
  readonly why: string;
  readonly trace: string | undefined;
  readonly console: string;
}

export interface ConformReport {
  readonly rows: readonly ConformRow[];
  readonly differences: readonly ConformDifference[];
  /** Traces that cannot run here, by reason. */
  readonly notRunnable: Readonly<Record<string, readonly string[]>>;
  readonly otherwise: readonly ConformOtherwise[];
  readonly lost: readonly LostKernel[];
  /** Kernels that could not be started. */
  readonly absent: readonly string[];
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
  'steps/s',
];
const TEXTS = 3;
/** Names that are listed for one reason. */
const NAMES_MAX = 8;

const rateOf = (steps: number, seconds: number): number => (seconds > 0 ? Math.round(steps / seconds) : 0);

function cells(row: ConformRow): readonly Cell[] {
  const { kernel, semantics, what, traces, steps, agree, differ, notRunnable, several, seconds } = row;
  return [kernel, semantics, what, traces, steps, agree, differ, notRunnable, several, rateOf(steps, seconds)].map(
    (value) => ({ text: clean(String(value)) }),
  );
}

const shown = (value: unknown): string => clean(typeof value === 'string' ? value : JSON.stringify(value));

const stepText = ({ actor, op, args, as }: ConformStep): string =>
  clean(`${actor}: ${op} ${JSON.stringify(args)}${as === undefined ? '' : ` -> ${as}`}`);

function differenceText({ kernelName, trace, steps, index, about, kernel, model }: ConformDifference): string[] {
  const until = steps.slice(0, index + 1).map((step, i) => `  ${i === index ? '>' : ' '} ${i + 1} ${stepText(step)}`);
  const after = index >= steps.length ? ['  > after everything that was deferred has run'] : [];
  return [
    '',
    `${clean(trace)}: the kernel ${clean(kernelName)} and the model part (${about})`,
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

/** Files recorded elsewhere: how many, and the first of them. */
function otherwiseText(otherwise: readonly ConformOtherwise[]): string[] {
  const groups = new Map<string, ConformOtherwise[]>();
  for (const one of otherwise) {
    const key = `${one.kernelName}: not as recorded on ${one.recorded}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups].map(([key, all]) => {
    const [{ trace, index, op, here, there } = all[0] as ConformOtherwise] = all;
    const first = `${trace} step ${index + 1} ${op}: ${shown(there)} there, ${shown(here)} here`;
    return clean(`  ${key}, where the model agrees: ${all.length}; the first is ${first}`);
  });
}

export function lostText({ kernelName, why, trace, console }: LostKernel): string[] {
  const under = trace === undefined ? '' : `, under ${trace}`;
  const heard = console
    .replaceAll('\r', '')
    .trimEnd()
    .split('\n')
    .map((line) => `    ${clean(line)}`);
  return ['', clean(`the kernel ${kernelName} is gone${under}: ${why}; the last that was heard of it:`), ...heard];
}

export function conformText(report: ConformReport): string {
  const columns = COLUMNS.map((title, c) => ({ title, right: c >= TEXTS }));
  const steps = report.rows.reduce((sum, row) => sum + row.steps, 0);
  const reasons = Object.entries(report.notRunnable);
  return [
    ...report.differences.flatMap(differenceText),
    ...(report.differences.length === 0 ? [] : ['']),
    ...table(columns, report.rows.map(cells)),
    ...report.lost.flatMap(lostText),
    ...(report.absent.length === 0 ? [] : ['', `could not be started: ${report.absent.map(clean).join(', ')}`]),
    ...(report.otherwise.length === 0 ? [] : ['', 'for information:', ...otherwiseText(report.otherwise)]),
    ...(reasons.length === 0 ? [] : ['', 'not runnable here:', ...reasons.map(reasonText)]),
    '',
    `${steps} steps in ${report.seconds.toFixed(1)} s, starting and probing kernels included`,
    `exit ${report.exitCode}: ${report.exitMeaning}`,
    '',
  ].join('\n');
}

export const conformJson = (report: ConformReport): string => `${JSON.stringify(report, null, 2)}\n`;
