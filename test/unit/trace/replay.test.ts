/** Replay on a toy model: agreement, planted differences, and everything that must never pass as success. */
import { expect } from 'chai';
import { type ReplayOptions, replay } from '../../../src/trace/replay.ts';
import type { ReplayResult } from '../../../src/trace/replay-result.ts';
import { toy } from '../../support/toy-model.ts';
import { sourceOf } from '../../support/traces.ts';

type Step = Readonly<Record<string, unknown>>;

const step = (actor: string, op: string, args: object, expected: object, as?: string): Step =>
  as === undefined ? { actor, op, args, expect: expected } : { actor, op, args, as, expect: expected };
const OK = { ok: true };
const load = (name: string, actor = 'P0') => step(actor, 'prog_load', { prog: name }, OK, name);
const attach = (prog: string, expected: object = OK) => step('P0', 'prog_attach', { prog, cgroup: 'c' }, expected);
const query = (expected: object) => step('P0', 'query', { cgroup: 'c' }, expected);
const fire = (expected: object) => step('-', 'fire', { cgroup: 'c', hook: 'h' }, expected);
const close = (handle: string) => step('P0', 'close', { handle }, OK);
const known = (progId: string, expected: object) => step('P0', 'prog_get_fd_by_id', { progId }, expected);
const fork = step('P0', 'fork', {}, OK, 'P1');
const kill = step('P0', 'kill', { target: 'P1' }, OK);
const wait = step('P0', 'wait', { target: 'P1' }, OK);
const sleep = step('P0', 'sleep', { ms: 1 }, {});
const rmdir = step('P0', 'rmdir', { cgroup: 'c' }, OK);
const GONE = { errno: 'ENOENT' };

const file = (steps: readonly Step[]) => ({
  id: 't',
  objects: { progs: [{ name: 'A', type: 'cgroup_skb' }], cgroups: [{ name: 'c', parent: null }] },
  steps,
});
const options: ReplayOptions = { model: toy, semantics: toy.semantics['plain'] as ReplayOptions['semantics'] };
const run = (steps: readonly Step[], extra: Partial<ReplayOptions> = {}): ReplayResult =>
  replay(sourceOf(file(steps), 't.json'), { ...options, ...extra });

function failure(result: ReplayResult): Exclude<ReplayResult, { ok: true }> {
  if (result.ok) throw new Error('the replay agreed');
  return result;
}

const VALID: readonly Step[] = [
  load('A'),
  load('B'),
  attach('A'),
  attach('B'),
  query({ progs: ['A', 'B'], count: 2 }),
  fire({ ran: ['A', 'B'], verdict: 'allow' }),
  close('A'),
  attach('A', { errno: 'EBADF' }),
  rmdir,
  query({ progs: ['A', 'B'] }),
  attach('B', { errno: 'ENOENT' }),
  query({ progs: [], eventually: true }),
  known('A', { errno: 'ENOENT', eventually: true }),
  known('B', OK),
];

describe('replay: agreement', () => {
  it('agrees with a valid trace and counts what it compared', () => {
    const result = run(VALID);
    expect(result).to.include({ ok: true, steps: VALID.length });
    expect(result.ok && result.comparisons).to.be.greaterThan(VALID.length);
  });

  it('takes pending work as done or not done, whichever the next step shows', () => {
    expect(run([load('A'), close('A'), known('A', OK)]).ok).to.equal(true);
    expect(run([load('A'), close('A'), known('A', GONE)]).ok).to.equal(true);
  });

  it('does not take back what a step has shown', () => {
    const result = failure(run([load('A'), close('A'), known('A', GONE), known('A', OK)]));
    expect(result).to.include({ kind: 'difference' });
    expect(result.step?.index).to.equal(3);
  });

  it('lets all pending work run before an eventual expectation, and before what follows a sleep', () => {
    expect(failure(run([load('A'), close('A'), known('A', { ok: true, eventually: true })])).kind).to.equal(
      'difference',
    );
    expect(failure(run([load('A'), close('A'), sleep, known('A', OK)])).step?.index).to.equal(3);
  });

  it('demands that every alternative of mayBe is possible', () => {
    expect(run([load('A'), close('A'), known('A', { mayBe: [OK, GONE] })]).ok).to.equal(true);
    const result = failure(run([load('A'), known('A', { mayBe: [OK, GONE] })]));
    expect(result.kind === 'difference' && result.missing).to.deep.equal(GONE);
  });

  it('lets a killed process end by itself, once', () => {
    const held = [fork, load('A', 'P1'), kill];
    expect(run([...held, known('A', OK), wait, known('A', { mayBe: [OK, GONE] })]).ok).to.equal(true);
    expect(run([...held, known('A', { ...GONE, eventually: true })]).ok).to.equal(true);
  });
});

