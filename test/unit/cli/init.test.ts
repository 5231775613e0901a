import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { Folder, letUserFilesImport } from './support.ts';

describe('lastref init', () => {
  let folder: Folder;
  before(letUserFilesImport);
  beforeEach(() => {
    folder = new Folder();
  });
  afterEach(() => folder.remove());

  it('writes a scenario that runs as it is', async () => {
    const { code, stdout } = await folder.run(['init', 'scenario', 'mine', '--dir', 'scenarios']);
    expect({ code, stdout }).to.deep.equal({
      code: 0,
      stdout: 'wrote scenarios/mine.yaml\nnext: lastref check scenarios/mine.yaml\n',
    });
    const checked = await folder.run(['check']);
    expect(checked.stderr).to.equal('');
    expect(checked.code).to.equal(0);
  });

  it('writes a proposal that runs as it is', async () => {
    await folder.run(['init', 'scenario', 'mine']);
    expect((await folder.run(['init', 'proposal', 'idea.ts'])).code).to.equal(0);
    const checked = await folder.run(['check', 'mine.yaml', '--semantics', 'idea.ts']);
    expect(checked.stdout).to.include('idea@work');
    expect(checked.code).to.equal(0);
  });

  it('writes a trace that replays as it is', async () => {
    await folder.run(['init', 'trace', 'steps']);
    const { code, stdout } = await folder.run(['replay', 'steps.json']);
    expect(stdout).to.include('steps.json: agrees: 5 steps');
    expect(code).to.equal(0);
  });

  it('never overwrites', async () => {
    folder.write('mine.yaml', 'precious');
    const { code, stderr } = await folder.run(['init', 'scenario', 'mine']);
    expect(code).to.equal(2);
    expect(stderr).to.include('mine.yaml: LR004 exists already; nothing was written');
    expect(readFileSync(join(folder.path, 'mine.yaml'), 'utf8')).to.equal('precious');
  });

  it('wants a name that can be a file', async () => {
    for (const name of ['../up', 'a b', '.hidden', ''])
      expect((await folder.run(['init', 'trace', name])).code, name).to.equal(2);
  });
});
