/** Whatever a file says, the loader answers; and whatever a walk does, its seed does again. */
import { expect } from 'chai';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { problemText } from '../../src/scenario/problem.ts';
import { check, FILE, load, TWO, written } from '../support/tiny-scenario.ts';

/** Loads, and checks what every answer must have. */
function answers(text: string): void {
  const result = load(text);
  if (result.ok) return;
  expect(result.problems).to.not.have.length(0);
  const lines = text.split('\n');
  for (const problem of result.problems) {
    const { file, line, column, code, message } = problem;
    expect([file, message.length > 0], problemText(problem)).to.deep.equal([FILE, true]);
    expect(code).to.match(/^LR[12]\d\d$/);
    expect(line, problemText(problem)).to.be.within(1, lines.length);
    expect(column, problemText(problem)).to.be.within(1, (lines[line - 1] ?? '').length + 2);
  }
}

const KEYS = [
  'title',
  'objects',
  'programs',
  'cgroups',
  'setup',
  'actors',
  'check',
  'expect',
  'roles',
  'limits',
  'may',
  'times',
  'count',
  'script',
];
const WORDS = [
  'link_create',
  'close',
  'exit',
  'web',
  'fw1',
  'as',
  'l',
  'linux-1',
  'few-links',
  'on',
  'exists',
  'a.r',
  '__proto__',
  'constructor',
];

/** Values made of the words that scenarios are made of. */
const scenarioLike = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium' },
    fc.constantFrom(...WORDS),
    fc.integer({ min: -1, max: 5 }),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...KEYS, ...WORDS), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

const pieces = TWO.split(/(?<=[\s,:{}[\]])/);
const mutated = fc
  .array(
    fc.record({
      at: fc.nat(pieces.length - 1),
      by: fc.oneof(fc.constant(''), fc.constantFrom(...pieces), fc.string({ maxLength: 4 })),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((changes) => {
    const text = [...pieces];
    for (const { at, by } of changes) text[at] = by;
    return text.join('');
  });

describe('the scenario loader', () => {
  it('answers any text', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'-:?{}[]&*!|>%@`"\'#, \n\tab1~<') }), answers), {
      numRuns: 400,
    });
  });

  it('answers any JSON', () => {
    fc.assert(fc.property(fc.json(), answers), { numRuns: 150 });
  });

  it('answers any value made of the words of scenarios', () => {
    fc.assert(
      fc.property(scenarioLike, scenarioLike, scenarioLike, (objects, actors, checks) => {
        answers(stringify({ title: 't', objects, actors, check: checks }));
        answers(
          stringify({
            title: 't',
            objects: { programs: ['fw1'], cgroups: ['web'] },
            actors: { a: actors },
            check: [checks],
          }),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('answers any scenario with a few words changed', () => {
    fc.assert(fc.property(mutated, answers), { numRuns: 200 });
  });
});

describe('a random walk', () => {
  const scenario = written(
    '  a: [ { link_create: { cgroup: web, prog: fw1, as: l } }, { close: l }, { rmdir: { cgroup: api, as: r } } ]\n  b: { may: [ { rmdir: web }, { rmdir: api }, { kill: a } ], times: 2 }',
    '  - nothing-left\n  - exists: { a.r: ok }\n  - few-links: { on: web, most: 0 }',
  );

  it('is the same run for the same seed', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('command', 'work', 'lock'), (seed, grain) => {
        const run = (): unknown => {
          const { seconds: _, ...result } = check(scenario, 'linux-1', {
            strategy: 'random',
            seed,
            grain,
            walks: 5,
            depth: 12,
          });
          return result;
        };
        expect(run()).to.deep.equal(run());
      }),
      { numRuns: 15 },
    );
  });

  it('violates nothing that an exhaustive search finds to hold', () => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const held = check(TWO, 'linux-1').verdicts.filter(({ verdict }) => verdict === 'holds');
        const walked = check(TWO, 'linux-1', { strategy: 'random', seed, walks: 10 }).verdicts;
        for (const { label } of held)
          expect(walked.find((verdict) => verdict.label === label)?.verdict).to.equal('unknown');
      }),
      { numRuns: 10 },
    );
  });
});
