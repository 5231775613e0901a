import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { loadSuite, type RunOverride, runsOf, type SuiteFilter } from '../../../src/scenario/suite.ts';
import { tiny } from '../../support/tiny-model.ts';
import { load, problems, TWO, value, written } from '../../support/tiny-scenario.ts';

const PIN = written('  a: [exit]', '  - nothing-left', 'claims: [C4]\n').replace('title: t', 'title: a pin');

describe('a suite', () => {
  let folder = '';
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  const suite = (filter?: SuiteFilter, override?: RunOverride): ReturnType<typeof loadSuite> =>
    loadSuite([folder], tiny, filter, override);
  const names = (filter?: SuiteFilter): readonly string[] => value(suite(filter)).map(({ scenario }) => scenario.name);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lastref-suite-'));
    write('links/two.yaml', TWO);
    write('pins/deep/pin.yaml', PIN);
    write('pins/notes.md', 'not a scenario');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('has the scenarios of all folders below, in the order of their names', () => {
    write('links/a.yaml', PIN);
    expect(names()).to.deep.equal(['a', 'two', 'pin']);
  });

  it('is filtered by family, claim and part of name or title', () => {
    expect(names({ family: 'deep' })).to.deep.equal(['pin']);
    expect(names({ claim: 'C6' })).to.deep.equal(['two']);
    expect(names({ name: 'A Pin' })).to.deep.equal(['pin']);
  });

  it('is a problem where nothing matches', () => {
    expect(problems(suite({ family: 'lniks' }))).to.have.deep.nested.property('[0].hint', 'did you mean "links"?');
    expect(problems(suite({ claim: 'C35' })).map(({ code }) => code)).to.deep.equal(['LR120']);
    expect(problems(loadSuite([join(folder, 'nowhere')], tiny)).map(({ code }) => code)).to.deep.equal(['LR100']);
    rmSync(join(folder, 'links'), { recursive: true });
    rmSync(join(folder, 'pins/deep'), { recursive: true });
    expect(problems(suite()).map(({ code }) => code)).to.deep.equal(['LR120']);
  });

  it('lists the problems of all files', () => {
    write('links/bad.yaml', 'title: [');
    write('pins/worse.yaml', '');
    expect(new Set(problems(suite()).map(({ code }) => code))).to.deep.equal(new Set(['LR101', 'LR102']));
  });
});

describe('the runs of a scenario', () => {
  const scenario = value(
    load(
      written(
        '  a: [exit]',
        '  - nothing-left',
        'semantics: [linux-1]\nexpect: { linux-2: {}, linux-2@lock: {}, linux-1: {} }\n',
      ),
    ),
  );
  const runs = (override?: RunOverride): readonly string[] =>
    runsOf(scenario, override).map(({ semantics, grain }) => `${semantics}@${grain}`);

  it('are its semantics and those that it has expectations for', () => {
    expect(runs()).to.deep.equal(['linux-1@work', 'linux-2@work', 'linux-2@lock']);
  });

  it('are replaced by what the command line says', () => {
    expect(runs({ semantics: ['linux-2'] })).to.deep.equal(['linux-2@work']);
    expect(runs({ grain: 'command' })).to.deep.equal(['linux-1@command', 'linux-2@command']);
    expect(runs({ semantics: ['linux-2'], grain: 'lock' })).to.deep.equal(['linux-2@lock']);
  });
});
