/** However the engine is specialised, it does what the natural code does. */
import { expect } from 'chai';
import fc from 'fast-check';
import { BreadthFirst } from '../../src/explore/strategies/bfs.ts';
import { successor } from '../../src/explore/successor.ts';
import type { Machine } from '../../src/world/machine.ts';
import { breadthFirst, essence, lawfulOnce, leakyUnpin, machineOf, narrow, wide } from '../support/linklife.ts';

const MODELS = [narrow, wide, leakyUnpin(narrow), leakyUnpin(wide), lawfulOnce(narrow), lawfulOnce(wide)];

interface Step {
  readonly words: readonly number[];
  /** Labels of what the step breaks. */
  readonly broken: readonly string[];
}

const labelsOf = (machine: Machine, report: number): readonly string[] =>
  report === 0 ? [] : (machine.reports[report - 1] ?? []).map(({ label }) => label);

/** The successor that the natural code makes; undefined if the transition is not enabled. */
function natural(machine: Machine, t: number, state: Int32Array): Step | undefined {
  return machine.withoutStoring(() => {
    const { cells } = machine.parts;
    cells.load(state, 0);
    const report = machine.naturally(t);
    if (report < 0) return undefined;
    return {
      words: [...cells.now.subarray(0, machine.words)],
      broken: labelsOf(machine, report),
    };
  });
}

/** The same from the decision tree, which grows on the way. */
function stored(machine: Machine, t: number, state: Int32Array): Step | undefined {
  const into = new Int32Array(machine.words);
  const report = successor(machine, t, state, 0, into);
  if (report < 0) return undefined;
  return { words: [...into], broken: labelsOf(machine, report) };
}

describe('the engine', () => {
  it('makes the same successors from stored paths as the natural code, on any walk', () => {
    const machines = MODELS.map((model) => machineOf('3,2,2', model));
    fc.assert(
      fc.property(
        fc.constantFrom(...machines),
        fc.array(fc.nat(), { minLength: 1, maxLength: 30 }),
        (machine, choices) => {
          let state = Int32Array.from(machine.initial);
          for (const choice of choices) {
            const steps = machine.transitions.map((_, t) => natural(machine, t, state));
            // Twice: the first call may store the path, and the second must find it.
            for (const _ of [1, 2])
              expect(machine.transitions.map((_, t) => stored(machine, t, state))).to.deep.equal(steps);
            const enabled = steps.filter((step) => step !== undefined);
            if (enabled.length === 0) return;
            state = Int32Array.from((enabled[choice % enabled.length] as Step).words);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('finds what a search that skips nothing finds', () => {
    for (const model of MODELS) {
      const machine = machineOf('2,2,1', model);
      const { states, broken } = plainSearch(machineOf('2,2,1', model));
      const found = breadthFirst(machine, { compileAfter: 20 });
      expect(found.states).to.equal(states);
      expect(Object.fromEntries(found.findings.map(({ label, path }) => [label, path.length]))).to.deep.equal(broken);
    }
  });

  it('does not depend on when code is made', () => {
    fc.assert(
      fc.property(fc.constantFrom(...MODELS), fc.integer({ min: 1, max: 3000 }), (model, compileAfter) => {
        const run = (after: number) =>
          essence(breadthFirst(machineOf('2,2,1', model), { frontier: new BreadthFirst(), compileAfter: after }));
        expect(run(compileAfter)).to.deep.equal(run(Number.POSITIVE_INFINITY));
      }),
      { numRuns: 20 },
    );
  });
});

/** Breadth-first with a map of strings, natural code only, and every property looked at in every state. */
function plainSearch(machine: Machine): { states: number; broken: Record<string, number> } {
  const seen = new Set<string>();
  const broken: Record<string, number> = {};
  const breaks = (label: string, depth: number): void => {
    broken[label] ??= depth;
  };
  const look = (state: Int32Array, depth: number): boolean => {
    const key = state.join();
    if (seen.has(key)) return false;
    seen.add(key);
    for (const { index, label } of machine.stateProperties)
      if (!machine.withoutStoring(() => machine.predicate(index, state, 0))) breaks(label, depth);
    return true;
  };
  look(machine.initial, 0);
  for (let level = [Int32Array.from(machine.initial)], depth = 1; level.length > 0; depth++) {
    const next: Int32Array<ArrayBuffer>[] = [];
    for (const state of level)
      for (const [t] of machine.transitions.entries()) {
        const step = natural(machine, t, state);
        if (step === undefined) continue;
        for (const label of step.broken) breaks(label, depth);
        const words = Int32Array.from(step.words);
        if (look(words, depth)) next.push(words);
      }
    level = next;
  }
  return { states: seen.size, broken };
}
