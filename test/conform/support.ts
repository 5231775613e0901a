/** Tests on the running kernel: skipped, with the reason printed, where an agent cannot work. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { bpf } from '../../models/index.ts';
import { familiesNamed } from '../../src/conform/generate/generate.ts';
import { type AgentProcess, startLive } from '../../src/conform/kernels/live.ts';
import { conformGenerated, type Rules } from '../../src/conform/traces.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { ROOT } from '../support/repository.ts';
import { semanticsNamed } from '../support/semantics.ts';

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

/** One agent for the tests of a suite. */
export function withKernel(): () => AgentProcess {
  let kernel: AgentProcess | undefined;
  before(async () => {
    const begun = await startLive();
    if (!begun.ok) throw new Error(begun.why);
    kernel = begun.kernel;
  });
  after(() => kernel?.stop());
  return () => kernel as AgentProcess;
}

/** The kernel that these tests are written for; on another one a difference may be the kernel's. */
export const RULES: Rules = { model: bpf, semantics: semanticsNamed('linux-6.18') };

export const isKernel618 = readFileSync('/proc/sys/kernel/osrelease', 'utf8').startsWith('6.18.');

interface Generated {
  readonly steps: number;
  readonly seed: string;
  readonly families?: readonly string[];
  readonly length?: number;
}

/** Generated traces of a seed agree, and all of them can be run. */
export async function expectGeneratedToAgree(
  kernel: AgentProcess,
  { steps, seed, families, length = 80 }: Generated,
  rules: Rules = RULES,
): Promise<void> {
  const generation = { steps, seed, length, shown: 1, families: familiesNamed(families) };
  const found: string[] = [];
  const totals = await conformGenerated([kernel], generation, rules, ({ trace, parting }) => {
    found.push(JSON.stringify({ parting, steps: trace.steps }));
  });
  expect(found.join('\n')).to.equal('');
  expect(totals).to.include({ differ: 0, notRunnable: 0 });
  expect(totals.steps).to.be.at.least(steps);
}

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
