import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { writeReports, writeWhole } from '../../../src/report/write.ts';

describe('the report writer', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lastref-write-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('writes every format under a fixed name, and leaves no draft', () => {
    writeReports(join(folder, 'reports/run'), { text: 't', json: '{}', junit: '<x/>' });
    expect(readdirSync(join(folder, 'reports/run')).sort()).to.deep.equal([
      'check.json',
      'check.junit.xml',
      'check.txt',
    ]);
    expect(readFileSync(join(folder, 'reports/run/check.txt'), 'utf8')).to.equal('t');
  });

  it('replaces a file as a whole', () => {
    const path = join(folder, 'a.json');
    writeWhole(path, 'first');
    writeWhole(path, 'second');
    expect(readFileSync(path, 'utf8')).to.equal('second');
    expect(readdirSync(folder)).to.deep.equal(['a.json']);
  });

  it('leaves nothing behind where it cannot write', () => {
    mkdirSync(join(folder, 'taken'));
    expect(() => writeWhole(join(folder, 'taken'), 'x')).to.throw();
    expect(readdirSync(folder)).to.deep.equal(['taken']);
    expect(existsSync(join(folder, 'taken'))).to.equal(true);
  });
});
