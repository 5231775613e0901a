/** Whatever is killed at whatever moment: nothing is left behind, and what a crash leaves is removed by the next start. */
import { type ChildProcess, spawn } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import seedrandom from 'seedrandom';
import { buildAgent } from '../../src/conform/kernels/build.ts';
import { type AgentProcess, startLive } from '../../src/conform/kernels/live.ts';
import { type Request, requestLine } from '../../src/conform/protocol/line.ts';
import { actorsOf, type Family, familyOf, type Ids, noIds, remainsOf } from './remains.ts';
import { agents, describeLive, subtreesOf } from './support.ts';

const BIN = fileURLToPath(new URL('../../bin/lastref.js', import.meta.url));
const SEED = 'killed';
/** Twenty moments: who is killed, and how often. */
const TOOL_ROUNDS = 5;
const AGENT_ROUNDS = [
  'hub',
  'actor',
  'supervisor',
  'hub',
  'actor',
  'supervisor',
  'hub',
  'actor',
  'janitor',
  'hub',
  'actor',
  'supervisor',
  'hub',
  'actor',
  'actor',
] as const;
const GONE_MS = 10_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function until<T>(what: () => T | undefined, ms: number): Promise<T | undefined> {
  for (const end = Date.now() + ms; Date.now() < end; await pause(10)) {
    const found = what();
    if (found !== undefined) return found;
  }
  return what();
}

function kill(pid: number | undefined): void {
  try {
    process.kill(pid ?? 0, 'SIGKILL');
  } catch {
    // It ended by itself a moment ago.
  }
}

const at = (op: string, args: Request['args'] = {}, as?: string, actor = 'P0'): Request => ({ actor, op, args, as });
const EGRESS = { cgroup: 'c', attachType: 1 };

const V0 = { netdev: 'v0' };
const XDP = { ...V0, attachType: 37 };
const FILTER = { ...V0, direction: 'ingress', prog: 'T' };

/** What nobody owns, in two namespaces that only this agent knows: programs that are listed are attached there still. */
const NETWORK: readonly Request[] = [
  at('prog_load', { prog: 'X', type: 6, returns: 2 }, 'X'),
  at('prog_info', { prog: 'X' }),
  at('link_create', { ...XDP, prog: 'X' }, 'LX'),
  at('link_info', { link: 'LX' }),
  at('obj_pin', { obj: 'LX', path: 'lx' }),
  at('xdp_set', { netdev: 'v1', prog: 'X' }),
  at('prog_load', { prog: 'T', type: 3, returns: -1 }, 'T'),
  at('prog_info', { prog: 'T' }),
  at('tc_hook_create', V0),
  at('tc_filter_attach', FILTER),
  at('fire', { ...V0, hook: 'rx' }, undefined, '-'),
  at('netdev_move', { netdev: 'v1', netns: 'blue' }),
  at('fork', { child: 'P9' }),
  at('enter_netns', { netns: 'blue' }, undefined, 'P9'),
  at('prog_load', { prog: 'F', type: 22, returns: 0 }, 'F', 'P9'),
  at('prog_info', { prog: 'F' }, undefined, 'P9'),
  at('prog_attach', { prog: 'F', attachType: 17 }, undefined, 'P9'),
  at('exit', {}, undefined, 'P9'),
];

/** One of everything that an agent makes: cgroups, processes, mounts, pins, links, sockets, namespaces, devices. */
const EVERYTHING: readonly Request[] = [
  at('begin', { actor: 'P0', net: 1 }, undefined, '-'),
  at('declare_netns', { name: 'blue' }, undefined, '-'),
  at('declare_netdev', { name: 'v0', kind: 'veth', netns: 'N0', peer: 'v1', peerNetns: 'N0' }, undefined, '-'),
  at('declare', { name: 'c' }, undefined, '-'),
  at('declare', { name: 'd', parent: 'c' }, undefined, '-'),
  at('prog_load', { prog: 'A', type: 8, expectedAttachType: 1 }, 'A'),
  at('link_create', { ...EGRESS, prog: 'A' }, 'L'),
  at('link_info', { link: 'L' }),
  at('prog_info', { prog: 'A' }),
  ...NETWORK,
  at('obj_pin', { obj: 'L', path: 'l' }),
  at('close', { handle: 'L' }),
  at('prog_attach', { ...EGRESS, cgroup: 'd', prog: 'A', flags: 2 }),
  at('fork', { child: 'P1' }),
  at('join', { cgroup: 'd' }, undefined, 'P1'),
  at('open_socket', {}, 's', 'P1'),
  at('mount_bpffs', { mount: 'm', private: 1 }, undefined, 'P1'),
  at('obj_pin', { obj: 'A', path: '../m/a' }, undefined, 'P1'),
  at('clone_files', { child: 'P2' }, undefined, 'P1'),
  at('fire', { hook: 'cgroup_inet_egress', cgroup: 'd' }, undefined, '-'),
  at('observe', { types: '1', all: 1 }, undefined, '-'),
  at('reset', { pins: 1 }, undefined, '-'),
];

