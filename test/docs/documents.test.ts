/** Runs every command that README.md and docs/*.md show, so that what they promise is true. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { consoleBlocks, type DocumentedCommand, firstMissingLine } from '../support/console.ts';
import { filesMatching, ROOT } from '../support/repository.ts';

const ON_CI = process.env['CI'] === 'true';
const COMMAND_MS = ON_CI ? 300_000 : 30_000;

/** A folder for PATH in which `lastref` is the command of this checkout. */
function binFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lastref-docs-'));
  const command = join(folder, 'lastref');
  writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, 'bin/lastref.js')}" "$@"\n`);
  chmodSync(command, 0o755);
  return folder;
}

function run({ command, exit, output, line }: DocumentedCommand, document: string, bin: string): void {
  // Colours and terminal widths are the reader's; the documents show what is printed without them.
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`, NO_COLOR: '1', COLUMNS: '80' };
  const done = spawnSync('sh', ['-c', command], { cwd: ROOT, env, encoding: 'utf8', input: '', timeout: COMMAND_MS });
  const printed = `${done.stdout}${done.stderr}`;
  const where = `${document}:${line} $ ${command}`;
  if (done.error !== undefined) throw new Error(`${where}\n${done.error.message}`);
  if (done.status !== exit) throw new Error(`${where}\nended with ${done.status}, documented is ${exit}\n${printed}`);
  const missing = firstMissingLine(output, printed);
  if (missing !== undefined) throw new Error(`${where}\ndid not print this line:\n${missing}\nbut this:\n${printed}`);
}

describe('documented commands', () => {
  let bin = '';
  before(() => {
    bin = binFolder();
  });
  after(() => rmSync(bin, { recursive: true, force: true }));

  for (const { path, text } of filesMatching(/^README\.md$|^docs\/[^/]*\.md$/)) {
    for (const block of consoleBlocks(text)) {
      it(`${path}:${block.line}`, function () {
        if (block.slow && !ON_CI) {
          console.log(`      ${path}:${block.line} skipped: slow, runs with CI=true`);
          this.skip();
        }
        this.timeout(block.commands.length * COMMAND_MS);
        for (const command of block.commands) run(command, path, bin);
      });
    }
  }
});
