import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { expect } from 'chai';
import { ROOT } from '../../support/repository.ts';
import { commandLine, run } from './support.ts';

const VERBS = ['check', 'replay', 'list', 'explain', 'chart', 'schema', 'init'];

describe('the command line', () => {
  for (const verb of VERBS)
    it(`helps with ${verb}`, async () => {
      const { code, stdout, stderr } = await run([verb, '--help']);
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
      expect(stdout).to.include(`Usage: lastref ${verb}`);
    });

  it('names every verb and the exit codes', async () => {
    const { code, stdout } = await run(['--help']);
    expect(code).to.equal(0);
    for (const verb of VERBS) expect(stdout).to.match(new RegExp(`^  ${verb} `, 'm'));
    expect(stdout).to.include('70 internal error');
  });

  it('prints its version', async () => {
    expect(await run(['--version'])).to.deep.equal({ code: 0, stdout: '0.1.0\n', stderr: '' });
  });

  it('asks for a verb', async () => {
    const { code, stdout, stderr } = await run([]);
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
    expect(stderr).to.include('Usage: lastref');
  });

  it('knows which verb was meant', async () => {
    const { code, stderr } = await run(['chekc']);
    expect(code).to.equal(2);
    expect(stderr).to.include("LR001 unknown command 'chekc'").and.to.include('Did you mean check?');
  });

  const WRONG: readonly (readonly [argv: readonly string[], said: string])[] = [
    [['check', '--semantic', 'linux-6.18'], 'Did you mean --semantics?'],
    [['check', '--grain', 'lok'], 'did you mean "lock"?'],
    [['check', '--format', 'jnuit'], 'did you mean "junit"?'],
    [['check', '--strategy', 'astar'], 'there are bfs, dfs, random'],
    [['check', '--max-states', 'many'], 'A positive whole number is needed'],
    [['check', '--max-seconds', '-1'], 'A positive number is needed'],
    [['replay', '--choices', '1,x'], 'Choices are whole numbers'],
    [['explain'], "missing required argument 'name'"],
    [['schema', 'report', 'more'], 'too many arguments'],
    [['init', 'novel', 'x'], 'Allowed choices are scenario, proposal, trace'],
  ];
  for (const [argv, said] of WRONG)
    it(`answers ${argv.join(' ')} with 2`, async () => {
      const { code, stdout, stderr } = await run(argv);
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
      expect(stderr).to.include('LR001').and.to.include(said);
    });

  it('answers a mistake of its own with 70 and how to report it', async () => {
    const printed = { text: '' };
    const output = {
      write: (text: string) => {
        printed.text += text;
      },
      isTerminal: false,
      columns: undefined,
    };
    const io = { stdout: output, stderr: output, env: {}, cwd: ROOT, onInterrupt: () => () => undefined };
    const main = await commandLine();
    const code = await main(['list', 'commands'], io, () => Promise.reject(new Error('LR909 boom')));
    expect(code).to.equal(70);
    expect(printed.text).to.match(/^lastref: internal error: LR909 boom\n[\s\S]*Please report it/);
  });

  it('runs as a command', () => {
    const { status, stdout } = spawnSync(process.execPath, [join(ROOT, 'bin/lastref.js'), 'list', 'grains'], {
      encoding: 'utf8',
    });
    expect(status).to.equal(0);
    expect(stdout).to.match(/^command {2}a command is one step/);
  });
});
