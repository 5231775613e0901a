/** The file of waivers, and the day that they are judged by. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readWaivers, type Waiver } from '../gate/waivers.ts';
import { ScenarioProblems } from './collect.ts';
import { inputError } from './errors.ts';

const DEFAULT_WAIVERS = 'lastref-waivers.yaml';

export interface WaiverFile {
  readonly file: string | undefined;
  readonly waivers: readonly Waiver[];
}

/** The waivers of the file that is named, or of the default one if it is there. LR003, or ScenarioProblems. */
export function loadWaivers(named: string | undefined, cwd: string): WaiverFile {
  const file = named ?? DEFAULT_WAIVERS;
  const path = resolve(cwd, file);
  if (!existsSync(path)) {
    if (named === undefined) return { file: undefined, waivers: [] };
    throw inputError('LR003', 'there is no such file', '`lastref schema waivers` prints what stands in one', { file });
  }
  const read = readWaivers(readFileSync(path, 'utf8'), file);
  if (!read.ok) throw new ScenarioProblems(read.problems);
  return { file, waivers: read.value };
}

/** The day in UTC, so that a run in every country judges alike. */
export const todayOf = (clock: Date): string => clock.toISOString().slice(0, 'yyyy-mm-dd'.length);
