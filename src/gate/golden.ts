/**
 * Golden records as text: one YAML file for each scenario, which a reviewer reads as a diff. Keys are sorted, every item
 * has a line of its own, and the same record is the same text on every machine.
 */
import { stringify } from 'yaml';
import { z } from 'zod';
import { type Problem, problemAt, type Result, success } from '../scenario/problem.ts';
import { VERDICTS } from '../scenario/result.ts';
import { readYaml } from '../scenario/yaml-source.ts';
import { GRAINS } from '../world/input.ts';
import { type RunRecord, type ScenarioRecord, sorted } from './record.ts';
import { shapeProblems } from './shape-problems.ts';

const HEADER =
  '# Accepted by `lastref promote`. `lastref gate` compares with it; whoever reviews a change reads its diff.\n';

const names = z.array(z.string());
const verdicts = z.record(z.string(), z.enum(VERDICTS)).optional();
const run = z.strictObject({
  setup: z.string().optional(),
  verdicts,
  laws: verdicts,
  traces: z.record(z.string(), names).optional(),
  outcomes: names.optional(),
  errnos: z.record(z.string(), z.string()).optional(),
  coverage: z
    .strictObject({
      failed: names.optional(),
      charts: names.optional(),
      works: names.optional(),
    })
    .optional(),
});
const golden = z.strictObject({
  scenario: z.string().min(1),
  semantics: z.string().min(1),
  runs: z.partialRecord(z.enum(GRAINS), run),
});

const byKey = <T>(of: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
  Object.fromEntries(sorted(Object.keys(of)).map((key) => [key, of[key] as T]));

/** Parts that say nothing are left out. */
const said = (of: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(of).filter(([, value]) => {
      if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
      return value !== undefined;
    }),
  );

function runText(record: RunRecord): object {
  const { setup, laws, traces, outcomes, errnos, coverage } = record;
  const { failed, charts, works } = coverage;
  return said({
    setup,
    verdicts: byKey(record.verdicts),
    laws: byKey(laws),
    traces: byKey(traces),
    outcomes,
    errnos: byKey(Object.fromEntries(Object.entries(errnos).map(([op, said]) => [op, said.join(' ')]))),
    coverage: said({ failed, charts, works }),
  });
}

/** Throws for a record with bounds: what was not seen cannot be accepted. */
export function goldenText({ scenario, semantics, runs }: ScenarioRecord): string {
  const shown = GRAINS.flatMap((grain) => {
    const record = runs[grain];
    if (record === undefined) return [];
    if (record.bounds.length > 0) throw new Error(`the record of ${scenario} at ${grain} is not complete`);
    return [[grain, runText(record)] as const];
  });
  return (
    HEADER +
    stringify({ scenario, semantics, runs: Object.fromEntries(shown) }, { aliasDuplicateObjects: false, lineWidth: 0 })
  );
}

function runOf(of: z.output<typeof run>): RunRecord {
  const { failed = [], charts = [], works = [] } = of.coverage ?? {};
  return {
    setup: of.setup,
    bounds: [],
    verdicts: of.verdicts ?? {},
    laws: of.laws ?? {},
    traces: of.traces ?? {},
    outcomes: sorted(of.outcomes ?? []),
    errnos: Object.fromEntries(Object.entries(of.errnos ?? {}).map(([op, said]) => [op, sorted(said.split(' '))])),
    coverage: { failed: sorted(failed), charts: sorted(charts), works: sorted(works) },
  };
}

/** Reads what goldenText wrote. LR502 for everything else. */
export function readGolden(text: string, file: string): Result<ScenarioRecord> {
  const hint = '`lastref promote` writes these files anew; restore the accepted one with git first';
  const source = readYaml(text, file);
  if (!source.ok)
    return { ok: false, problems: source.problems.map((problem): Problem => ({ ...problem, code: 'LR502', hint })) };
  const shape = golden.safeParse(source.value.value, { reportInput: true });
  if (!shape.success) return { ok: false, problems: shapeProblems(shape.error, source.value, 'LR502', hint) };
  const { scenario, semantics, runs } = shape.data;
  const read = GRAINS.flatMap((grain) => {
    const found = runs[grain];
    return found === undefined ? [] : [[grain, runOf(found)] as const];
  });
  if (read.length === 0)
    return { ok: false, problems: [problemAt('LR502', 'there is no run in this record', { file }, hint)] };
  return success({ scenario, semantics, runs: Object.fromEntries(read) });
}
