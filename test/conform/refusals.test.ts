/** What the facts mark as dangerous is refused by the agent itself, whoever asks: requests are sent as they stand. */
import { expect } from 'chai';
import { type AgentProcess, startLive } from '../../src/conform/kernels/live.ts';
import type { Reply, Request } from '../../src/conform/protocol/line.ts';
import { describeLive } from './support.ts';

const EGRESS = 1;
const SOCK_CREATE = 2;
const STRUCT_OPS = 44;
const EFFECTIVE = 1;
const BEGIN: readonly Request[] = [
  { actor: '-', op: 'begin', args: { actor: 'P0' } },
  { actor: '-', op: 'declare', args: { name: 'c' } },
];
const p0 = (op: string, args: Request['args'] = {}, as?: string): Request => ({ actor: 'P0', op, args, as });
const RESET: Request = { actor: '-', op: 'reset' };

const skb = (as: string, storage?: string): Request =>
  p0('prog_load', { prog: as, type: 8, expectedAttachType: EGRESS, ...(storage === undefined ? {} : { storage }) }, as);
const storageMap = (as: string): Request =>
  p0('map_create', { map: as, type: 19, keySize: 16, valueSize: 8, maxEntries: 0 }, as);
const link = (prog: string, as: string, attachType = EGRESS): Request =>
  p0('link_create', { prog, cgroup: 'c', attachType }, as);
const fire = (hook = 'cgroup_inet_egress'): Request => ({ actor: '-', op: 'fire', args: { hook, cgroup: 'c' } });

interface Agents {
  /** Sends these after the beginning of a trace; their replies. */
  run(...requests: readonly Request[]): Promise<readonly Reply[]>;
  /** The status of the last one. */
  last(...requests: readonly Request[]): Promise<string>;
  reset(): Promise<void>;
  /** Another agent, whose objects are nobody's business here. */
  other(): AgentProcess;
}

/** Two agents for the tests of a suite. */
function withAgents(): Agents {
  const agents: AgentProcess[] = [];
  before(async () => {
    while (agents.length < 2) {
      const started = await startLive();
      if (!started.ok) throw new Error(started.why);
      agents.push(started.kernel);
    }
  });
  const reset = async (): Promise<void> => void (await Promise.all(agents.map((agent) => agent.run([RESET]))));
  afterEach(reset);
  after(async () => void (await Promise.all(agents.map((agent) => agent.stop()))));
  const one = (i: number): AgentProcess => agents[i] as AgentProcess;
  const run: Agents['run'] = async (...requests) => (await one(0).run([...BEGIN, ...requests])).slice(BEGIN.length);
  return {
    run,
    reset,
    other: () => one(1),
    last: async (...requests) => (await run(...requests)).at(-1)?.status ?? '',
  };
}

describeLive('the agent refuses', () => {
  const { run, last, reset, other } = withAgents();

  it('every way to a struct_ops link: its program, its map, itself', async () => {
    expect(await last(p0('prog_load', { prog: 's', type: 27 }, 's'))).to.match(/^!refused: struct_ops/);
    await reset();
    expect(await last(p0('map_create', { map: 's', type: 26 }, 's'))).to.match(/^!refused: struct_ops/);
    await reset();
    expect(await last(skb('A'), link('A', 'L', STRUCT_OPS))).to.match(/^!refused: struct_ops/);
  });

  it('to change a link that somebody else made, which a trace could reach by its id', async () => {
    const theirs = await other().run([...BEGIN, skb('A'), link('A', 'L'), p0('link_info', { link: 'L' })]);
    const id = theirs.at(-1)?.values.get('id')?.[0] ?? '0';
    expect(Number(id)).to.be.greaterThan(0);
    const found = await run(
      skb('B'),
      p0('link_get_fd_by_id', { id }, 'foreign'),
      p0('link_update', { link: 'foreign', prog: 'B' }),
      p0('link_detach', { link: 'foreign' }),
    );
    expect(found.slice(-3).map(({ status }) => status)).to.deep.equal([
      'ok',
      "!refused: a link that is not the trace's",
      "!refused: a link that is not the trace's",
    ]);
  });
});

