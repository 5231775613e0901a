/** The same question gets the same answer, and every counterexample fails again when it is replayed. */
import { expect } from 'chai';
import { bpf } from '../../models/index.ts';
import { parseChoices, replayChoices } from '../../src/scenario/replay.ts';
import type { CheckResult } from '../../src/scenario/result.ts';
import { GRAINS, type Grain } from '../../src/world/input.ts';
import { checkText, loaded, NAMES, SCENARIOS, type ScenarioName, SEMANTICS } from '../support/bpf-scenarios.ts';

/** Everything but the time it took. */
const lasting = ({ seconds: _, ...rest }: CheckResult): unknown => rest;

/** The choices that the printed command replays. */
function choicesOf(replay: string): readonly number[] {
  const text = / --choices (?:'')?(\S*)$/.exec(replay)?.[1];
  const choices = text === undefined ? undefined : parseChoices(text.replaceAll("'", ''));
  if (choices === undefined) throw new Error(`no choices in ${replay}`);
  return choices;
}

function replayed(name: ScenarioName, grain: Grain, replay: string) {
  const options = { semantics: SEMANTICS, grain, choices: choicesOf(replay) };
  const result = replayChoices(loaded(SCENARIOS[name]), bpf, options);
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('\n'));
  return result.value;
}

describe('a run', () => {
  for (const strategy of ['bfs', 'dfs'] as const)
    it(`is the same again, counts and traces (${strategy})`, () => {
      for (const name of NAMES)
        for (const grain of GRAINS) {
          const [first, second] = [0, 1].map(() => lasting(checkText(SCENARIOS[name], { grain, strategy })));
          expect(second, `${name}@${grain}`).to.deep.equal(first);
        }
    });
});

describe('a counterexample', () => {
  for (const strategy of ['bfs', 'dfs', 'random'] as const)
    it(`of ${strategy} breaks the same property, for the same reason, when it is replayed`, () => {
      let met = 0;
      for (const name of NAMES)
        for (const grain of GRAINS) {
          const { verdicts } = checkText(SCENARIOS[name], { grain, strategy, walks: 30, depth: 20 });
          for (const { label, verdict, property, trace } of verdicts) {
            if (verdict !== 'violated' || trace === undefined || bpf.properties[property] === undefined) continue;
            const { broken, steps } = replayed(name, grain, trace.replay);
            expect(broken.find((one) => one.label === label)?.why, `${name}@${grain}: ${label}`).to.equal(trace.why);
            expect(steps).to.deep.equal(trace.steps);
            met++;
          }
        }
      expect(met).to.be.greaterThan(8);
    });

  it('shorter by its last step breaks nothing', () => {
    for (const name of NAMES)
      for (const { label, verdict, property, trace } of checkText(SCENARIOS[name], { grain: 'lock' }).verdicts) {
        if (verdict !== 'violated' || trace === undefined || bpf.properties[property] === undefined) continue;
        const choices = choicesOf(trace.replay).slice(0, -1).join(',');
        const { broken } = replayed(name, 'lock', ` --choices ${choices}`);
        expect(
          broken.map((one) => one.label),
          `${name}: ${label}`,
        ).to.not.include(label);
      }
  });
});
