/** The recorded and derived traces of the founding material, against the models. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { bpf } from '../../models/index.ts';
import type { TraceStep } from '../../src/trace/format.ts';
import { parseTrace, type TraceSource } from '../../src/trace/parse.ts';
import { replay } from '../../src/trace/replay.ts';
import { semanticsNamed } from '../support/semantics.ts';
import { describeWithShared, sharedPath } from '../support/shared.ts';
import { withStep, wrongExpectations, wrongStates } from './planted.ts';
import { DEFAULT_SEMANTICS, shown } from './run.ts';

function sourcesOf(folder: string): readonly TraceSource[] {
  const path = sharedPath('traces', folder);
  return readdirSync(path)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const parsed = parseTrace(readFileSync(`${path}/${file}`, 'utf8'), file);
      if (parsed.ok) return parsed.source;
      throw new Error(
        `${file}: ${parsed.problems.map(({ message, where }) => `${where.line}: ${message}`).join('; ')}`,
      );
    });
}

const options = { model: bpf, semantics: semanticsNamed(DEFAULT_SEMANTICS) };

/** Families whose attachments the models have; every other trace needs one that they lack, and must say so. */
const MODELLED = [
  'cgroup',
  'pinning',
  'ids',
  'freplace',
  'perf',
  'raw_tp',
  'netns',
  'sockmap',
  'tailcall',
  'xdp',
  'tcx',
];

describeWithShared('recorded kernel runs', () => {
  for (const source of sourcesOf('cgroup'))
    it(`${source.trace.id} replays without a difference`, () => {
      const result = replay(source, options);
      expect(result.ok ? '' : shown(result, source)).to.equal('');
      // Every step was compared, and every recorded state.
      const states = source.trace.steps.filter(({ state }) => state !== undefined).length;
      expect(result.ok && result.comparisons).to.be.at.least(source.trace.steps.length + states);
    });
});

/** Every step of every trace takes half a minute; each trace falsifies other ones. */
const EVERY = 4;

describeWithShared('recorded kernel runs, falsified', () => {
  for (const [number, source] of sourcesOf('cgroup').entries())
    it(`a wrong expectation or state in ${source.trace.id} is found at its step`, function () {
      this.timeout(60_000);
      source.trace.steps.forEach((step, index) => {
        if ((index + number) % EVERY !== 0) return;
        const wrongSteps: readonly TraceStep[] = [
          ...wrongExpectations(step.expect).map((expected) => ({ ...step, expect: expected })),
          ...wrongStates(step),
        ];
        for (const wrong of wrongSteps) {
          const steps = withStep(source.trace.steps, index, wrong);
          const result = replay({ ...source, trace: { ...source.trace, steps } }, options);
          expect(result.ok ? undefined : result.step?.index, JSON.stringify(wrong)).to.equal(index);
          expect(result.ok || result.kind).to.be.oneOf(['difference', 'state']);
        }
      });
    });
});

describeWithShared('derived traces of every family', () => {
  for (const source of sourcesOf('families')) {
    const { id, family = '' } = source.trace;
    const result = replay(source, { ...options, live: true });
    if (MODELLED.includes(family))
      it(`${id} replays without a difference`, () => expect(result.ok ? '' : shown(result, source)).to.equal(''));
    else
      it(`${id} says what it needs${result.ok || result.kind !== 'needs' ? '' : `: ${result.problem.family}`}`, () =>
        expect(result.ok ? 'agreed' : result.kind).to.equal('needs'));
  }
});