describeLive('around cgroup storage the agent refuses', () => {
  const { run, reset } = withAgents();

  it('traffic of every kind after an update to a program with another cgroup storage map', async () => {
    const replies = await run(
      storageMap('m'),
      storageMap('n'),
      skb('A', 'm'),
      skb('B', 'n'),
      p0('join', { cgroup: 'c' }),
      p0('open_socket', {}, 's'),
      link('A', 'L'),
      fire(),
      p0('link_update', { link: 'L', prog: 'B' }),
      fire(),
      p0('send', { socket: 's' }),
      p0('fire', { hook: 'cgroup_sysctl' }),
    );
    const [before, update, ...after] = replies.slice(-5).map(({ status }) => status);
    expect([before, replies.at(-5)?.values.get('ran')]).to.deep.equal(['ok', ['A']]);
    // A kernel that has the check of August 2026 refuses the update, and then there is nothing to fear.
    const traffic = update === 'ok' ? /^!refused: traffic/ : /^ok$/;
    for (const status of after.slice(0, 2)) expect(status).to.match(traffic);
    if (update === 'ok') expect(after[2]).to.match(traffic);
  });

  it('traffic after an update from a program without storage to one with, and not after one that keeps the map', async () => {
    const without = await run(
      storageMap('m'),
      skb('A'),
      skb('B', 'm'),
      link('A', 'L'),
      p0('link_update', { link: 'L', prog: 'B' }),
      fire(),
    );
    if (without.at(-2)?.status === 'ok') expect(without.at(-1)?.status).to.match(/^!refused: traffic/);
    await reset();
    const same = await run(
      storageMap('m'),
      skb('A', 'm'),
      skb('B', 'm'),
      link('A', 'L'),
      p0('link_update', { link: 'L', prog: 'B' }),
      fire(),
    );
    expect(same.at(-1)).to.deep.include({ status: 'ok' });
    expect(same.at(-1)?.values.get('ran')).to.deep.equal(['B']);
  });
});

describeLive('where traffic cannot be kept away the agent refuses', () => {
  const { run, last, reset } = withAgents();

  it('that update itself, where traffic cannot be kept away: at a hook of sockets, and while others run', async () => {
    const sock = (as: string, storage: string): Request =>
      p0('prog_load', { prog: as, type: 9, expectedAttachType: SOCK_CREATE, storage }, as);
    const maps = [storageMap('m'), storageMap('n')];
    const atSockets = [...maps, sock('A', 'm'), sock('B', 'n'), link('A', 'L', SOCK_CREATE)];
    expect(await last(...atSockets, p0('link_update', { link: 'L', prog: 'B' }))).to.match(/^!refused: .*unasked/);
    await reset();
    const freely = [...maps, skb('A', 'm'), skb('B', 'n'), link('A', 'L')];
    const replies = await run(...freely, p0('link_update', { link: 'L', prog: 'B', async: 1 }), p0('collect'), fire());
    expect(replies.slice(-3).map(({ status }) => status)).to.deep.equal([
      'ok',
      '!refused: an update to another cgroup storage map while others run',
      'ok',
    ]);
  });
});

describeLive('in races, and of what is not its own, the agent refuses', () => {
  const { run, reset } = withAgents();

  it('a removal that races with an attach or with a query of the effective array', async () => {
    const racers: readonly Request[] = [
      p0('prog_attach', { prog: 'A', cgroup: 'c', attachType: EGRESS, flags: 2, async: 1 }),
      p0('query', { cgroup: 'c', attachType: EGRESS, flags: EFFECTIVE, async: 1 }),
    ];
    for (const racer of racers) {
      const replies = await run(
        skb('A'),
        p0('fork', { child: 'P1' }),
        racer,
        { actor: 'P1', op: 'rmdir', args: { cgroup: 'c', async: 1 } },
        p0('collect'),
        { actor: 'P1', op: 'collect' },
      );
      expect(replies.slice(-4).map(({ status }) => status)).to.deep.equal([
        'ok',
        '!refused: rmdir races with an attach or a query',
        'ok',
        '!nothing to collect',
      ]);
      await reset();
    }
  });

  it('commands of bpf(2) that it does not know, descriptors of its own, and paths outside its folder', async () => {
    const statuses = (
      await run(
        p0('unknown_command', { cmd: 40 }),
        p0('close', { handle: '#905' }),
        p0('dup2', { handle: '#0', over: '#905' }),
        p0('unlink', { path: '../../etc/x' }),
        p0('unlink', { path: '/../etc/x' }),
        p0('mount_bpffs', { mount: '../../x' }),
        { actor: '-', op: 'declare', args: { name: '../x' } },
      )
    ).slice(-7);
    for (const { status } of statuses) expect(status).to.match(/^!(refused|unsupported)/);
  });
});