describe('replay: differences', () => {
  it('finds a changed expectation at its step, whichever it is', () => {
    const changes: readonly (readonly [number, object, string])[] = [
      [2, { errno: 'EPERM' }, 'errno'],
      [4, { progs: ['B', 'A'], count: 2 }, 'progs'],
      [4, { progs: ['A', 'B'], count: 3 }, 'count'],
      [5, { ran: ['B', 'A'] }, 'ran'],
      [5, { ran: ['A', 'B'], verdict: 'deny' }, 'verdict'],
      [5, { ranCounts: { A: 1 } }, 'ranCounts'],
      [5, { ranTotal: 3 }, 'ranTotal'],
      [5, { notRan: ['B'] }, 'notRan'],
      [7, OK, 'ok'],
      [7, { errno: 'ENOENT' }, 'errno'],
      [8, { error: true }, 'error'],
      [13, GONE, 'errno'],
    ];
    for (const [index, expected, key] of changes) {
      const steps = VALID.map((valid, i) => (i === index ? { ...valid, expect: expected } : valid));
      const result = failure(run(steps));
      expect(result.kind, `step ${index}`).to.equal('difference');
      expect(result.step?.index, JSON.stringify(expected)).to.equal(index);
      expect(result.kind === 'difference' && result.differences[0]?.[0]?.key).to.equal(key);
    }
  });

  it('takes a result that the model does not return as a difference', () => {
    const result = failure(run([query({ revision: 1 })]));
    expect(result.kind === 'difference' && result.differences[0]).to.deep.equal([
      { key: 'revision', expected: 1, actual: undefined },
    ]);
  });

  it('shows every distinct answer that is possible', () => {
    const result = failure(run([load('A'), close('A'), known('A', { errno: 'EPERM' })]));
    expect(result.kind === 'difference' && result.answers.map(({ errno }) => errno)).to.have.members([null, 'ENOENT']);
  });

  it('compares live answers only when asked', () => {
    const steps = [load('A'), attach('A'), { ...fire({ ranSet: ['A'] }), live: { ran: ['A', 'A'] } }];
    expect(run(steps).ok).to.equal(true);
    expect(failure(run(steps, { live: true })).step?.index).to.equal(2);
  });

  it('compares a recorded state and keeps only states that show it', () => {
    const attached = { list: ['A'], effective: ['A'], mode: [], revision: 1 };
    const state = (shown: object) => ({ cgroups: { c: shown }, links: {} });
    const steps = (shown: object) => [load('A'), { ...attach('A'), state: state(shown) }, query({ progs: ['A'] })];
    expect(run(steps(attached)).ok).to.equal(true);
    const result = failure(run(steps({ ...attached, revision: 2 })));
    expect(result).to.include({ kind: 'state' });
    expect(result.step?.index).to.equal(1);
  });
});

describe('replay: what is never success', () => {
  const problem = (steps: readonly Step[]) => {
    const result = failure(run(steps));
    if (result.kind !== 'problem' && result.kind !== 'needs') throw new Error(`expected a problem, got ${result.kind}`);
    return result;
  };

  it('a step that no possible state enables', () => {
    const waits = failure(run([fork, wait]));
    expect(waits).to.include({ kind: 'disabled' });
    expect(waits.step?.index).to.equal(1);
    expect(failure(run([fork, kill, step('P1', 'fork', {}, OK, 'P2')])).kind).to.equal('disabled');
  });

  it('an unknown object, descriptor, operation, argument or actor', () => {
    expect(problem([load('A'), step('P0', 'query', { cgroup: 'd' }, OK)]).problem.code).to.equal('LR202');
    expect(problem([step('P0', 'prgo_load', { prog: 'A' }, OK)]).problem).to.include({
      code: 'LR201',
      hint: 'did you mean "prog_load"?',
    });
    expect(problem([step('P0', 'query', { cgroup: 'c', cgruop: 1 }, OK)]).problem.code).to.equal('LR207');
    expect(problem([step('P7', 'fork', {}, OK, 'P1')]).problem.code).to.equal('LR305');
    expect(problem([fork, fork]).problem.code).to.equal('LR305');
    expect(problem([step('P1', 'exit', {}, OK), fork]).problem.code).to.equal('LR305');
  });

  it('tells the line of the step that is wrong', () => {
    const { problem: found, step: at } = problem([load('A'), step('P0', 'query', { cgroup: 'd' }, OK)]);
    expect(at?.index).to.equal(1);
    expect(found.where.file).to.equal('t.json');
    expect(found.where.line).to.be.greaterThan(15);
  });

  it('a family that the model does not have', () => {
    const needs = (actor: string, op: string, args: object) => problem([step(actor, op, args, OK)]).problem;
    expect(needs('P0', 'xdp_set', { netdev: 'v0' })).to.include({ code: 'LR310', family: 'xdp' });
    expect(needs('P0', 'link_create', { attachType: 'tcx_ingress', netdev: 'v0' }).code).to.equal('LR201');
    expect(needs('-', 'fire', { hook: 'rx', netdev: 'v0' })).to.include({ code: 'LR310', family: 'xdp' });
    const declared = { ...file([load('A')]), objects: { netdevs: [{ name: 'v0' }] } };
    expect(replay(sourceOf(declared, 't.json'), options)).to.include({ kind: 'needs' });
  });
});
