/** The report writer: the one place that makes report files. A file is there as a whole or not at all. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';

/** Names under `reports/run/`, always the same, so that scripts and CI settings can name them. */
export const REPORT_FILES = { text: 'check.txt', json: 'check.json', junit: 'check.junit.xml' } as const;

/** Writes aside and renames: whoever reads meanwhile sees the old file or the new one. */
export function writeWhole(path: string, contents: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(draft, contents);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Writes every format into the folder. Returns the paths. */
export function writeReports(
  folder: string,
  contents: Readonly<Record<keyof typeof REPORT_FILES, string>>,
): readonly string[] {
  return (['text', 'json', 'junit'] as const).map((format) => {
    const path = join(folder, REPORT_FILES[format]);
    writeWhole(path, contents[format]);
    return path;
  });
}
