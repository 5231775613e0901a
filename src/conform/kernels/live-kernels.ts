/** Several agents that share nothing, on the running kernel or each in a machine of its own: while one waits, another works. */
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConformKernel } from '../protocol/line.ts';
import { type AgentProcess, type Started, startLive } from './live.ts';
import { startQemu } from './qemu.ts';

/** What scripts/fetch-kernels.sh fetched, a folder per release. */
const FETCHED = fileURLToPath(new URL('../../../.kernels/', import.meta.url));

/** The image that `--kernel` names: a path, or the beginning of a release that was fetched. Undefined: the live kernel. */
export function imageOf(word: string, cwd: string, folder: string = FETCHED): string | undefined {
  if (word === 'live') return undefined;
  const fetched = fetchedReleases(folder).filter((release) => release === word || release.startsWith(`${word}.`));
  const newest = fetched.at(-1);
  return newest === undefined ? resolve(cwd, word) : join(folder, newest, 'vmlinuz');
}

/** Oldest first. */
export function fetchedReleases(folder: string = FETCHED): readonly string[] {
  try {
    return readdirSync(folder).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  } catch {
    return [];
  }
}

export interface LiveKernels {
  readonly all: readonly ConformKernel[];
  readonly note: string | undefined;
  stop(): Promise<void>;
}

export type StartedKernels =
  | { readonly ok: true; readonly kernels: LiveKernels }
  | { readonly ok: false; readonly why: string };

/** `image`: the kernel to boot, undefined is the running one; `processors`: of each machine that is booted. */
export async function startKernels(number: number, image?: string, processors = 1): Promise<StartedKernels> {
  const all: AgentProcess[] = [];
  let note: string | undefined;
  const stop = async (): Promise<void> => {
    await Promise.all(all.map((kernel) => kernel.stop()));
  };
  while (all.length < Math.max(1, number)) {
    const started: Started = image === undefined ? await startLive() : await startQemu(image, { processors });
    if (!started.ok) {
      await stop();
      return started;
    }
    note ??= started.note;
    all.push(started.kernel);
  }
  return { ok: true, kernels: { all, note, stop } };
}
