/** `npm run oracle`: how many observed rows are executable, how many of them the models agree with, and why the rest is not. */
import process from 'node:process';
import { bpf } from '../models/index.ts';
import { figureOf, figureText, rowFiles, runRow, TABLES } from '../test/oracle/run.ts';

const files = await rowFiles();
let disagreements = 0;
for (const table of TABLES) {
  const rows = files.filter((file) => file.table === table).flatMap((file) => file.rows);
  const outcomes = rows.flatMap((row) => runRow(row, bpf) ?? []);
  const wrong = outcomes.filter(({ disagreement }) => disagreement !== undefined);
  process.stdout.write(
    `${figureText(figureOf(table, files))}\n  the models agree with ${outcomes.length - wrong.length} of ${outcomes.length}\n`,
  );
  for (const { row, disagreement } of wrong) process.stdout.write(`  ${row.id}: ${disagreement}\n`);
  disagreements += wrong.length;
}
process.exitCode = disagreements === 0 ? 0 : 1;
