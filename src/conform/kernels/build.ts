/** The agent: compiled at first use, kept under a name that its sources determine. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export const AGENT_SOURCES = fileURLToPath(new URL('../agent/', import.meta.url));

const FLAGS = ['-O2', '-std=gnu11', '-Wall', '-Wextra', '-Wno-format-truncation', '-Wno-restrict'];

export type Built =
  | { readonly ok: true; readonly path: string; readonly note: string | undefined }
  | { readonly ok: false; readonly why: string };

function cacheFolder(): string {
  const base = process.env['XDG_CACHE_HOME'] ?? (homedir() === '' ? tmpdir() : join(homedir(), '.cache'));
  return join(base, 'lastref');
}

function sources(): readonly string[] {
  return readdirSync(AGENT_SOURCES)
    .filter((file) => /\.[ch]$/.test(file))
    .sort()
    .map((file) => join(AGENT_SOURCES, file));
}

function hashOf(files: readonly string[], compiler: string): string {
  const hash = createHash('sha256').update([compiler, ...FLAGS].join('\0'));
  for (const file of files) hash.update('\0').update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

/** Compiles to a file of its own first: two starts at once must not see half an agent. */
function compile(compiler: string, files: readonly string[], to: string, linking: readonly string[]): string {
  const half = `${to}.${process.pid}`;
  const inputs = files.filter((file) => file.endsWith('.c'));
  const run = spawnSync(compiler, [...FLAGS, ...linking, '-o', half, ...inputs], { encoding: 'utf8' });
  if (run.status === 0) {
    renameSync(half, to);
    return '';
  }
  rmSync(half, { force: true });
  return run.error?.message ?? run.stderr;
}

/** Path of the agent for this machine. */
export function buildAgent(folder: string = cacheFolder()): Built {
  const compiler = process.env['CC'] ?? 'cc';
  const files = sources();
  const path = join(folder, `agent-${hashOf(files, compiler)}`);
  const dynamic = `${path}-dynamic`;
  if (existsSync(path)) return { ok: true, path, note: undefined };
  mkdirSync(folder, { recursive: true });
  const note = 'the agent is linked dynamically: this machine has no static C library, which a booted kernel will need';
  if (existsSync(dynamic)) return { ok: true, path: dynamic, note };
  if (compile(compiler, files, path, ['-static']) === '') return { ok: true, path, note: undefined };
  const why = compile(compiler, files, dynamic, []);
  if (why === '') return { ok: true, path: dynamic, note };
  return { ok: false, why: `${compiler} cannot build the agent: ${why.trim().split('\n')[0] ?? 'no reason given'}` };
}
