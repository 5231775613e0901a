/** Tests on the running kernel: skipped, with the reason printed, where an agent cannot work. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bpf } from '../../models/index.ts';
import { startLive } from '../../src/conform/kernels/live.ts';
import type { Rules } from '../../src/conform/traces.ts';
import type { Semantics } from '../../src/modelling/semantics.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { ROOT } from '../support/repository.ts';

const started = await startLive();
if (started.ok) await started.kernel.stop();

/** `describe` for tests that need the live kernel; one pending test says why they do not run. */
export function describeLive(name: string, body: () => void): void {
  if (started.ok) {
    describe(name, body);
    return;
  }
  describe(name, () => {
    it(`skipped: ${started.why}`, function () {
      console.log(`      ${name}: skipped, ${started.why}`);
      this.skip();
    });
  });
}

export const semanticsNamed = (name: string): Semantics => {
  const semantics = bpf.semantics[name];
  if (semantics === undefined) throw new Error(`no semantics ${name}`);
  return semantics;
};

/** The kernel that these tests are written for; on another one a difference may be the kernel's. */
export const RULES: Rules = { model: bpf, semantics: semanticsNamed('linux-6.18') };

export const isKernel618 = readFileSync('/proc/sys/kernel/osrelease', 'utf8').startsWith('6.18.');

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly state: string;
}

/** Processes that are not zombies: an orphan's parent may leave it unreaped, and a zombie holds nothing. */
export function agents(): readonly Process[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry): Process[] => {
      try {
        const [, name = '', state = '', parent = '0'] =
          /^\d+ \((.*)\) (\S) (\d+)/.exec(readFileSync(`/proc/${entry}/stat`, 'utf8')) ?? [];
        return [{ pid: Number(entry), parent: Number(parent), name, state }];
      } catch {
        return [];
      }
    })
    .filter(({ name, state }) => name.startsWith('lastref-agent') && state !== 'Z');
}

function cgroup2(): string {
  const mount = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .find(([, , type]) => type === 'cgroup2');
  return mount?.[1] ?? '/sys/fs/cgroup';
}

/** Subtrees of the agents with these process ids. */
export const subtreesOf = (pids: readonly number[]): readonly string[] =>
  readdirSync(cgroup2()).filter((entry) => pids.some((pid) => entry.startsWith(`lastref-${pid}-`)));

/** Mounts of agents that this process sees: there must be none, ever. */
export const agentMounts = (): readonly string[] =>
  readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('lastref '));

/** A scenario of this repository. */
export function scenarioIn(path: string): Scenario {
  const file = join(ROOT, 'scenarios', path);
  const loaded = loadScenario(readFileSync(file, 'utf8'), file, bpf);
  if (loaded.ok) return loaded.value;
  throw new Error(loaded.problems[0]?.message);
}
