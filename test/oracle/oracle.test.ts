/** Every observed row of the fact sheets, against the models. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { bpf } from '../../models/index.ts';
import { describeWithShared, sharedPath } from '../support/shared.ts';
import { acceptedErrors, figureOf, figureText, observedIds, rowFiles, runRow, TABLES } from './run.ts';

const files = await rowFiles();

describe('the models agree with the observed rows', () => {
  for (const { name, rows } of files) {
    const executable = rows.filter((row) => !('notExecutable' in row));
    it(`${name} (${executable.length})`, function () {
      this.timeout(60_000);
      const outcomes = executable.flatMap((row) => runRow(row, bpf) ?? []);
      const wrong = outcomes.flatMap(({ row, disagreement }) =>
        disagreement === undefined ? [] : [`${row.id}: ${disagreement}`],
      );
      expect(wrong.join('\n')).to.equal('');
    });
  }

  for (const table of TABLES)
    it(`${table}: nothing else agrees: every wrong expectation in the last step of a row is found there`, function () {
      this.timeout(120_000);
      const accepted = files
        .filter((file) => file.table === table)
        .flatMap(({ rows }) => rows.flatMap((row) => ('steps' in row ? acceptedErrors(row, bpf) : [])));
      expect(accepted.join('\n')).to.equal('');
    });

  after(() => {
    for (const table of TABLES) console.log(`\n${figureText(figureOf(table, files))}`);
  });
});

describeWithShared('the rows are complete', () => {
  for (const table of TABLES)
    it(`${table}: every observed row appears exactly once`, () => {
      const ids = observedIds(table, readFileSync(sharedPath('facts', `${table}.observed.json`), 'utf8'));
      const written = files.filter((file) => file.table === table).flatMap(({ rows }) => rows.map(({ id }) => id));
      expect([...written].sort()).to.deep.equal([...ids].sort());
    });

  for (const table of TABLES)
    it(`${table}: at least 95 % of the rows are executable`, () => {
      const { rows, notExecutable } = figureOf(table, files);
      expect(rows - notExecutable.length).to.be.at.least(0.95 * rows);
    });
});