/** Does everything, step by step, until told to stop or until there is no agent any more; notes the ids that it hears. */
async function keepBusy(kernel: AgentProcess, ids: Ids, done: () => boolean): Promise<void> {
  try {
    while (!done())
      for (const request of EVERYTHING) {
        const [reply] = await kernel.run([request]);
        const [id] = reply?.values.get('id') ?? [];
        if (id !== undefined) (request.op === 'link_info' ? ids.links : ids.progs).add(id);
      }
  } catch (error) {
    expect((error as Error).name).to.equal('KernelGone');
  }
}

const nonEmpty = <T>(list: readonly T[]): readonly T[] | undefined => (list.length === 0 ? undefined : list);

/** Fails unless everything is gone in a while. */
async function expectNothingLeft(by: AgentProcess, families: readonly Family[], ids: Ids, what: string): Promise<void> {
  let left: readonly string[] = ['not looked'];
  for (const end = Date.now() + GONE_MS; left.length > 0 && Date.now() < end; await pause(10))
    left = await remainsOf(families, ids, by);
  expect(left, what).to.deep.equal([]);
}

async function killPartOfAgent(
  whom: (typeof AGENT_ROUNDS)[number],
  random: () => number,
  by: AgentProcess,
): Promise<void> {
  const started = await startLive();
  if (!started.ok) throw new Error(started.why);
  const { kernel } = started;
  const first = familyOf(kernel.pid ?? 0);
  if (first === undefined) throw new Error('no family');
  const ids = noIds();
  let over = false;
  const busy = keepBusy(kernel, ids, () => over);
  await until(() => nonEmpty([...ids.links]), GONE_MS);
  await pause(random() * 250);
  const family = familyOf(kernel.pid ?? 0) ?? first;
  const actors = whom === 'actor' ? ((await until(() => nonEmpty(actorsOf(family)), 1000)) ?? []) : [];
  kill(whom === 'actor' ? actors[Math.floor(random() * actors.length)] : family[whom]);
  over = true;
  await busy;
  await kernel.stop();
  expect(ids.links.size, 'links were made').to.be.greaterThan(0);
  await expectNothingLeft(by, [family], ids, `killed: ${whom}`);
}

async function killTool(round: number, random: () => number, by: AgentProcess): Promise<void> {
  const args = ['conform', '--generate', '1000000', '--jobs', '2', '--seed', `${SEED}-${round}`];
  const tool: ChildProcess = spawn(process.execPath, [BIN, ...args], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => tool.on('close', () => resolve()));
  const families = await until(() => {
    const found = agents()
      .filter(({ parent }) => parent === tool.pid)
      .map(({ pid }) => familyOf(pid));
    return found.length === 2 && found.every((family) => family !== undefined) ? found : undefined;
  }, 20_000);
  expect(families, 'agents start').to.have.length(2);
  await pause(random() * 300);
  tool.kill('SIGKILL');
  await ended;
  await expectNothingLeft(by, families ?? [], noIds(), `killed the tool, round ${round}`);
}

