/** Whatever is killed at whatever moment: nothing is left behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import seedrandom from 'seedrandom';
import { startLive } from '../../src/conform/live.ts';
import { agentMounts, agents, describeLive, subtreesOf } from './support.ts';

const BIN = fileURLToPath(new URL('../../bin/lastref.js', import.meta.url));
const ROUNDS = 20;
const GONE_MS = 10_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function until(what: () => boolean, ms: number): Promise<boolean> {
  for (const end = Date.now() + ms; Date.now() < end; await pause(20)) if (what()) return true;
  return what();
}

/** The tool's own agents: supervisors are its children, everything else descends from them. */
const supervisorsOf = (tool: ChildProcess): readonly number[] =>
  agents()
    .filter(({ parent }) => parent === tool.pid)
    .map(({ pid }) => pid);

function descendants(of: readonly number[]): readonly number[] {
  const all = agents();
  const found = new Set(of);
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  return [...found];
}

describeLive('killing', () => {
  it(`the tool, an agent or an actor at ${ROUNDS} random moments leaves no cgroup, mount or process`, async function () {
    this.timeout(240_000);
    const random = seedrandom('killed');
    for (let round = 0; round < ROUNDS; round++) {
      const args = ['conform', '--generate', '1000000', '--jobs', '2', '--seed', `killed-${round}`];
      const tool = spawn(process.execPath, [BIN, ...args], { stdio: 'ignore' });
      const ended = new Promise<void>((resolve) => tool.on('close', () => resolve()));
      expect(await until(() => supervisorsOf(tool).length === 2, 20_000), 'agents start').to.equal(true);
      const supervisors = supervisorsOf(tool);
      await pause(random() * 400);
      const family = descendants(supervisors);
      const victim = round % 3 === 0 ? tool.pid : family[Math.floor(random() * family.length)];
      const signal = random() < 0.5 ? 'SIGKILL' : 'SIGTERM';
      try {
        process.kill(victim ?? 0, round % 3 === 0 ? 'SIGKILL' : signal);
      } catch {
        // It ended by itself a moment ago.
      }
      if (round % 3 !== 0) {
        await pause(50);
        tool.kill('SIGKILL');
      }
      await ended;
      const known = new Set([...family, ...supervisors]);
      const left = (): readonly unknown[] => [
        ...agents().filter(({ pid }) => known.has(pid)),
        ...subtreesOf(supervisors),
        ...agentMounts(),
      ];
      await until(() => left().length === 0, GONE_MS);
      expect(left(), `round ${round}, killed ${victim} of ${JSON.stringify(family)}`).to.deep.equal([]);
    }
  });

  it('everything at once leaves a subtree, which the next start removes', async function () {
    this.timeout(60_000);
    const started = await startLive();
    if (!started.ok) throw new Error(started.why);
    const supervisor = started.kernel.pid ?? 0;
    const family = descendants([supervisor]);
    expect(family.length).to.be.at.least(3);
    const [, janitor] = [...family].sort((one, other) => one - other);
    // The janitor first: it is there to clean up after the supervisor, which takes the hub along.
    for (const pid of [janitor ?? 0, supervisor]) process.kill(pid, 'SIGKILL');
    await until(() => agents().every(({ pid }) => !family.includes(pid)), GONE_MS);
    expect(subtreesOf([supervisor])).to.have.length(1);
    const next = await startLive();
    if (!next.ok) throw new Error(next.why);
    await next.kernel.stop();
    expect(subtreesOf([supervisor])).to.deep.equal([]);
  });
});
