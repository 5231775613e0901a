/** The suite as a whole: what it covers, and that a reader can take in each file. Verdicts are checked by running it. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { CLAIMS as SAID } from '../../models/claims.ts';
import { bpf } from '../../models/index.ts';
import { loadSuite, type SuiteEntry } from '../../src/scenario/suite.ts';
import { ROOT } from '../support/repository.ts';

/** The claims of the founding discussions, C1 to C35. */
const CLAIMS = Object.keys(SAID);
const FILES_MIN = 60;
/** A file is read in a minute. */
const LINES_MAX = 50;
const COLUMNS_MAX = 130;

const loaded = loadSuite([join(ROOT, 'scenarios')], bpf);
if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
const suite: readonly SuiteEntry[] = loaded.value;

/** Expected verdicts of every run, label by label. */
const verdictsOf = ({ scenario }: SuiteEntry): readonly string[] =>
  Object.values(scenario.expect).flatMap((labels) => Object.values(labels));

describe('the suite of scenarios', () => {
  it(`has ${FILES_MIN} files or more, in families`, () => {
    expect(suite.length).to.be.at.least(FILES_MIN);
    expect(new Set(suite.map(({ scenario }) => scenario.family)).size).to.be.at.least(10);
  });

  it('demands a violation of somebody for every claim', () => {
    const silent = CLAIMS.filter(
      (claim) =>
        !suite.some((entry) => entry.scenario.claims.includes(claim) && verdictsOf(entry).includes('violated')),
    );
    expect(silent).to.deep.equal([]);
  });

  it('demands that something holds for every claim', () => {
    const holding = (entry: SuiteEntry): boolean => {
      const most = Math.max(0, ...Object.values(entry.scenario.expect).map((labels) => Object.keys(labels).length));
      return entry.scenario.checks.length > most;
    };
    const silent = CLAIMS.filter(
      (claim) => !suite.some((entry) => entry.scenario.claims.includes(claim) && holding(entry)),
    );
    expect(silent).to.deep.equal([]);
  });

  it('uses every property of the library', () => {
    const used = new Set(suite.flatMap(({ scenario }) => scenario.checks.map(({ property }) => property)));
    expect(Object.keys(bpf.properties).filter((property) => !used.has(property))).to.deep.equal([]);
  });

  it('can be read: short files, short lines', () => {
    const long = suite.flatMap(({ scenario }) => {
      const lines = readFileSync(scenario.file, 'utf8').trimEnd().split('\n');
      const wide = lines.some((line) => line.length > COLUMNS_MAX);
      return lines.length > LINES_MAX || wide ? [scenario.file] : [];
    });
    expect(long).to.deep.equal([]);
  });
});
