/** Reproducers in C: compiled with every warning an error, and run on this kernel. */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { bpf } from '../../models/index.ts';
import { reproducer } from '../../src/conform/repro/emit.ts';
import type { TraceSource } from '../../src/trace/parse.ts';

export const folder = mkdtempSync(join(tmpdir(), 'lastref-test-repro-'));

after(() => rmSync(folder, { recursive: true, force: true }));

export function compiled(source: TraceSource, semantics?: string): string {
  const program = join(folder, source.trace.id);
  writeFileSync(`${program}.c`, reproducer(source, bpf.flags, semantics));
  const flags = ['-O1', '-Wall', '-Wextra', '-Werror', '-o', program, `${program}.c`];
  const { status, stderr } = spawnSync('cc', flags, { encoding: 'utf8' });
  expect(status, stderr).to.equal(0);
  return program;
}

/** Processes that were run: others may run reproducers at the same time. */
export const ours = new Set<number>();

export function run(program: string): SpawnSyncReturns<string> {
  const done = spawnSync(program, [], { encoding: 'utf8', timeout: 60_000 });
  ours.add(done.pid);
  return done;
}

/** Everything ok, and a summary that says so. False: this kernel says that it cannot. */
export function expectAllOk(source: TraceSource, otherwise?: 'or skipped'): boolean {
  const { status, stdout, stderr } = run(compiled(source));
  if (otherwise !== undefined && status === 4) {
    expect(stdout).to.match(/# SKIP this kernel /);
    expect(stdout).to.not.match(/^not ok/m);
    return false;
  }
  const { length } = source.trace.steps;
  const lines = stdout.trim().split('\n');
  expect(stdout.match(/^not ok.*\n.*/gm), stdout + stderr).to.equal(null);
  expect(lines.slice(0, 2)).to.deep.equal(['TAP version 13', `1..${length}`]);
  expect(lines.filter((line) => line.startsWith('ok '))).to.have.length(length);
  expect(lines.at(-1)).to.equal(`# Totals: pass:${length} fail:0 xfail:0 xpass:0 skip:0 error:0`);
  expect(status).to.equal(0);
  return true;
}

const isOurs = (name: string): boolean => ours.has(Number(/^lastref-repro-(\d+)/.exec(name)?.[1]));

/** Folders and cgroups that they left behind. */
export const leftovers = (): readonly string[] =>
  [tmpdir(), '/sys/fs/cgroup', '/sys/fs/cgroup/unified'].flatMap((path) =>
    existsSync(path) ? readdirSync(path).filter(isOurs) : [],
  );
