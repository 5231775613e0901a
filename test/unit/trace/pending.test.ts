/** The groups of pending work leave out nothing: they give the same answers as the enumeration of all possible states. */
import { expect } from 'chai';
import fc from 'fast-check';
import { OwnMoves, type Possible } from '../../../src/trace/footprint.ts';
import { Pending } from '../../../src/trace/pending.ts';
import { replay } from '../../../src/trace/replay.ts';
import { traceWorld } from '../../../src/trace/to-world.ts';
import { bind } from '../../../src/world/bind.ts';
import type { WorldInput } from '../../../src/world/input.ts';
import { toy } from '../../support/toy-model.ts';
import { sourceOf } from '../../support/traces.ts';

const PROGS = ['A', 'B', 'C', 'D'];
const semantics = toy.semantics['plain'] as WorldInput['semantics'];
const OK = { ok: true };

type Step = Readonly<Record<string, unknown>>;
const p0 = (op: string, args: object, as?: string): Step => ({
  actor: 'P0',
  op,
  args,
  expect: OK,
  ...(as === undefined ? {} : { as }),
});
const by = (actor: string, step: Step): Step => ({ ...step, actor });
/** P1 holds Q, which is attached: only the end of P1 and the release of the cgroup together free it. */
const setup: readonly Step[] = [
  p0('fork', {}, 'P1'),
  ...PROGS.map((prog) => p0('prog_load', { prog }, prog)),
  by('P1', p0('prog_load', { prog: 'Q' }, 'Q')),
  by('P1', p0('prog_attach', { prog: 'Q', cgroup: 'c' })),
];
const file = (steps: readonly Step[]) => ({
  id: 't',
  objects: {
    cgroups: [
      { name: 'c', parent: null },
      { name: 'd', parent: null },
    ],
  },
  steps,
});

const name = fc.constantFrom(...PROGS);
const cgroup = fc.constantFrom('c', 'd');
const KILL = p0('kill', { target: 'P1' });
const anyStep = fc.oneof(
  fc.record({ prog: name, cgroup }).map((args) => p0('prog_attach', args)),
  name.map((handle) => p0('close', { handle })),
  cgroup.map((of) => p0('rmdir', { cgroup: of })),
  fc.constant(KILL),
  fc.constantFrom(...PROGS, 'Q').map((progId) => p0('prog_get_fd_by_id', { progId })),
  cgroup.map((of) => p0('query', { cgroup: of })),
);

const keyOf = (words: Int32Array): string => words.join();

/** All states that own moves lead to, without any reduction. */
function closure(own: OwnMoves, from: readonly Possible[]): readonly Possible[] {
  const found = new Map(from.map((state) => [keyOf(state.words), state]));
  for (const state of found.values())
    state.moves.forEach(({ enabled }, m) => {
      const next = enabled ? own.after(state, m) : state;
      found.set(keyOf(next.words), next);
    });
  return [...found.values()];
}

const key = (states: readonly Possible[]): string[] => states.map(({ words }) => keyOf(words)).sort();

describe('pending work', () => {
  it('gives the answers, and later the states, that enumerating every order gives', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 7 }), (steps) => {
        const machine = bind(traceWorld(sourceOf(file([...setup, ...steps]), 't.json'), toy, semantics));
        const own = new OwnMoves(machine);
        const pending = new Pending(own);
        const next = (name: unknown) =>
          machine.transitions.findIndex(({ actor, kind }) => actor === name && kind === 'script');
        const takes = (t: number) => (state: Possible) => {
          const footprint = own.observe(state.words, () => !own.interrupted(t) && own.run(t));
          const { errno, values } = machine.parts.running;
          const words = machine.now.slice(0, machine.words);
          return {
            footprint,
            found: { answer: JSON.stringify([footprint.enabled, errno, values]), after: own.derive(state, words) },
          };
        };
        let reduced: readonly Possible[] = [own.initial];
        let all: readonly Possible[] = reduced;
        for (const { actor } of [...setup, ...steps]) {
          const take = takes(next(actor));
          pending.begin();
          const some = reduced.flatMap((state) => pending.probe(state, take));
          const every = closure(own, all).map((state) => take(state).found);
          expect([...new Set(some.map(({ answer }) => answer))].sort()).to.deep.equal(
            [...new Set(every.map(({ answer }) => answer))].sort(),
          );
          reduced = some.map(({ after }) => after);
          all = every.map(({ after }) => after);
        }
        expect(key(pending.atRest(reduced))).to.deep.equal([
          ...new Set(key(closure(own, all).filter(({ moves }) => !moves.some(({ enabled }) => enabled)))),
        ]);
      }),
      { numRuns: 100, examples: [[[KILL, p0('rmdir', { cgroup: 'c' }), p0('prog_get_fd_by_id', { progId: 'Q' })]]] },
    );
  });

  it('does not enumerate what shares nothing', () => {
    const many = Array.from({ length: 30 }, (_, i) => `p${i}`);
    const steps = many.flatMap((prog) => [p0('prog_load', { prog }, prog), p0('close', { handle: prog })]);
    const gone = many.map((progId) => ({
      ...p0('prog_get_fd_by_id', { progId }),
      expect: { mayBe: [OK, { errno: 'ENOENT' }] },
    }));
    const result = replay(sourceOf(file([...steps, ...gone.slice(0, 5), p0('rmdir', { cgroup: 'c' })]), 't.json'), {
      model: toy,
      semantics,
    });
    expect(result).to.include({ ok: true, statesCarried: 32 });
  });

  it('reports the bound where too much is pending for one step', () => {
    const many = Array.from({ length: 16 }, (_, i) => `p${i}`);
    const attach = many.flatMap((prog) => [
      p0('prog_load', { prog }, prog),
      p0('close', { handle: prog }),
      { ...p0('prog_get_fd_by_id', { progId: prog }), expect: { mayBe: [OK, { errno: 'ENOENT' }] } },
    ]);
    const result = replay(sourceOf(file(attach), 't.json'), { model: toy, semantics });
    expect(result.ok ? undefined : result).to.include({ kind: 'problem' });
    expect(result.ok || (result.kind === 'problem' && result.problem.code)).to.equal('LR311');
  });
});
