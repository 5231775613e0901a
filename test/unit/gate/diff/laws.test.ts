import { expect } from 'chai';
import fc from 'fast-check';
import { changed } from './changed.ts';
import { compared, scenarioOf, seen, shortestByForce } from './support.ts';

/** Scripts that keep the order of the list, with some of its steps left out. */
const script = (name: string) =>
  fc
    .subarray([
      `link_create: { cgroup: web, prog: fw1, as: ${name}1 }`,
      `link_create: { cgroup: api, prog: fw1, as: ${name}2 }`,
      `link_detach: ${name}1`,
      `close: ${name}1`,
      'rmdir: web',
      `close: ${name}2`,
      'exit',
    ])
    .filter((steps) => steps.includes('exit') || steps.length > 0)
    .filter(
      (steps) =>
        !steps.some((step) => /(?:detach|close).*1/.test(step)) || steps.some((step) => step.includes('web, prog')),
    )
    .filter(
      (steps) => !steps.some((step) => /close.*2/.test(step)) || steps.some((step) => step.includes('api, prog')),
    );

const worlds = fc
  .tuple(script('a'), script('b'))
  .filter(([a, b]) => a.length + b.length <= 7)
  .map(([a, b]) =>
    scenarioOf(
      `  alice: [ ${a.map((s) => `{ ${s} }`.replace('{ exit }', 'exit')).join(', ')} ]\n  bob: [ ${b.map((s) => `{ ${s} }`.replace('{ exit }', 'exit')).join(', ')} ]`,
    ),
  );

const others = fc.constantFrom(...Object.keys(changed));
const grains = fc.constantFrom('command' as const, 'work' as const);
const model = seen(...Object.values(changed));

/** Each law is hundreds of searches: 4 s on a quiet machine, and others may use this one. */
const LAW_MS = 120_000;

describe('diff of two semantics', function () {
  this.timeout(LAW_MS);
  it('finds nothing between a semantics and itself', () => {
    fc.assert(
      fc.property(
        worlds,
        others,
        fc.constantFrom('command' as const, 'work' as const, 'lock' as const),
        (world, name, grain) => {
          const { differences, explored } = compared([world], name, name, { grain, model, all: true });
          expect(differences).to.deep.equal([]);
          expect(explored.every(({ exhausted }) => exhausted)).to.equal(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('mirrors when its sides are swapped', () => {
    fc.assert(
      fc.property(worlds, others, grains, (world, name, grain) => {
        const there = compared([world], 'linux-2', name, { grain, model, all: true });
        const back = compared([world], name, 'linux-2', { grain, model, all: true });
        const of = ({ differences }: typeof there, swap: boolean) =>
          differences
            .map(({ op, steps, contrast: { kind, what, answers } }) =>
              JSON.stringify([
                steps,
                op,
                kind,
                what,
                ...(kind === 'result' ? (swap ? [...answers].reverse() : answers) : []),
              ]),
            )
            .sort();
        expect(of(there, false)).to.deep.equal(of(back, true));
      }),
      { numRuns: 60 },
    );
  });

  it('finds a shortest schedule, as trying all of them does', () => {
    fc.assert(
      fc.property(worlds, others, grains, (world, name, grain) => {
        const { differences } = compared([world], 'linux-2', name, { grain, model });
        expect(differences[0]?.steps ?? 0).to.equal(shortestByForce(world, ['linux-2', name], grain, { model }));
      }),
      { numRuns: 150 },
    );
  });

  it('finds every difference at every length that --all asks for, shortest first and each once', () => {
    fc.assert(
      fc.property(worlds, others, (world, name) => {
        const { differences } = compared([world], 'linux-2', name, { model, all: true });
        const first = compared([world], 'linux-2', name, { model });
        const steps = differences.map((each) => each.steps);
        expect(steps).to.deep.equal([...steps].sort((x, y) => x - y));
        expect(new Set(differences.map(({ signature }) => signature)).size).to.equal(differences.length);
        expect(first.differences.map(({ signature }) => signature)).to.deep.equal(
          differences.filter((each) => each.steps === steps[0]).map(({ signature }) => signature),
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe('what nobody can see', () => {
  const close = scenarioOf(
    '  alice: [ { link_create: { cgroup: web, prog: fw1, as: l } }, { close: l } ]\n  bob: [ rmdir: api ]',
  );

  it('is no difference: a work written anew, a step cut in two', () => {
    fc.assert(
      fc.property(
        worlds,
        fc.constantFrom('same-work-written-anew', 'creates-in-more-steps'),
        fc.constantFrom('command' as const, 'work' as const, 'lock' as const),
        (world, name, grain) => {
          expect(compared([world], 'linux-2', name, { grain, model, all: true }).differences).to.deep.equal([]);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('is a difference as soon as somebody can see it: memory that is freed at once, and in a work', () => {
    expect(compared([close], 'linux-2', 'frees-at-once', { model }).differences).to.deep.equal([]);
    const [first, ...more] = compared([close], 'linux-2', 'frees-at-once', {
      model,
      grain: 'work',
      all: true,
    }).differences;
    expect(more).to.deep.equal([]);
    expect([first?.op, first?.steps, first?.only, first?.contrast]).to.deep.equal([
      'close',
      2,
      0,
      { kind: 'shows', what: 'memory', answers: ['memory: l true', 'memory: l false'] },
    ]);
  });
});
