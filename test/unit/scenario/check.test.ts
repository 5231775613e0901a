import { expect } from 'chai';
import { checkScenario } from '../../../src/scenario/check.ts';
import { parseChoices, replayChoices } from '../../../src/scenario/replay.ts';
import { tiny } from '../../support/tiny-model.ts';
import { check, load, problems, TWO, value, verdictOf, written } from '../../support/tiny-scenario.ts';

const CREATE = '{ link_create: { cgroup: web, prog: fw1, as: l } }';

describe('a verdict', () => {
  it('holds when everything was looked at and nothing breaks it', () => {
    const verdict = verdictOf(check(TWO, 'linux-1'), 'few-links');
    expect([verdict.verdict, verdict.expected, verdict.trace]).to.deep.equal(['holds', 'holds', undefined]);
  });

  it('is violated with a shortest trace that was replayed', () => {
    const { verdict, expected, trace } = verdictOf(check(TWO, 'linux-2', { grain: 'command' }), 'few-links');
    expect([verdict, expected, trace?.why]).to.deep.equal(['violated', 'violated', 'web has 2 links']);
    expect(trace?.steps.map(({ actor, op, result }) => `${actor} ${op} ${result}`)).to.deep.equal([
      'alice link_create ok',
      'bob link_create ok',
    ]);
    expect(trace?.replay).to.equal(
      `lastref replay --scenario scenarios/links/two.yaml --semantics linux-2 --grain command --choices 0,1`,
    );
  });

  it('is unknown when a bound was hit, and says which', () => {
    const verdict = verdictOf(check(TWO, 'linux-1', { budget: { maxStates: 1 } }), 'few-links');
    expect([verdict.verdict, verdict.bounds]).to.deep.equal(['unknown', ['--max-states 1']]);
  });

  it('is vacuous when its subject never existed', () => {
    expect(verdictOf(check(written('  a: [ { close: 9 } ]', '  - few-links: web')), 'few-links').verdict).to.equal(
      'vacuous',
    );
  });

  it('is expected per semantics and grain, where the finer key goes first', () => {
    const expected = (grain: 'work' | 'lock'): string =>
      verdictOf(
        check(
          written(
            `  a: [ ${CREATE} ]`,
            '  - nothing-left',
            'expect:\n  linux-2: { nothing-left: violated }\n  linux-2@lock: { nothing-left: unknown }\n',
          ),
          'linux-2',
          { grain },
        ),
        'nothing-left',
      ).expected;
    expect([expected('work'), expected('lock')]).to.deep.equal(['violated', 'unknown']);
  });

  it('reports laws of the model that break, as violated', () => {
    const result = check(
      written(
        '  a: [crash]',
        '  - few-links: web',
        'expect: { linux-2: { law:use-after-free: violated, few-links: vacuous } }\n',
      ),
    );
    const law = verdictOf(result, 'use-after-free');
    expect([law.verdict, law.expected, law.trace?.why]).to.deep.equal(['violated', 'violated', 'a freed link is used']);
    expect(verdictOf(check(written('  a: [crash]', '  - few-links: web')), 'use-after-free').expected).to.equal(
      'holds',
    );
  });

  it('reports an expected law that does not break, as holding', () => {
    const result = check(
      written('  a: [exit]', '  - nothing-left', 'expect: { linux-2: { law:use-after-free: violated } }\n'),
    );
    expect(verdictOf(result, 'use-after-free')).to.include({ verdict: 'holds', expected: 'violated' });
  });

  it('reports a script that waits for ever, and only then', () => {
    const stuck = verdictOf(check(written('  a: [ { wait_gone: web } ]', '  - nothing-left')), 'no-deadlock');
    expect([stuck.verdict, stuck.trace?.why]).to.deep.equal(['violated', 'a waits for ever: nobody can take a step']);
    const free = check(written('  a: [ { wait_gone: web } ]\n  b: [ { rmdir: web } ]', '  - nothing-left'));
    expect(free.verdicts.map(({ label }) => label)).to.deep.equal(['nothing-left']);
  });
});

describe('checks of outcomes', () => {
  const race = (checks: string): ReturnType<typeof check> =>
    check(
      written(
        `  a: [ { link_create: { cgroup: web, prog: fw1, as: l, result: r } } ]\n  b: [ { rmdir: { cgroup: web, as: r } } ]`,
        checks,
      ),
    );

  it('find a witness for what exists', () => {
    const verdict = verdictOf(race('  - exists: { a.r: ENOENT, b.r: ok }'), 'exists');
    expect([verdict.verdict, verdict.trace?.steps.length]).to.deep.equal(['holds', 2]);
    expect(verdictOf(race('  - exists: { b.r: ENOENT }'), 'exists')).to.include({
      verdict: 'violated',
      trace: undefined,
    });
  });

  it('find a counterexample to what must never be', () => {
    expect(verdictOf(race('  - never: { a.r: ENOENT }'), 'never').trace?.why).to.equal(
      'the run ends with a.r = ENOENT',
    );
    expect(verdictOf(race('  - never: { b.r: ENOENT }'), 'never').verdict).to.equal('holds');
    const blocked = check(
      written('  a: [ { wait_gone: web }, { rmdir: web, result: r } ]', '  - never: { a.r: ENOENT }'),
    );
    expect(verdictOf(blocked, 'never').verdict).to.equal('vacuous');
  });

  it('compare the exact set, projected on the results named', () => {
    expect(verdictOf(race('  - outcomes: [ { a.r: ok }, { a.r: ENOENT } ]'), 'outcomes').verdict).to.equal('holds');
    expect(verdictOf(race('  - outcomes: [ { a.r: ok } ]'), 'outcomes').explanation).to.equal(
      'not among them: a.r = ENOENT',
    );
    expect(
      verdictOf(race('  - outcomes: [ { a.r: ok }, { a.r: ENOENT }, { a.r: EBADF } ]'), 'outcomes').explanation,
    ).to.equal('no run ends with a.r = EBADF');
  });

  it('are listed with the number of final states that show them', () => {
    expect(race('  - exists: { a.r: ok }').outcomes).to.have.deep.members([
      { results: { 'a.r': 'ok', 'b.r': 'ok' }, states: 1 },
      { results: { 'a.r': 'ENOENT', 'b.r': 'ok' }, states: 1 },
    ]);
  });
});

