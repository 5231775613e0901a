/** The folder of golden records: one file for each scenario, at the path of the scenario. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { goldenText, readGolden } from '../gate/golden.ts';
import type { ScenarioRecord } from '../gate/record.ts';
import { writeWhole } from '../report/write.ts';
import { type Problem, problemAt } from '../scenario/problem.ts';
import { ScenarioProblems } from './collect.ts';
import { inputError } from './errors.ts';

export const DEFAULT_GOLDEN = 'reports/golden';

/** A record as it stands in its file. */
export interface GoldenFile {
  readonly record: ScenarioRecord;
  readonly path: string;
  readonly text: string;
}

/** `scenarios/modes/x.yaml` has its record in `reports/golden/scenarios/modes/x.yaml`. LR508 outside of the working directory. */
function goldenPath(folder: string, scenario: string): string {
  if (scenario.startsWith('..') || isAbsolute(scenario))
    throw inputError('LR508', 'a scenario outside of this folder has no place among its records', undefined, {
      file: scenario,
    });
  return join(folder, scenario);
}

function filesUnder(folder: string): readonly string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) return filesUnder(path);
      return name.endsWith('.yaml') || name.endsWith('.yml') ? [path] : [];
    });
}

/** All records of the folder, as far as it is there. Throws ScenarioProblems (LR502) for files that are no such records. */
export function readGoldenFolder(folder: string, semantics: string, cwd: string): readonly GoldenFile[] {
  const root = resolve(cwd, folder);
  if (!existsSync(root)) return [];
  const problems: Problem[] = [];
  const files = filesUnder(root).flatMap((path): readonly GoldenFile[] => {
    const text = readFileSync(path, 'utf8');
    const file = relative(cwd, path);
    const read = readGolden(text, file);
    if (!read.ok) {
      problems.push(...read.problems);
      return [];
    }
    const record = read.value;
    if (resolve(cwd, goldenPath(folder, record.scenario)) !== path)
      problems.push(
        problemAt('LR502', `the record of ${record.scenario} lies in the wrong place`, { file }, 'lastref promote'),
      );
    if (record.semantics !== semantics)
      problems.push(problemAt('LR502', `a record of ${record.semantics}, where ${semantics} is accepted`, { file }));
    return [{ record, path, text }];
  });
  if (problems.length > 0) throw new ScenarioProblems(problems);
  return files;
}

export interface GoldenChange {
  readonly scenario: string;
  readonly path: string;
  /** Undefined: the file goes. */
  readonly text: string | undefined;
}

/** What has to be written and removed, so that the folder holds the records. */
export function goldenChanges(
  folder: string,
  records: readonly ScenarioRecord[],
  present: readonly GoldenFile[],
  cwd: string,
): readonly GoldenChange[] {
  const before = new Map(present.map(({ record, path, text }) => [record.scenario, { path, text }]));
  const wanted = records.map((record) => ({
    scenario: record.scenario,
    path: resolve(cwd, goldenPath(folder, record.scenario)),
    text: goldenText(record),
  }));
  const kept = new Set(wanted.map(({ scenario }) => scenario));
  const gone = present.flatMap(({ record: { scenario }, path }) =>
    kept.has(scenario) ? [] : [{ scenario, path, text: undefined }],
  );
  return [...wanted.filter(({ scenario, text }) => before.get(scenario)?.text !== text), ...gone];
}

export function applyGoldenChanges(changes: readonly GoldenChange[]): void {
  for (const { path, text } of changes)
    if (text === undefined) rmSync(path, { force: true });
    else writeWhole(path, text);
}
