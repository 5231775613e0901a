/** The order of a search and the size of its steps do not decide what is true. */
import { expect } from 'chai';
import { bpf } from '../../models/index.ts';
import type { CheckResult, CheckVerdict } from '../../src/scenario/result.ts';
import { GRAINS, type Grain } from '../../src/world/input.ts';
import { checkText, NAMES, SCENARIOS } from '../support/bpf-scenarios.ts';

/** What an exhaustive search must find, whatever comes first. */
const found = ({ states, transitions, finalStates, outcomes, verdicts, coverage }: CheckResult) => ({
  states,
  transitions,
  finalStates,
  outcomes: outcomes.map((outcome) => JSON.stringify(outcome)).sort(),
  verdicts: verdicts.map(({ label, verdict }) => `${label} ${verdict}`).sort(),
  coverage,
});

const shown = ({ verdicts }: CheckResult, wanted: (verdict: CheckVerdict) => boolean): string[] =>
  verdicts.filter(wanted).map(({ label }) => label);

/** A property that is true or false of single states, and so is nothing but which states are reached. */
const ofStates = ({ property }: CheckVerdict): boolean => {
  const kind = bpf.properties[property]?.kind;
  return kind === 'always' || kind === 'finally';
};

describe('breadth-first and depth-first search', () => {
  for (const name of NAMES)
    for (const grain of GRAINS)
      it(`find the same of "${name}" at grain ${grain}`, () => {
        const [bfs, dfs] = (['bfs', 'dfs'] as const).map((strategy) => checkText(SCENARIOS[name], { grain, strategy }));
        expect(found(dfs as CheckResult)).to.deep.equal(found(bfs as CheckResult));
      });

  it('give traces that depth-first search cannot beat', () => {
    let compared = 0;
    for (const name of NAMES)
      for (const grain of GRAINS) {
        const shortest = checkText(SCENARIOS[name], { grain });
        const deep = checkText(SCENARIOS[name], { grain, strategy: 'dfs' });
        for (const { label, trace } of shortest.verdicts) {
          const other = deep.verdicts.find((verdict) => verdict.label === label)?.trace;
          if (trace === undefined || other === undefined) continue;
          compared++;
          expect(trace.steps.length, `${name}@${grain}: ${label}`).to.be.at.most(other.steps.length);
        }
      }
    expect(compared).to.be.greaterThan(10);
  });
});

/**
 * A coarse step is a run of fine steps with nothing in between: every state of a coarse run is a state of a fine run. So
 * what is false of some state, or true of some end, stays so where steps are finer. Of properties of steps nothing of the
 * kind can be said: which change belongs to which step is what grains differ in.
 */
describe('what a coarse grain shows', () => {
  const finer: readonly (readonly [Grain, Grain])[] = [
    ['command', 'work'],
    ['work', 'lock'],
  ];
  for (const [coarse, fine] of finer) {
    it(`grain ${fine} shows too, where grain ${coarse} violates a property of states`, () => {
      let met = 0;
      for (const name of NAMES) {
        const violated = shown(
          checkText(SCENARIOS[name], { grain: coarse }),
          (verdict) => verdict.verdict === 'violated' && ofStates(verdict),
        );
        const again = shown(checkText(SCENARIOS[name], { grain: fine }), ({ verdict }) => verdict === 'violated');
        expect(again, name).to.include.members(violated);
        met += violated.length;
      }
      expect(met).to.be.greaterThan(2);
    });

    it(`grain ${fine} ends with too, where grain ${coarse} ends with it`, () => {
      let met = 0;
      for (const name of NAMES) {
        const [few, more] = [coarse, fine].map((grain) =>
          checkText(SCENARIOS[name], { grain }).outcomes.map(({ results }) => JSON.stringify(results)),
        );
        expect(more, name).to.include.members(few ?? []);
        met += few?.length ?? 0;
      }
      expect(met).to.be.greaterThan(4);
    });
  }

  it('never costs more states than a finer one', () => {
    for (const name of NAMES) {
      const counts = GRAINS.map((grain) => checkText(SCENARIOS[name], { grain }).states);
      expect(counts, name).to.deep.equal([...counts].sort((a, b) => a - b));
    }
  });
});