describeLive('killing', () => {
  let witness: AgentProcess;
  before(async () => {
    const started = await startLive();
    if (!started.ok) throw new Error(started.why);
    witness = started.kernel;
  });
  after(() => witness.stop());

  it(`the tool, a hub, an actor, a supervisor or a janitor, at ${TOOL_ROUNDS + AGENT_ROUNDS.length} random moments, leaves nothing`, async function () {
    this.timeout(60_000);
    const tools = async (): Promise<void> => {
      const random = seedrandom(`${SEED} tool`);
      for (let round = 0; round < TOOL_ROUNDS; round++) await killTool(round, random, witness);
    };
    const parts = async (): Promise<void> => {
      const random = seedrandom(`${SEED} agent`);
      for (const whom of AGENT_ROUNDS) await killPartOfAgent(whom, random, witness);
    };
    await Promise.all([tools(), parts()]);
  });

  it('the janitor and the supervisor leaves a subtree, which the next start removes', async () => {
    const started = await startLive();
    if (!started.ok) throw new Error(started.why);
    const before = familyOf(started.kernel.pid ?? 0);
    if (before === undefined) throw new Error('no family');
    const { janitor, supervisor } = before;
    const ids = noIds();
    const replies = await started.kernel.run(EVERYTHING.slice(0, -1));
    expect(replies.map(({ status }) => status).filter((status) => status !== 'ok')).to.deep.equal([]);
    for (const reply of replies)
      for (const id of reply.values.get('id') ?? []) (reply.values.has('link') ? ids.links : ids.progs).add(id);
    const family = familyOf(started.kernel.pid ?? 0) ?? before;
    expect(family.namespaces.size, 'namespaces of the trace are known').to.equal(before.namespaces.size + 2);
    // What is looked for is seen while it is there.
    const there = (await remainsOf([family], ids, witness)).join('\n');
    for (const what of [/^process \d+ \(/m, /^process \d+ keeps .*net:/m, /^cgroup /m, /^links /m, /^progs /m])
      expect(there).to.match(what);
    // The janitor first: it is there to clean up after the supervisor, which takes the hub along.
    for (const pid of [janitor, supervisor]) kill(pid);
    const dead = await until(() => (agents().every(({ pid }) => pid !== family.hub) ? true : undefined), GONE_MS);
    expect(dead).to.equal(true);
    expect(subtreesOf([supervisor])).to.have.length(1);
    const next = await startLive();
    if (!next.ok) throw new Error(next.why);
    await next.kernel.stop();
    await expectNothingLeft(witness, [family], ids, 'after the next start');
  });
});

describeLive('an agent whose trace goes wrong', () => {
  const SETUP = EVERYTHING.slice(0, 7);
  const withAgent = async (
    stepMs: number,
    use: (kernel: AgentProcess, family: Family) => Promise<void>,
  ): Promise<void> => {
    const started = await startLive({ stepMs });
    if (!started.ok) throw new Error(started.why);
    const family = familyOf(started.kernel.pid ?? 0);
    if (family === undefined) throw new Error('no family');
    try {
      await use(started.kernel, family);
    } finally {
      await started.kernel.stop();
    }
  };

  it('gives up on a call that hangs, says so, and serves the next trace', () =>
    withAgent(300, async (kernel) => {
      const replies = await kernel.run([
        ...SETUP,
        at('socketpair', { peer: 'b' }, 'a'),
        at('recv_msg', { socket: 'a' }, 'got'),
        at('close', { handle: 'a' }),
        at('reset', {}, undefined, '-'),
        ...SETUP,
      ]);
      expect(replies.slice(7, 11).map(({ status }) => status)).to.deep.equal(['ok', '!timeout', '!dead', 'ok']);
      expect(replies.slice(11).every(({ status }) => status === 'ok')).to.equal(true);
    }));

  it('says that an actor is dead which somebody else has killed, and goes on with the others', () =>
    withAgent(5000, async (kernel, family) => {
      await kernel.run([...SETUP, at('fork', { child: 'P1' })]);
      const [first, second] = actorsOf(family);
      kill(Math.max(first ?? 0, second ?? 0));
      const replies = await kernel.run([at('dup', { handle: 'A' }, 'x', 'P1'), at('dup', { handle: 'A' }, 'y')]);
      expect(replies.map(({ status }) => status)).to.deep.equal(['!dead', 'ok']);
    }));

  it('ends when nobody reads its answers any more', async () => {
    const built = buildAgent();
    if (!built.ok) throw new Error(built.why);
    const agent = spawn(built.path, [], { stdio: ['pipe', 'pipe', 'ignore'] });
    await new Promise<void>((resolve) => void agent.stdout.once('data', () => resolve()));
    const family = familyOf(agent.pid ?? 0);
    expect(family).to.not.equal(undefined);
    agent.stdout.destroy();
    agent.stdin.on('error', () => undefined);
    for (const request of EVERYTHING.slice(0, -1)) agent.stdin.write(`${requestLine(1, request)}\n`);
    await new Promise<void>((resolve) => void agent.on('close', () => resolve()));
    expect(subtreesOf([agent.pid ?? 0])).to.deep.equal([]);
    expect(agents().filter(({ pid }) => pid === family?.hub)).to.deep.equal([]);
  });
});