describe('checks of phases', () => {
  const phases = (checks: string): ReturnType<typeof check> =>
    check(
      written(`  a: [ { rmdir: api } ]\n  b: { script: [ ${CREATE} ], may: [ { rmdir: web } ], times: 1 }`, checks),
    );

  it('find a witness for what is reachable', () => {
    const found = verdictOf(phases('  - reachable: { link l: DEFUNCT, cgroup api: OFFLINE }'), 'reachable');
    expect([found.verdict, found.trace?.why]).to.deep.equal(['holds', 'link l is DEFUNCT and cgroup api is OFFLINE']);
    expect(verdictOf(phases('  - reachable: { link l: FREED }'), 'reachable').verdict).to.equal('violated');
  });

  it('find a counterexample to what is unreachable', () => {
    expect(verdictOf(phases('  - unreachable: { link l: DEFUNCT }'), 'unreachable').verdict).to.equal('violated');
    expect(verdictOf(phases('  - unreachable: { link l: FREED }'), 'unreachable').verdict).to.equal('holds');
  });

  it('are vacuous for an object that is never made', () => {
    const never = check(
      written('  a: [ { link_create: { cgroup: web, prog: 9, as: l } } ]', '  - unreachable: { link l: FREED }'),
    );
    expect(verdictOf(never, 'unreachable').verdict).to.equal('vacuous');
  });
});

describe('the result of a check', () => {
  it('is the same for both exhaustive strategies', () => {
    const verdicts = (strategy: 'bfs' | 'dfs'): unknown =>
      check(TWO, 'linux-2', { strategy }).verdicts.map(({ label, verdict }) => [label, verdict]);
    expect(verdicts('dfs')).to.deep.equal(verdicts('bfs'));
    expect(check(TWO, 'linux-2', { strategy: 'dfs' }).states).to.equal(check(TWO).states);
  });

  it('counts states exactly', () => {
    expect(
      (['command', 'work', 'lock'] as const).map((grain) => check(TWO, 'linux-2', { grain }).states),
    ).to.deep.equal([43, 68, 99]);
  });

  it('names operations that no state enabled', () => {
    expect(
      check(written('  a: [ { wait_gone: web }, { rmdir: api } ]', '  - nothing-left')).neverEnabled,
    ).to.deep.equal(['rmdir', 'wait_gone']);
  });

  it('counts what setup did as covered, and not as enabled', () => {
    const setup = 'setup:\n  - admin: { rmdir: api }\n';
    const result = check(written('  a: [ { wait_gone: web }, { rmdir: web } ]', '  - nothing-left', setup));
    expect([result.coverage.commands.includes('rmdir'), result.neverEnabled]).to.deep.equal([
      true,
      ['rmdir', 'wait_gone'],
    ]);
  });

  it('is a problem where the semantics do not exist, or setup fails under them', () => {
    const scenario = value(
      load(written('  a: [exit]', '  - nothing-left', 'setup:\n  - a: { link_create: { cgroup: web, prog: fw1 } }\n')),
    );
    expect(problems(checkScenario(scenario, tiny, 'linux-9')).map(({ code }) => code)).to.deep.equal(['LR109']);
    const two =
      'setup:\n  - a: { link_create: { cgroup: web, prog: fw1, as: l } }\n  - a: { link_create: { cgroup: web, prog: fw1, as: m } }\n';
    const failing = value(load(written('  a: [exit]', '  - nothing-left', two)));
    expect(problems(checkScenario(failing, tiny, 'linux-1')).map(({ code, line }) => [code, line])).to.deep.equal([
      ['LR230', 5],
    ]);
  });
});

describe('a replay of choices', () => {
  const scenario = value(load(TWO));

  it('shows the same steps, and what they break', () => {
    const replayed = value(replayChoices(scenario, tiny, { semantics: 'linux-2', grain: 'command', choices: [0, 1] }));
    expect(replayed.broken.map(({ label, why }) => [label, why])).to.deep.equal([['few-links', 'web has 2 links']]);
    expect(replayed.steps.map(({ op }) => op)).to.deep.equal(['link_create', 'link_create']);
    expect([replayed.final, replayed.results]).to.deep.equal([false, { 'bob.r': 'ok' }]);
  });

  it('refuses choices that do not exist or are not enabled', () => {
    const refused = (choices: readonly number[]): string | undefined =>
      problems(replayChoices(scenario, tiny, { semantics: 'linux-2', choices }))[0]?.message;
    expect(refused([99])).to.match(/transition 99 does not exist/);
    expect(refused([0, 0, 0])).to.match(/choice 3 of 3: transition 0 is not enabled there/);
  });

  it('reads choices as the command line has them', () => {
    expect([parseChoices('3,1, 4'), parseChoices(''), parseChoices('3,x'), parseChoices('-1')]).to.deep.equal([
      [3, 1, 4],
      [],
      undefined,
      undefined,
    ]);
  });
});
