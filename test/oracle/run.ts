/** Running oracle rows: what the tests and `npm run oracle` share. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { ModelDefinition } from '../../src/modelling/model.ts';
import type { Semantics } from '../../src/modelling/semantics.ts';
import { parseTrace, type TraceSource } from '../../src/trace/parse.ts';
import { replay } from '../../src/trace/replay.ts';
import type { ReplayFailure } from '../../src/trace/replay-result.ts';
import { ROOT } from '../support/repository.ts';
import { excludedBy, type ObservedRow } from './link-core/scope.ts';
import type { OracleRow } from './row.ts';

export const TABLES = ['cgroup', 'link-core'] as const;
export type Table = (typeof TABLES)[number];

/** The kernel that the observed rows come from, where a row does not say otherwise. */
export const DEFAULT_SEMANTICS = 'linux-6.18';

export interface RowFile {
  readonly table: Table;
  /** `cgroup/a-attach-checks` */
  readonly name: string;
  readonly rows: readonly OracleRow[];
}

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** Files that hold no rows. */
const HELPERS = ['helpers.ts', 'scope.ts'];

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

/** Ids of the observed rows that must appear, in their order; with the families that are out of scope counted. */
export function observedIds(
  table: Table,
  text: string,
): { readonly ids: readonly string[]; readonly excluded: Readonly<Record<string, number>> } {
  const json = JSON.parse(text) as unknown;
  if (table === 'cgroup')
    return { ids: (json as readonly { readonly id: string }[]).map(({ id }) => id), excluded: {} };
  const { rows } = json as { readonly rows: readonly ObservedRow[] };
  const excluded: Record<string, number> = {};
  const ids: string[] = [];
  for (const row of rows) {
    const family = excludedBy(row)?.family;
    if (family === undefined) ids.push(row.ref);
    else excluded[family] = (excluded[family] ?? 0) + 1;
  }
  return { ids, excluded };
}

/** The row as a trace that went through the parser, so that rows are as strict as files. */
function sourceOfRow(row: Extract<OracleRow, { steps: unknown }>): TraceSource {
  const text = JSON.stringify({ id: row.id, objects: row.objects, steps: row.steps }, null, 1);
  const parsed = parseTrace(text, `row ${row.id}`);
  if (parsed.ok) return parsed.source;
  throw new Error(
    parsed.problems
      .map(({ code, message, where }) => `row ${row.id}, line ${where.line}: ${code} ${message}`)
      .join('\n'),
  );
}

export function semanticsNamed(model: ModelDefinition, name: string): Semantics {
  const semantics = Object.hasOwn(model.semantics, name) ? model.semantics[name] : undefined;
  if (semantics === undefined) throw new Error(`the model has no semantics "${name}"`);
  return semantics;
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
  const result = replay(source, { model, semantics: semanticsNamed(model, semantics) });
  return result.ok ? undefined : shown(result, source);
}

/** A scenario file as far as rows look at it: which properties it checks, and what it expects of them. */
interface ScenarioSketch {
  readonly check?: readonly Readonly<Record<string, unknown>>[];
  readonly expect?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The scenario must exist and state these verdicts; that they are true is checked by running the suite. */
function scenarioDisagreement(row: Extract<OracleRow, { shownBy: string }>): string | undefined {
  const path = join(ROOT, row.shownBy);
  if (!existsSync(path)) return `${row.shownBy} does not exist`;
  const scenario = parse(readFileSync(path, 'utf8')) as ScenarioSketch;
  const labels = (scenario.check ?? []).flatMap((item) => {
    const [name, params] = Object.entries(item)[0] ?? [];
    const label = (params as { readonly label?: string } | null)?.label ?? item['label'];
    return [name, label];
  });
  for (const [label, verdict] of Object.entries(row.verdicts)) {
    if (!labels.includes(label)) return `${row.shownBy} does not check "${label}"`;
    const stated = scenario.expect?.[row.semantics ?? DEFAULT_SEMANTICS]?.[label] ?? 'holds';
    if (stated !== verdict) return `${row.shownBy} expects that "${label}" ${stated}, the row that it is ${verdict}`;
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
  if ('shownBy' in row) return { row, disagreement: scenarioDisagreement(row) };
  return { row, disagreement: disagreement(sourceOfRow(row), model, row.semantics ?? DEFAULT_SEMANTICS) };
}

/** The figure of one table: executable rows of all rows in scope, and why the rest is not. */
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
