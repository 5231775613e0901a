/** Running oracle rows: what the tests and `npm run oracle` share. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ModelDefinition } from '../../src/modelling/model.ts';
import { expectedOf } from '../../src/scenario/expectations.ts';
import { loadScenarioFile } from '../../src/scenario/load.ts';
import { problemText } from '../../src/scenario/problem.ts';
import { parseTrace, type TraceSource } from '../../src/trace/parse.ts';
import { replay } from '../../src/trace/replay.ts';
import type { ReplayFailure } from '../../src/trace/replay-result.ts';
import { ROOT } from '../support/repository.ts';
import { semanticsNamed } from '../support/semantics.ts';
import { withStep, wrongExpectations } from './planted.ts';
import type { OracleRow } from './row.ts';

export const TABLES = ['cgroup', 'link-core', 'net'] as const;

export type Table = (typeof TABLES)[number];

/** The kernel that the observed rows come from, where a row does not say otherwise. */
export const DEFAULT_SEMANTICS = 'linux-6.18';

/** A row that is a trace. */
export type TraceRow = Extract<OracleRow, { readonly steps: unknown }>;

export interface RowFile {
  readonly table: Table;
  /** `cgroup/a-attach-checks` */
  readonly name: string;
  readonly rows: readonly OracleRow[];
}

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** Files that hold no rows. */
const HELPERS = ['helpers.ts', 'matrix.ts', 'mprog-cells.ts', 'xdp-cells.ts'];

/** Every file of rows, in alphabetical order. */
export async function rowFiles(): Promise<readonly RowFile[]> {
  const files = TABLES.flatMap((table) =>
    readdirSync(join(HERE, table))
      .filter((file) => file.endsWith('.ts') && !HELPERS.includes(file))
      .sort()
      .map((file) => ({ table, name: `${table}/${file.replace(/\.ts$/, '')}` })),
  );
  return Promise.all(
    files.map(async ({ table, name }) => {
      const module = (await import(`./${name}.ts`)) as { readonly rows?: readonly OracleRow[] };
      if (module.rows === undefined) throw new Error(`test/oracle/${name}.ts exports no rows`);
      return { table, name, rows: module.rows };
    }),
  );
}

/** Ids of the observed rows, in their order. */
export function observedIds(table: Table, text: string): readonly string[] {
  const json = JSON.parse(text) as unknown;
  if (table === 'cgroup') return (json as readonly { readonly id: string }[]).map(({ id }) => id);
  if (table === 'net') return (json as { readonly rows: readonly { readonly id: string }[] }).rows.map(({ id }) => id);
  // Rows of older kernels were numbered anew: `ref` is what tells them apart.
  return (json as { readonly rows: readonly { readonly ref: string }[] }).rows.map(({ ref }) => ref);
}

/** The row as a trace that went through the parser, so that rows are as strict as files. */
function sourceOfRow(row: TraceRow): TraceSource {
  const text = JSON.stringify({ id: row.id, objects: row.objects, steps: row.steps }, null, 1);
  const parsed = parseTrace(text, `row ${row.id}`);
  if (parsed.ok) return parsed.source;
  throw new Error(
    parsed.problems
      .map(({ code, message, where }) => `row ${row.id}, line ${where.line}: ${code} ${message}`)
      .join('\n'),
  );
}

/** What a failed replay says, in a few lines. */
export function shown(failure: ReplayFailure, source: TraceSource): string {
  const { step } = failure;
  const of = step === undefined ? undefined : source.trace.steps[step.index];
  const at =
    of === undefined
      ? ''
      : `step ${(step?.index ?? 0) + 1}/${source.trace.steps.length} ${of.actor} ${of.op} ${JSON.stringify(of.args)}: `;
  switch (failure.kind) {
    case 'difference': {
      const said = failure.answers.map(({ errno, values }) => `${errno ?? 'ok'} ${JSON.stringify(values)}`).join(' | ');
      const keys = failure.differences.map((keyed) => keyed.map(({ key }) => key).join('+')).join(' | ');
      const missing = failure.missing === undefined ? '' : `, never ${JSON.stringify(failure.missing)}`;
      return `${at}expected ${JSON.stringify(failure.expected)}${missing}; the model: ${said} [${keys}]`;
    }
    case 'state':
      return `${at}expected state ${JSON.stringify(failure.expected)}; the model: ${failure.states.map((state) => JSON.stringify(state)).join(' | ')}`;
    case 'disabled':
      return `${at}${failure.message}`;
    default:
      return `${at}${failure.problem.code} ${failure.problem.message}${failure.problem.hint === undefined ? '' : ` (${failure.problem.hint})`}`;
  }
}

