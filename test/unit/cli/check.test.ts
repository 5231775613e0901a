import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { reportSchema } from '../../../src/report/schema.ts';
import { Folder, LEGACY } from './support.ts';

const expected = `${LEGACY}expect:\n  linux-6.18: { no-orphan: violated }\n`;

describe('lastref check', () => {
  let folder: Folder;
  beforeEach(() => {
    folder = new Folder();
  });
  afterEach(() => folder.remove());

  it('ends with 1 and the counterexample where a property is violated', async () => {
    folder.write('scenarios/a.yaml', LEGACY);
    const { code, stdout } = await folder.run(['check']);
    expect(code).to.equal(1);
    expect(stdout)
      .to.include('VIOLATED no-orphan (expected: holds)')
      .and.to.include('exit(')
      .and.to.match(/exit 1: .*\n$/);
  });

  it('ends with 0 where that was expected, with the counterexample in short', async () => {
    folder.write('scenarios/a.yaml', expected);
    const { code, stdout, stderr } = await folder.run(['check']);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(stdout).to.include('What breaks by design: 1 as expected').and.to.include('no-orphan violated (expected)');
    expect(stdout).not.to.include('\nSteps\n');
    expect((await folder.run(['check', '-v'])).stdout).to.include('\nSteps\n');
  });

  it('prints a replay command that fails again', async () => {
    const file = folder.write('a.yaml', LEGACY);
    const { stdout } = await folder.run(['check', file, '--format', 'json']);
    const { replay } = JSON.parse(stdout).results[0].verdicts[0].trace as { replay: string };
    const again = await folder.run(
      replay
        .split(' ')
        .slice(1)
        .map((word) => word.replaceAll("'", ''))
        .map((word, i, all) => (all[i - 1] === '--scenario' ? file : word)),
    );
    expect(again.code).to.equal(1);
    expect(again.stdout).to.include('VIOLATED no-orphan (expected: holds)');
  });

  it('runs every semantics and grain that is asked for', async () => {
    folder.write('scenarios/a.yaml', expected);
    const { code, stdout } = await folder.run([
      'check',
      '--semantics',
      'linux-6.18,linux-6.1',
      '--grain',
      'command,lock',
      '--format',
      'json',
    ]);
    const report = reportSchema.parse(JSON.parse(stdout));
    expect(report.results.map(({ semantics, grain }) => `${semantics}@${grain}`)).to.deep.equal([
      'linux-6.18@command',
      'linux-6.1@command',
      'linux-6.18@lock',
      'linux-6.1@lock',
    ]);
    expect(code).to.equal(1);
    expect(report.exitCode).to.equal(1);
  });

  it('writes a report as a whole, and every format under fixed names', async () => {
    folder.write('scenarios/a.yaml', expected);
    const { code, stdout, stderr } = await folder.run([
      'check',
      '--format',
      'junit',
      '--out',
      'out/junit.xml',
      '--reports',
    ]);
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: '' });
    expect(stderr).to.include('wrote out/junit.xml').and.to.include('wrote reports to reports/run');
    expect(readFileSync(join(folder.path, 'out/junit.xml'), 'utf8')).to.match(/^<\?xml[\s\S]*<\/testsuites>\n$/);
    expect(readdirSync(join(folder.path, 'reports/run')).sort()).to.deep.equal([
      'check.json',
      'check.junit.xml',
      'check.txt',
    ]);
  });

  it('says where a scenario is wrong, and writes nothing', async () => {
    folder.write('scenarios/a.yaml', expected);
    folder.write('scenarios/b.yaml', LEGACY.replace('prog_attach', 'prog_atach'));
    const { code, stdout, stderr } = await folder.run(['check', '--out', 'report.txt']);
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
    expect(stderr).to.match(/b\.yaml:8:\d+: LR201 .*prog_atach.*\n {2}hint: did you mean "prog_attach"\?\n/);
    expect(existsSync(join(folder.path, 'report.txt'))).to.equal(false);
  });

  it('takes nothing matched for an error', async () => {
    folder.write('scenarios/a/a.yaml', expected);
    const none = await folder.run(['check', '--family', 'zebras']);
    expect(none.code).to.equal(2);
    expect(none.stderr).to.include('LR120 no scenario matches: none of 1 has family zebras\n  hint: families: a');
    expect((await folder.run(['check', '--claim', 'C3'])).stderr).to.include('did you mean "C2"?');
    expect((await folder.run(['check', '--claim', 'C2', '--family', 'a'])).code).to.equal(0);
    expect((await folder.run(['check', 'nowhere'])).code).to.equal(2);
    folder.write('empty/readme.txt', '');
    expect((await folder.run(['check', 'empty'])).stderr).to.include('LR120');
  });

  it('knows which semantics was meant', async () => {
    folder.write('scenarios/a.yaml', expected);
    const { code, stderr } = await folder.run(['check', '--semantics', 'linus-6.18']);
    expect(code).to.equal(2);
    expect(stderr).to.match(/LR109 there is no semantics "linus-6\.18"\n {2}hint: did you mean "linux-6\.18"\?/);
  });

  it('stops at an interrupt, with what is known by then', async () => {
    folder.write('scenarios/a.yaml', expected);
    folder.write('scenarios/b.yaml', expected);
    const afterFirst = (listener: () => void): (() => void) => {
      setImmediate(() => setImmediate(listener));
      return () => undefined;
    };
    const { code, stdout } = await folder.run(['check'], { onInterrupt: afterFirst });
    expect(code).to.equal(3);
    expect(stdout)
      .to.include('interrupted: ')
      .and.to.include('1 scenario, 1 run: ')
      .and.to.include('exit 3: unknown: interrupted');
  });

  it('says so where an interrupt came before everything', async () => {
    folder.write('scenarios/a.yaml', expected);
    const atOnce = (listener: () => void): (() => void) => {
      listener();
      return () => undefined;
    };
    const { code, stdout, stderr } = await folder.run(['check'], { onInterrupt: atOnce });
    expect({ code, stdout }).to.deep.equal({ code: 3, stdout: '' });
    expect(stderr).to.include('interrupted before anything was checked');
  });

  it('gives the same random run for the same seed', async () => {
    folder.write('scenarios/a.yaml', expected);
    const walk = async (): Promise<unknown> => {
      const { stdout } = await folder.run(['check', '--strategy', 'random', '--seed', 'x', '--format', 'json']);
      const [result] = reportSchema.parse(JSON.parse(stdout)).results;
      return { ...result, seconds: 0 };
    };
    expect(await walk()).to.deep.equal(await walk());
  });

  it('paints for terminals, unless told otherwise', async () => {
    folder.write('scenarios/a.yaml', expected);
    expect((await folder.run(['check'], { terminal: true })).stdout).to.include('\u001b[32m');
    expect((await folder.run(['check'], { terminal: true, env: { NO_COLOR: '1' } })).stdout).not.to.include('\u001b[');
  });
});
