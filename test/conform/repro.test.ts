/** Reproducers in C: compiled with every warning an error, run on this kernel, and wrong where the trace is wrong. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import seedrandom from 'seedrandom';
import { bpf } from '../../models/index.ts';
import { reproducer } from '../../src/conform/repro/emit.ts';
import { schedulesOf, traceOfChoices } from '../../src/conform/schedules/schedules.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { parseTrace, type TraceSource } from '../../src/trace/parse.ts';
import { ROOT } from '../support/repository.ts';
import { sharedPath } from '../support/shared.ts';
import { sourceOf } from '../support/traces.ts';
import { compiled, expectAllOk, folder, leftovers, ours, run } from './repro-support.ts';
import { describeLive, isKernel618 } from './support.ts';

const BIN = fileURLToPath(new URL('../../bin/lastref.js', import.meta.url));

/** Traces of families/ that need only cgroups, links and pins. */
const FAMILIES = [
  'attach_flags_fixed_by_first_attachment',
  'cgroup_link_dup_then_close',
  'cgroup_link_owner_exit',
  'cgroup_link_pin_handover_update',
  'cgroup_rmdir_releases_legacy_attach',
  'exclusive_parent_and_later_children',
  'link_cannot_be_detached_with_prog_detach',
  'link_update_keeps_position',
  'same_prog_via_link_and_multi',
];
/** The last one acts on a cgroup that was removed. */
const RECORDED = ['cgroup-2026-000', 'cgroup-2026-011', 'cgroup-2026-022'];

function fromShared(group: string, id: string): TraceSource {
  const file = sharedPath('traces', group, `${id}.json`);
  const parsed = parseTrace(readFileSync(file, 'utf8'), file);
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
  return parsed.source;
}

const OK = { ok: true };
const PROG = { name: 'a', type: 'cgroup_skb', expectedAttachType: 'cgroup_inet_egress' };
const at = { attachType: 'cgroup_inet_egress', cgroup: 'c' };

/** Descriptors that travel, a kill, a wait, and a process that was reaped. */
const MESSAGES = {
  id: 'messages',
  objects: { progs: [PROG], cgroups: [{ name: 'c', parent: null }] },
  steps: [
    { actor: 'P0', op: 'fork', args: {}, as: 'int', expect: OK },
    { actor: 'P0', op: 'prog_load', args: { prog: 'a' }, as: 'a', expect: OK },
    { actor: 'P0', op: 'link_create', args: { ...at, prog: 'a' }, as: 'l', expect: OK },
    { actor: 'P0', op: 'send_fd', args: { handle: 'l', to: 'int', as: 'got' }, expect: OK },
    { actor: 'P0', op: 'close', args: { handle: 'l' }, expect: OK },
    {
      actor: 'int',
      op: 'link_info',
      args: { link: 'got' },
      expect: { type: 'cgroup', link: 'l', prog: 'a', cgroup: 'c' },
    },
    {
      actor: '-',
      op: 'fire',
      args: { hook: 'cgroup_inet_ingress', cgroup: 'c' },
      expect: { ran: [], verdict: 'allow' },
    },
    { actor: '-', op: 'fire', args: { hook: 'cgroup_inet_egress', cgroup: 'c' }, expect: { ranCounts: { a: 1 } } },
    { actor: 'P0', op: 'kill', args: { target: 'int' }, expect: OK },
    { actor: 'P0', op: 'wait', args: { target: 'int' }, expect: OK },
    { actor: 'P0', op: 'kill', args: { target: 'int' }, expect: { errno: 'ESRCH' } },
    { actor: '-', op: 'fire', args: { hook: 'cgroup_inet_egress', cgroup: 'c' }, expect: { ran: [] } },
  ],
};

const shuffled = <T>(all: readonly T[], random: () => number): readonly T[] =>
  all
    .map((one) => ({ one, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ one }) => one);