/** Replays a source; undefined if it agrees. */
export function disagreement(source: TraceSource, model: ModelDefinition, semantics: string): string | undefined {
  const result = replay(source, { model, semantics: semanticsNamed(semantics, model) });
  return result.ok ? undefined : shown(result, source);
}

/** The scenario must exist and state these verdicts; that they are true is checked by running the suite. */
function scenarioDisagreement(
  row: Extract<OracleRow, { shownBy: string }>,
  model: ModelDefinition,
): string | undefined {
  const path = join(ROOT, row.shownBy);
  if (!existsSync(path)) return `${row.shownBy} does not exist`;
  const loaded = loadScenarioFile(path, model);
  if (!loaded.ok) return loaded.problems.map(problemText).join('\n');
  const { semantics: runsUnder, grain, checks, expect } = loaded.value;
  const semantics = row.semantics ?? DEFAULT_SEMANTICS;
  if (!runsUnder.includes(semantics)) return `${row.shownBy} does not run under ${semantics}`;
  const stated = expectedOf(expect, { semantics, grain });
  for (const [label, verdict] of Object.entries(row.verdicts)) {
    if (!checks.some((check) => check.label === label)) return `${row.shownBy} does not check "${label}"`;
    const expected = stated[label] ?? 'holds';
    if (expected !== verdict)
      return `${row.shownBy}: "${label}" is expected to be ${expected}, the row says ${verdict}`;
  }
  return undefined;
}

export interface RowOutcome {
  readonly row: OracleRow;
  /** Undefined: the models agree. */
  readonly disagreement: string | undefined;
}

/** Runs a row that is executable; undefined for the others. */
export function runRow(row: OracleRow, model: ModelDefinition): RowOutcome | undefined {
  if ('notExecutable' in row) return undefined;
  if ('shownBy' in row) return { row, disagreement: scenarioDisagreement(row, model) };
  return { row, disagreement: disagreement(sourceOfRow(row), model, row.semantics ?? DEFAULT_SEMANTICS) };
}

/** Wrong expectations of the row's last step that its replay does not find there. */
export function acceptedErrors(row: TraceRow, model: ModelDefinition): readonly string[] {
  const index = row.steps.length - 1;
  const last = row.steps[index];
  if (last === undefined) return [`${row.id} has no steps`];
  const semantics = semanticsNamed(row.semantics ?? DEFAULT_SEMANTICS, model);
  return wrongExpectations(last.expect).flatMap((wrong) => {
    const source = sourceOfRow({ ...row, steps: withStep(row.steps, index, { ...last, expect: wrong }) });
    const result = replay(source, { model, semantics });
    const found = !result.ok && result.kind === 'difference' && result.step.index === index;
    return found ? [] : [`${row.id}: ${JSON.stringify(wrong)}: ${result.ok ? 'agreed' : shown(result, source)}`];
  });
}

/** The figure of one table: executable rows of all rows, and why the rest is not. */
export interface Figure {
  readonly table: Table;
  readonly rows: number;
  readonly traces: number;
  readonly scenarios: number;
  readonly notExecutable: readonly { readonly id: string; readonly reason: string }[];
}

export function figureOf(table: Table, files: readonly RowFile[]): Figure {
  const rows = files.filter((file) => file.table === table).flatMap((file) => file.rows);
  return {
    table,
    rows: rows.length,
    traces: rows.filter((row) => 'steps' in row).length,
    scenarios: rows.filter((row) => 'shownBy' in row).length,
    notExecutable: rows.flatMap((row) => ('notExecutable' in row ? [{ id: row.id, reason: row.notExecutable }] : [])),
  };
}

export function figureText({ table, rows, traces, scenarios, notExecutable }: Figure): string {
  const executable = traces + scenarios;
  const share = rows === 0 ? 0 : (100 * executable) / rows;
  const head = `${table}: ${executable} of ${rows} rows executable (${share.toFixed(1)} %): ${traces} as traces, ${scenarios} by scenarios`;
  return [head, ...notExecutable.map(({ id, reason }) => `  not executable: ${id}: ${reason}`)].join('\n');
}
