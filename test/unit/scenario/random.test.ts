import { expect } from 'chai';
import { check, TWO, verdictOf, written } from '../../support/tiny-scenario.ts';

const RANDOM = { strategy: 'random', walks: 40 } as const;

describe('random walks', () => {
  it('never prove that something holds', () => {
    const verdict = verdictOf(check(TWO, 'linux-1', { ...RANDOM, depth: 30 }), 'few-links');
    expect([verdict.verdict, verdict.bounds]).to.deep.equal(['unknown', ['random walk: 40 walks of depth 30']]);
  });

  it('find violations, and shorten them to shortest traces', () => {
    const long = `  a: { may: [ { rmdir: api }, { close: 9 }, { link_create: { cgroup: web, prog: fw1 } } ] }\n  b: [ { rmdir: web } ]`;
    const result = check(written(long, '  - unreachable: { cgroup web: OFFLINE }'), 'linux-2', RANDOM);
    expect(verdictOf(result, 'unreachable').trace?.steps.length).to.equal(1);
  });

  it('see outcomes and scripts that wait for ever', () => {
    const result = check(
      written('  a: [ { rmdir: { cgroup: api, as: r } }, { wait_gone: web } ]', '  - exists: { a.r: ok }'),
      'linux-2',
      RANDOM,
    );
    expect(verdictOf(result, 'no-deadlock').verdict).to.equal('violated');
    expect(verdictOf(result, 'exists').verdict).to.equal('unknown');
  });

  it('report their seed', () => {
    expect([check(TWO, 'linux-1', { ...RANDOM, seed: 'x' }).seed, check(TWO, 'linux-1').seed]).to.deep.equal([
      'x',
      undefined,
    ]);
  });
});
