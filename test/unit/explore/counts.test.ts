/** State and transition counts that several independent programs agree on; an engine with another number has a bug. */
import { expect } from 'chai';
import { BreadthFirst } from '../../../src/explore/strategies/bfs.ts';
import { DepthFirst } from '../../../src/explore/strategies/dfs.ts';
import type { Frontier } from '../../../src/explore/strategies/frontier.ts';
import type { Machine } from '../../../src/world/machine.ts';
import { breadthFirst, essence, known, leakyUnpin, machineOf, narrow, wide } from '../../support/linklife.ts';

const MODELS = { 'states of two words': narrow, 'wider states': wide };
const NEVER = Number.POSITIVE_INFINITY;

/** Ways to come to the same result. */
const WAYS = {
  'interpreting trees': (machine: Machine, frontier: Frontier = new BreadthFirst()) =>
    breadthFirst(machine, { frontier, compileAfter: NEVER }),
  'with code made at once': (machine: Machine, frontier: Frontier = new BreadthFirst()) =>
    breadthFirst(machine, { frontier, compileAfter: 1 }),
  'with code made when trees are half grown': (machine: Machine, frontier: Frontier = new BreadthFirst()) =>
    breadthFirst(machine, { frontier, compileAfter: 50 }),
  'running everything naturally': (machine: Machine, frontier: Frontier = new BreadthFirst()) =>
    machine.withoutStoring(() => breadthFirst(machine, { frontier })),
};

describe('counts of LinkLife', () => {
  for (const [kind, model] of Object.entries(MODELS))
    for (const [way, run] of Object.entries(WAYS))
      for (const size of ['2,2,1', '2,2,2'])
        it(`are exact for (${size}), ${kind}, ${way}, breadth-first and depth-first`, () => {
          const { states, transitions } = known(size);
          const bfs = run(machineOf(size, model));
          expect(essence(bfs)).to.include({ states, transitions, depth: 12 });
          expect([bfs.findings, bfs.bounds]).to.deep.equal([[], []]);
          expect(run(machineOf(size, model), new DepthFirst())).to.include({ states, transitions });
        });

  it('are exact for (3,2,2), and the last new state is 14 steps away', () => {
    const exploration = breadthFirst(machineOf('3,2,2'), { compileAfter: 1000 });
    expect(exploration).to.include({ ...known('3,2,2'), depth: 14 });
  });

  it('take at most 64 bytes per state', () => {
    const { bytes, states } = breadthFirst(machineOf('3,2,2'));
    expect(bytes / states).to.be.below(64);
  });

  it('do not depend on a violation, nor on what was explored before', () => {
    const machine = machineOf('2,2,1', leakyUnpin());
    const first = breadthFirst(machine, { compileAfter: NEVER });
    expect(first.findings).to.have.length(2);
    for (const compileAfter of [1, 100, NEVER])
      expect(essence(breadthFirst(machine, { compileAfter }))).to.deep.equal(essence(first));
  });
});
