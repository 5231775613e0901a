import { expect } from 'chai';
import { complaints, hints, load, TWO, value, written } from '../../support/tiny-scenario.ts';

const CHECK = '  - nothing-left';

describe('the scenario loader', () => {
  it('reads a whole scenario', () => {
    const scenario = value(load(TWO));
    expect(scenario).to.deep.include({
      title: 'two links on one cgroup',
      name: 'two',
      family: 'links',
      grain: 'work',
      claims: ['C6'],
    });
    expect(scenario.semantics).to.deep.equal(['linux-1', 'linux-2']);
    expect(scenario.actors.map(({ name, script }) => [name, ...script.map(({ op }) => op)])).to.deep.equal([
      ['alice', 'link_create', 'exit'],
      ['bob', 'link_create', 'close'],
      ['chaos'],
    ]);
    expect(scenario.checks.map(({ label }) => label)).to.deep.equal(['few-links', 'loaded-at-end']);
  });

  it('runs under the default semantics of the model where none are named', () => {
    expect(value(load(written('  a: [exit]', CHECK))).semantics).to.deep.equal(['linux-2']);
  });

  it('takes a family, a grain and a budget from the file', () => {
    const scenario = value(
      load(written('  a: [exit]', CHECK, 'family: pins\ngrain: lock\nbudget: { maxStates: 7 }\n')),
    );
    expect([scenario.family, scenario.grain, scenario.budget]).to.deep.equal(['pins', 'lock', { maxStates: 7 }]);
  });

  it('reads steps as bare words, mappings, text, and in operation form', () => {
    const scenario = value(
      load(
        written(
          `  a:
    - link_create { cgroup: web, prog: fw1, as: l }   # as people write it
    - close { handle: l }
    - "rmdir { cgroup: web }"
    - wait_gone: web
    - rmdir api
    - exit`,
          CHECK,
        ),
      ),
    );
    expect(scenario.actors[0]?.script.map(({ op, args }) => [op, args])).to.deep.equal([
      ['link_create', { cgroup: 'web', prog: 'fw1', as: 'l' }],
      ['close', { handle: 'l' }],
      ['rmdir', { cgroup: 'web' }],
      ['wait_gone', 'web'],
      ['rmdir', 'api'],
      ['exit', null],
    ]);
  });

  it('reads setup steps in operation form over several lines, and knows where they stand', () => {
    const setup = `setup:
  - admin: link_create { cgroup: web, prog: fw1,
      as: l }
  - admin: rmdir {cgroup: webb}
`;
    expect(complaints(written('  a: [exit]', CHECK, setup))).to.deep.equal([
      '6:12 LR202 cgroup: there is no cgroup "webb"',
    ]);
  });

  it('leaves text that looks like operation form alone where it is text', () => {
    const says = 'says: |\n  - admin: rmdir { cgroup: web }\n';
    expect(value(load(written('  a: [exit]', CHECK, says))).says).to.equal('- admin: rmdir { cgroup: web }\n');
  });
});