/** Replays of counterexamples in some scenarios, as `lastref check` prints them. */
function counterexamples(
  semantics: string,
  random: () => number,
): readonly { readonly file: string; readonly choices: readonly number[] }[] {
  const all = readdirSync(join(ROOT, 'scenarios'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => join('scenarios', file));
  const files = shuffled(all, random).slice(0, SCENARIOS);
  const args = [BIN, 'check', ...files, '--grain', 'command', '--semantics', semantics, '--format', 'json'];
  const { stdout } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 28 });
  const replays = [...stdout.matchAll(/--scenario (\S+) --semantics \S+ --grain command --choices ([\d,]+)/g)];
  const distinct = new Map(replays.map((match) => [match[0], match]));
  return [...distinct.values()].map(([, file = '', choices = '']) => ({
    file: join(ROOT, file),
    choices: choices.split(',').map(Number),
  }));
}

/** What no C file shows: what could stop a kernel, and places that no filler can take. */
const WITHOUT_C =
  /^(?:no C form for (?:struct_ops: |a card whose namespace ends|one call where several)|limits\.entries is \d+, and |choice \d+ of \d+ lets an allocation fail)/;
const SCENARIOS = 30;
const SAMPLE = 12;

describeLive('counterexamples as reproducers', () => {
  afterEach(() => expect(leftovers()).to.deep.equal([]));

  it(`are shown by this kernel, or have no C form for a reason: ${SAMPLE} of those of linux-6.18`, function () {
    if (!isKernel618) this.skip();
    this.timeout(120_000);
    const random = seedrandom('counterexamples');
    const all = shuffled(counterexamples('linux-6.18', random), random);
    let shown = 0;
    const without: string[] = [];
    for (const [i, { file, choices }] of all.entries()) {
      if (shown === SAMPLE) break;
      const scenario = loadScenario(readFileSync(file, 'utf8'), file, bpf);
      if (!scenario.ok) throw new Error(scenario.problems[0]?.message);
      const traced = traceOfChoices(scenario.value, bpf, 'linux-6.18', choices);
      if (!traced.ok) {
        without.push(traced.problems[0]?.message ?? '');
        continue;
      }
      const { value: source } = traced;
      try {
        reproducer(source, bpf.flags, 'linux-6.18');
      } catch (error) {
        without.push((error as Error).message);
        continue;
      }
      if (expectAllOk({ ...source, trace: { ...source.trace, id: `counterexample-${i}` } }, 'or skipped')) shown++;
    }
    expect(shown).to.equal(SAMPLE);
    for (const why of without) expect(why).to.match(WITHOUT_C);
  });

  it('say whose answers they expect, and that this kernel gives others', () => {
    const file = join(ROOT, 'scenarios/replace/attach-at-the-tail-then-detach.yaml');
    const scenario = loadScenario(readFileSync(file, 'utf8'), file, bpf);
    if (!scenario.ok) throw new Error(scenario.problems[0]?.message);
    const traced = traceOfChoices(scenario.value, bpf, 'linux-6.18', [0, 0]);
    if (!traced.ok) throw new Error(traced.problems[0]?.message);
    const { value: source } = traced;
    const last = source.trace.steps.length - 1;
    const steps = source.trace.steps.map((step, i) => (i === last ? { ...step, expect: { errno: 'EINVAL' } } : step));
    const other = { ...source, trace: { ...source.trace, id: 'other-semantics', steps } };
    const { status, stdout } = run(compiled(other, 'linux-5.5'));
    expect(status).to.equal(1);
    expect(stdout).to.match(/^# expected: linux-5\.5 /m);
    expect(stdout).to.match(
      /^not ok .*\n# result: expected EINVAL, got success\n# this kernel does not .* linux-5\.5 /m,
    );
  });
});

describeLive('a limit of entries, as a reproducer', () => {
  afterEach(() => expect(leftovers()).to.deep.equal([]));

  it('shows a cgroup with room for two in one with room for 64', () => {
    const file = join(ROOT, 'scenarios/capacity/full-slot.yaml');
    const text = readFileSync(file, 'utf8').replace(/^actors:$/m, 'actors:\n  traffic: [ { fire: { cgroup: web } } ]');
    const scenario = loadScenario(text, file, bpf);
    if (!scenario.ok) throw new Error(scenario.problems[0]?.message);
    const traced = traceOfChoices(scenario.value, bpf, 'linux-6.18', [0, 1, 2]);
    if (!traced.ok) throw new Error(traced.problems[0]?.message);
    const { steps } = traced.value.trace;
    expect(steps.find(({ op }) => op === 'fire')?.expect['ran']).to.have.length(64);
    expectAllOk({ ...traced.value, trace: { ...traced.value.trace, id: 'full-slot' } });
  });
});

describeLive('reproducers in C', () => {
  afterEach(() => expect(leftovers()).to.deep.equal([]));

  for (const [group, ids] of [
    ['families', FAMILIES],
    ['cgroup', RECORDED],
  ] as const)
    for (const id of ids)
      it(`show ${group}/${id}`, function () {
        if (!existsSync(sharedPath('traces'))) {
          console.log('      skipped: needs ../shared, which is not beside this checkout');
          this.skip();
        }
        expectAllOk(fromShared(group, id));
      });
});

describeLive('a reproducer in C', () => {
  afterEach(() => expect(leftovers()).to.deep.equal([]));

  it('passes descriptors, kills and waits, and takes names that C has already', () => {
    expectAllOk(sourceOf(MESSAGES, 'messages.json'));
  });

  it('says which step is not as the trace has it, and goes on', () => {
    const steps = MESSAGES.steps.map((step, i) => (i === 7 ? { ...step, expect: { ran: ['a', 'a'] } } : step));
    const { status, stdout } = run(compiled(sourceOf({ ...MESSAGES, id: 'wrong', steps }, 'wrong.json')));
    expect(status).to.equal(1);
    expect(stdout).to.match(/^not ok 8 fire .*\n# ran: expected a a, got a$/m);
    expect(stdout).to.match(/^ok 12 /m);
    expect(stdout).to.match(/# Totals: pass:11 fail:1 /);
  });

  it('is skipped with 4 where one is not root', () => {
    const program = compiled(sourceOf({ ...MESSAGES, id: 'nobody' }, 'nobody.json'));
    spawnSync('chmod', ['-R', 'a+rX', folder]);
    const { status, stdout } = spawnSync(program, [], { encoding: 'utf8', uid: 65534, gid: 65534 });
    expect(stdout).to.contain('1..0 # SKIP not root');
    expect(status).to.equal(4);
  });

  it('leaves nothing behind when it is interrupted', async () => {
    const sleeping = { actor: '-', op: 'sleep', args: { ms: 20_000 }, expect: {} };
    const steps = [
      ...MESSAGES.steps.slice(0, 3),
      { ...MESSAGES.steps[3], op: 'obj_pin', args: { obj: 'l', path: 'p' } },
      sleeping,
    ];
    const child = spawn(compiled(sourceOf({ ...MESSAGES, id: 'long', steps }, 'long.json')));
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (text: Buffer) => /^ok 4/m.test(text.toString()) && resolve());
    });
    ours.add(child.pid ?? 0);
    child.kill('SIGTERM');
    expect(await new Promise((resolve) => child.on('close', resolve))).to.equal(128 + 15);
  });

  it('shows a counterexample by its choices', () => {
    const file = join(ROOT, 'scenarios/replace/attach-at-the-tail-then-detach.yaml');
    const scenario = loadScenario(readFileSync(file, 'utf8'), file, bpf);
    if (!scenario.ok) throw new Error(scenario.problems[0]?.message);
    const traced = traceOfChoices(scenario.value, bpf, 'linux-6.18', [0, 0]);
    if (!traced.ok) throw new Error(traced.problems[0]?.message);
    expectAllOk(traced.value);
    expect(schedulesOf(scenario.value, bpf, 'linux-6.18').ok).to.equal(true);
  });
});
