/** The loader in a checkout of its own: a few lines in src/cli/main.ts, and this repository's bin/ and packages. */

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { namesSourceFile } from '../../../bin/load.js';
import { ROOT } from '../../support/repository.ts';

const MAIN = `import { pathToFileURL } from 'node:url';
import { token } from '../modelling/index.ts';
export async function main(argv: readonly string[]): Promise<number> {
  const [proposal] = argv;
  const same: boolean = proposal === undefined || (await import(pathToFileURL(proposal).href)).default === token;
  console.log(same ? 'first' : 'another instance');
  return 3;
}
`;

describe('the loader', () => {
  let folder = '';
  let checkout = '';

  const write = (file: string, text: string): string => {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  };
  const run = (...argv: readonly string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, [join(checkout, 'bin/lastref.js'), ...argv], { encoding: 'utf8', cwd: folder });
  const bundles = (): readonly string[] => readdirSync(join(checkout, 'dist'));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lastref-load-'));
    checkout = join(folder, 'checkout');
    cpSync(join(ROOT, 'bin'), join(checkout, 'bin'), { recursive: true });
    cpSync(join(ROOT, 'package.json'), join(checkout, 'package.json'));
    symlinkSync(join(ROOT, 'node_modules'), join(checkout, 'node_modules'));
    write('checkout/src/cli/main.ts', MAIN);
    write('checkout/src/modelling/index.ts', 'export const token: unique symbol = Symbol();\n');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('returns what main returns, and bundles once', () => {
    expect(run()).to.include({ status: 3, stdout: 'first\n', stderr: '' });
    expect(run()).to.include({ status: 3, stdout: 'first\n' });
    expect(bundles()).to.have.length(1);
  });

  it('runs new code after an edit, and the old bundle again when the edit is undone', () => {
    run();
    write('checkout/src/cli/main.ts', MAIN.replace("'first'", "'second'"));
    expect(run().stdout).to.equal('second\n');
    write('checkout/src/cli/main.ts', MAIN);
    expect(run().stdout).to.equal('first\n');
    expect(bundles()).to.have.length(2);
  });

  it('lets a proposal from anywhere share our modules', () => {
    const proposal = write('elsewhere/idea.ts', "export { token as default } from 'lastref/modelling';\n");
    expect(run(proposal)).to.include({ status: 3, stdout: 'first\n', stderr: '' });
  });

  it('answers a throwing main with 70 and lines of the sources', () => {
    write(
      'checkout/src/cli/main.ts',
      'interface A {}\n\nexport function main(): number {\n  throw new Error("boom");\n}\n',
    );
    const { status, stderr } = run();
    expect(status).to.equal(70);
    expect(stderr).to.match(/internal error[\s\S]*boom[\s\S]*src\/cli\/main\.ts:4/);
  });

  it('answers a missing package with 4 and the remedy', () => {
    rmSync(join(checkout, 'node_modules'));
    const { status, stderr } = run();
    expect(status).to.equal(4);
    expect(stderr).to.include('run `npm ci` first');
  });

  it('knows a script file on the command line', () => {
    expect(namesSourceFile(['check', '--semantics', './idea.ts'])).to.equal(true);
    expect(namesSourceFile(['--semantics=linux-6.18,../idea.mts,linux-7.2'])).to.equal(true);
    expect(namesSourceFile(['check', 'scenarios/links', '--format', 'json', '--out', 'report.json'])).to.equal(false);
  });
});
