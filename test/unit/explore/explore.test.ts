/** What exploring reports: violations at their shortest depth, bounds that were hit, and code that is not deterministic. */
import { expect } from 'chai';
import { DEFAULT_BUDGET } from '../../../src/explore/budget.ts';
import { DepthFirst } from '../../../src/explore/strategies/dfs.ts';
import { breadthFirst, known, lawfulOnce, leakyUnpin, machineOf, moody, narrow, wide } from '../../support/linklife.ts';

const MODELS = { 'states of two words': narrow, 'wider states': wide };

for (const [kind, model] of Object.entries(MODELS))
  describe(`exploring ${kind}`, () => {
    const labels = (machine: ReturnType<typeof machineOf>, path: readonly number[]): string[] =>
      path.map((t) => machine.transitions[t]?.label ?? '?');

    for (const compileAfter of [1, Number.POSITIVE_INFINITY])
      it(`finds a broken property of states at its shortest depth (code after ${compileAfter} states)`, () => {
        const machine = machineOf('2,2,2', leakyUnpin(model));
        const { findings } = breadthFirst(machine, { compileAfter });
        expect(findings.map(({ label }) => label)).to.deep.equal(['attached-is-held l0', 'attached-is-held l1']);
        for (const { path, kind: found } of findings) {
          expect(found).to.equal('property');
          expect(labels(machine, path)).to.deep.equal(['create', 'pin', 'close', 'unpin']);
        }
      });

    for (const storing of [true, false])
      it(`reports a broken law once, at its shortest depth (${storing ? 'from trees' : 'naturally'})`, () => {
        const machine = machineOf('2,2,2', lawfulOnce(model));
        const run = () => breadthFirst(machine, { compileAfter: 1 });
        const { findings } = storing ? run() : machine.withoutStoring(run);
        expect(findings).to.have.length(1);
        const [finding] = findings;
        expect(finding).to.include({ label: 'updated-twice', kind: 'law', why: 'it was updated before' });
        expect(labels(machine, finding?.path ?? [])).to.deep.equal(['create', 'update', 'update']);
      });

    it('finds the same depth-first', () => {
      const { findings } = breadthFirst(machineOf('2,2,1', leakyUnpin(model)), { frontier: new DepthFirst() });
      expect(findings.map(({ label }) => label)).to.have.members(['attached-is-held l0', 'attached-is-held l1']);
    });

    it('refuses code that asks another question after the same answers', () => {
      expect(() => breadthFirst(machineOf('2,2,1', moody(model)))).to.throw(/^LR901 /);
    });

    const budgets = { maxStates: 100, maxSeconds: 0, maxDepth: 3, maxBytes: 1 };
    for (const [bound, most] of Object.entries(budgets))
      it(`says so when ${bound} is reached`, () => {
        const { bounds, states } = breadthFirst(machineOf('2,2,2', model), {
          budget: { ...DEFAULT_BUDGET, [bound]: most },
        });
        expect(bounds).to.have.length(1);
        expect(states).to.be.below(known('2,2,2').states);
      });

    it('stops right after maxStates', () => {
      const machine = machineOf('2,2,2', model);
      const { states } = breadthFirst(machine, { budget: { ...DEFAULT_BUDGET, maxStates: 100 } });
      expect(states).to.be.within(100, 100 + machine.transitionCount);
    });

    it('hits no bound when it ends just within it', () => {
      const { states, transitions } = known('2,2,1');
      const { bounds, ...rest } = breadthFirst(machineOf('2,2,1', model), {
        budget: { ...DEFAULT_BUDGET, maxStates: states + 1, maxDepth: 13 },
      });
      expect(bounds).to.deep.equal([]);
      expect(rest).to.include({ states, transitions });
    });
  });