describe('the complaint about a scenario', () => {
  it('names the line and column of malformed YAML', () => {
    expect(complaints('title: t\nactors: [\n')[0]).to.match(/^3:1 LR101 /);
    expect(complaints('title: t\ntitle: u\n')).to.deep.equal(['2:1 LR101 Map keys must be unique']);
    expect(complaints('title: *nobody\n')).to.deep.equal(['1:8 LR101 there is no anchor "nobody" before this alias']);
  });

  it('refuses an empty file, and several documents', () => {
    expect(complaints('')).to.deep.equal(['1:1 LR102 the file is empty']);
    expect(complaints('# nothing yet\n')).to.deep.equal(['1:1 LR102 the file is empty']);
    expect(complaints(`${TWO}---\n${TWO}`)[0]).to.match(/^2\d:1 LR103 /);
  });

  it('refuses text that is too deep or unfolds to too much', () => {
    expect(complaints('['.repeat(5000))[0]).to.match(/LR108/);
    expect(complaints('- '.repeat(5000))[0]).to.match(/LR108/);
    expect(complaints('a: &a [*a]\n')[0]).to.match(/LR108/);
    const bomb = Array.from({ length: 12 }, (_, i) => `a${i}: &a${i} [${`*a${i - 1},`.repeat(i === 0 ? 0 : 9)}]`).join(
      '\n',
    );
    expect(complaints(bomb)[0]).to.match(/LR108/);
  });

  it('names unknown keys and what may have been meant', () => {
    const text =
      'titel: t\nactors: { a: { srcipt: [], may: [exit] } }\ncheck: [nothing-left]\nbudget: { maxStats: 1 }\n';
    expect(complaints(text)).to.include.members([
      '1:1 LR104 unknown key "titel"',
      '2:16 LR104 unknown key "srcipt" in actors.a',
      '4:11 LR104 unknown key "maxStats" in budget',
      '1:1 LR106 "title" is missing',
    ]);
    expect(hints(text)).to.include.members([
      'did you mean "title"?',
      'did you mean "script"?',
      'did you mean "maxStates"?',
    ]);
  });

  it('names wrong types in plain words', () => {
    expect(
      complaints(
        'title: 3\nactors: { a: 4, b: [5], c: { may: [exit], times: 0 } }\ncheck: []\ngrain: wrok\nclaims: [C99]\n',
      ),
    ).to.deep.equal([
      '1:8 LR105 title: expected text, got 3',
      '5:10 LR105 claims[0]: a claim is one of C1 to C35, got "C99"',
      '4:8 LR105 grain: must be one of command, work, lock, got "wrok"',
      '2:14 LR105 actors.a: expected a list or named parts, got 4',
      '2:21 LR105 actors.b[0]: expected text or named parts, got 5',
      '2:50 LR105 actors.c.times: must be at least 1',
      '3:8 LR105 check: must not be empty',
    ]);
    expect(complaints('just text')).to.deep.equal(['1:1 LR105 the scenario: expected named parts, got "just text"']);
  });

  it('points at unknown operations, arguments, flags and words', () => {
    const script = (step: string): string => written(`  a:\n    - ${step}`, CHECK);
    expect(complaints(script('link_crate: {}'))).to.deep.equal(['5:7 LR201 unknown operation "link_crate"']);
    expect(hints(script('link_crate: {}'))).to.deep.equal(['did you mean "link_create"?']);
    expect(complaints(script('rmdir: { cgruop: web }'))).to.deep.equal(['5:16 LR207 rmdir has no argument "cgruop"']);
    expect(complaints(script('link_create: { cgroup: web, prog: fw1, flags: [multi] }'))).to.deep.equal([
      '5:7 LR204 flags: unknown flag "multi"',
    ]);
    expect(complaints(script('link_create: { cgroup: web, prog: fw1, flags: [constructor] }'))[0]).to.match(/LR204/);
    expect(complaints(script('link_create: { cgroup: web, prog: fw1, cookie: 1.5 }'))[0]).to.match(/LR205/);
    expect(complaints(script('rmdir: wbe'))).to.deep.equal(['5:7 LR202 cgroup: there is no cgroup "wbe"']);
    expect(complaints(script('kill: bob'))).to.deep.equal(['5:7 LR206 target: there is no actor "bob"']);
    expect(complaints(script('exit: web'))).to.deep.equal(['5:7 LR205 exit: expected named arguments, got "web"']);
    expect(complaints(script('close: {}'))).to.deep.equal(['5:7 LR208 missing argument "handle"']);
    expect(complaints(script('{ exit: {}, close: l }'))[0]).to.match(/^5:7 LR107 .*"exit" and "close"/);
  });

  it('points at names that are used before they exist, made twice, or never made', () => {
    expect(
      complaints(written('  a:\n    - close: l\n    - link_create: { cgroup: web, prog: fw1, as: l }', CHECK)),
    ).to.deep.equal(['5:7 LR118 close uses "l" before a step of a yields it']);
    expect(complaints(written('  a:\n    - close: l', CHECK))).to.deep.equal([
      '5:7 LR203 handle: no step yields a descriptor named "l"',
    ]);
    const create = '[ { link_create: { cgroup: web, prog: fw1, as: l } } ]';
    expect(complaints(written(`  a: ${create}\n  b: ${create}`, CHECK))).to.deep.equal([
      '5:10 LR119 b makes the link "l", and a does too',
    ]);
  });

  it('points at results that are remembered twice, or in setup', () => {
    const twice = '  a:\n    - { rmdir: web, result: r }\n    - { rmdir: web, result: r }';
    expect(complaints(written(twice, CHECK))).to.deep.equal(['6:9 LR113 two steps of a remember their result as "r"']);
    expect(
      complaints(written('  a: [exit]', CHECK, 'setup:\n  - a: { rmdir: { cgroup: web, as: r } }\n')),
    ).to.deep.equal(['4:10 LR117 a setup step has no result to remember']);
  });

  it('points at properties, parameters, roles, labels, results and phases that do not exist', () => {
    const with_ = (checks: string): readonly string[] =>
      complaints(written('  a:\n    - { rmdir: web, result: r }', checks));
    expect(with_('  - few-lniks: { on: web }')).to.deep.equal(['7:5 LR220 unknown property "few-lniks"']);
    expect(with_('  - few-links: { no: web }')).to.deep.equal(['7:18 LR207 few-links has no argument "no"']);
    expect(with_('  - few-links: { on: wbe }')).to.deep.equal(['7:5 LR202 on: there is no cgroup "wbe"']);
    expect(with_('  - loaded-at-end: { role: firewal }')).to.deep.equal(['7:22 LR114 there is no role "firewal"']);
    expect(with_('  - few-links: web\n  - few-links: api')).to.deep.equal([
      '8:5 LR110 two checks are labelled "few-links"',
    ]);
    expect(with_('  - exists: { a.s: ok }')).to.deep.equal(['7:15 LR112 no step remembers a result "a.s"']);
    expect(with_('  - exists: { a.r: EWHAT }')).to.deep.equal([
      '7:15 LR116 a.r: a result is ok, an errno or -, got "EWHAT"',
    ]);
    expect(with_('  - outcomes: []')).to.deep.equal(['7:5 LR115 outcomes: expected a list of outcomes']);
    expect(with_('  - reachable: { cgroup wbe: OFFLINE }')).to.deep.equal([
      '7:5 LR221 there is no object "cgroup wbe" with phases',
    ]);
    expect(with_('  - reachable: { cgroup web: OFLINE }')).to.deep.equal(['7:5 LR222 cgroup has no phase "OFLINE"']);
    expect(with_('  - nothing-left: {}\n    few-links: {}')[0]).to.match(/^7:5 LR115 /);
  });

  it('points at semantics, grains and labels that expectations name in vain', () => {
    const wanted = (expected: string): readonly string[] =>
      complaints(written('  a: [exit]', CHECK, `expect:\n  ${expected}\n`));
    expect(wanted('linux-3: {}')).to.deep.equal(['4:3 LR109 there are no semantics "linux-3"']);
    expect(wanted('linux-2@wrok: {}')).to.deep.equal(['4:3 LR105 there is no grain "wrok"']);
    expect(wanted('linux-2: { nothing-elft: violated }')).to.deep.equal([
      '4:14 LR111 no check is labelled "nothing-elft"',
    ]);
    expect(wanted('linux-2: { no-deadlock: violated, law:use-after-free: violated }')).to.deep.equal([]);
    expect(complaints(written('  a: [exit]', CHECK, 'semantics: [linx-2]\n'))).to.deep.equal([
      '3:13 LR109 there are no semantics "linx-2"',
    ]);
  });

  it('points at limits that the scenario exceeds', () => {
    const one = written('  a:\n    - link_create: { cgroup: web, prog: fw1, as: l }', CHECK, 'limits: { links: 0 }\n');
    expect(complaints(one)).to.deep.equal(['2:1 LR210 1 links are more than the limit']);
    expect(complaints(written('  a: { script: [exit], count: 99 }', CHECK))).to.deep.equal([
      '4:31 LR105 actors.a.count: must be at most 9',
    ]);
    expect(complaints(written('  a: [exit]', CHECK).replace('programs', 'progarms'))).to.deep.equal([
      '2:1 LR210 there are no objects of kind "progarms"',
    ]);
  });

  it('points at setup steps that fail or never end', () => {
    const setup = (step: string): readonly string[] =>
      complaints(written('  a: [exit]', CHECK, `setup:\n  - a: { ${step} }\n`));
    expect(setup('close: 5')).to.deep.equal(['4:10 LR230 setup: close fails with EBADF']);
    expect(setup('wait_gone: web')).to.deep.equal(['4:10 LR231 setup: wait_gone waits for ever']);
    expect(setup('crash')[0]).to.match(/^4:10 LR231 setup: crash breaks the law use-after-free/);
  });
});
