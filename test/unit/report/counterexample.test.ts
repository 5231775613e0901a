import { expect } from 'chai';
import fc from 'fast-check';
import type { Description } from '../../../src/modelling/model.ts';
import type { Happening } from '../../../src/modelling/world.ts';
import { changeLines, changesBetween } from '../../../src/report/changes.ts';
import { COLOURED } from '../../../src/report/colour.ts';
import { counterexampleText, MAIL_WIDTH, shortCounterexample } from '../../../src/report/counterexample.ts';
import { columnsOf } from '../../../src/report/width.ts';
import type { StepReport } from '../../../src/trace/retrace.ts';
import { NOTHING, result, STEPS, step, TRACE, VIOLATED, verdict } from './samples.ts';

const text = (): string => counterexampleText(result(), VIOLATED, TRACE);

describe('a counterexample', () => {
  it('stands in one column per actor, with results and what changed', () => {
    expect(text()).to.include(
      [
        'Steps',
        '    alice                 bob                   kernel',
        '    -----                 ---                   ------',
        ' 1  prog_attach(web, fw2,',
        '      replace fw1,',
        '      ALLOW_MULTI|REPLACE) = 0',
        '    ~ egress of web: fw1 count -> fw2 count',
        ' 2                        prog_attach(web, fw3,',
        '                            replace fw1) = -ENOENT',
        '    ~ failed check: replaced program is attached',
        ' 3                        unlink(p) = 0',
        '    ~ link l: - pin p',
        ' 4  exit() = 0',
        '    ~ link l: - fd of alice',
        ' 5                                              link_free',
        '    ~ egress of web: fw2 count -> count',
      ].join('\n'),
    );
  });

  it('says who held the last reference', () => {
    expect(text()).to.include(
      [
        'Who held the last reference to link l',
        '  at first  fd of alice, pin p',
        '  3 bob     fd of alice (put by unlink, count 1)',
        '  4 alice   nobody',
        '  5 kernel  nobody (put by delayed fput, count 0)',
      ].join('\n'),
    );
  });

  it('says where, what was there at first, and why it is a violation', () => {
    const lines = text().split('\n');
    expect(lines[0]).to.equal('VIOLATED no-gap (expected: holds)');
    expect(lines).to.include('  semantics   linux-6.18, grain work');
    expect(lines).to.include('  claims      C16, C18');
    expect(lines).to.include('  egress of web: fw1 count');
    expect(text()).not.to.include('ingress of web');
    expect(text()).to.include(
      'Why this is a violation\n  after step 5 nobody runs for role firewall at egress of web\n',
    );
    expect(text()).to.include('Claimed: at every moment some version of the role runs');
  });

  it('ends with the command that replays it', () => {
    expect(text()).to.match(
      /\nReplay\n {2}lastref replay --scenario scenarios\/replace\/two-managers\.yaml \\\n {4}--semantics linux-6\.18 --grain work --choices 3,1,4,11,5\n$/,
    );
  });

  it('is called a witness where it shows that something holds', () => {
    const shown = counterexampleText(result(), verdict({ label: 'exists', trace: TRACE }), TRACE);
    expect(shown).to.match(/^WITNESS exists\n/);
    expect(shown).to.include('Why this is a witness');
  });

  it('has no steps where the first state shows it', () => {
    expect(counterexampleText(result(), VIOLATED, { ...TRACE, steps: [] })).to.include(
      'none: the first state shows it',
    );
  });

  it('is short where it was expected', () => {
    expect(shortCounterexample(result(), VIOLATED, TRACE, ['linux-5.5@work', 'linux-6.18@work'])).to.equal(
      [
        'no-gap: two managers replace the same firewall program',
        '  after step 5 nobody runs for role firewall at egress of web',
        '  5 steps under linux-5.5@work, linux-6.18@work',
        '    lastref replay --scenario scenarios/replace/two-managers.yaml \\',
        '      --semantics linux-6.18 --grain work --choices 3,1,4,11,5',
        '',
      ].join('\n'),
    );
  });

  it('shows the steps inside of a command at grain lock', () => {
    const steps = [
      step({ number: 1, op: 'link_create', args: { cgroup: 'web' }, stepName: 'prime', result: '…' }),
      step({ number: 2, op: 'link_create', args: undefined, stepName: 'settle', values: { link: 'l', id: 4 } }),
    ];
    const shown = counterexampleText(result({ grain: 'lock' }), VIOLATED, { ...TRACE, steps });
    expect(shown).to.include(' 1  link_create.prime(web) ...\n 2  link_create.settle = 0, link l, id 4\n');
  });

  it('paints only the headline', () => {
    const painted = counterexampleText(result(), VIOLATED, TRACE, COLOURED).split('\n');
    expect(painted[0]).to.equal('\u001b[31mVIOLATED no-gap (expected: holds)\u001b[39m');
    expect(painted.slice(1).join('\n')).to.equal(text().split('\n').slice(1).join('\n'));
  });
});

const name = fc.string({ unit: 'binary', maxLength: 40 });
const json = fc.oneof(
  name,
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.array(name, { maxLength: 4 }),
  fc.dictionary(name, name, { maxKeys: 3 }),
);
const description: fc.Arbitrary<Description> = fc.record({
  places: fc.dictionary(name, name, { maxKeys: 4 }),
  holders: fc.dictionary(fc.constantFrom('link l', 'program防火', 'p'.repeat(90)), fc.array(name, { maxLength: 3 }), {
    maxKeys: 3,
  }),
});
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({
    type: fc.constantFrom('get' as const, 'put' as const),
    object: fc.constantFrom('link l', 'l'),
    refs: fc.nat(3),
    why: name,
  }),
  fc.record({ type: fc.constant('check' as const), name, errno: name }),
  fc.record({ type: fc.constant('note' as const), text: name }),
);
const anyStep: fc.Arbitrary<StepReport> = fc.record({
  number: fc.nat(12_000),
  transition: fc.nat(),
  actor: fc.oneof(
    fc.constantFrom('-', 'kernel', 'alice', 'bob', 'a-daemon-with-quite-a-long-name', 'c', 'd', 'e', 'f', 'g', 'h'),
    name,
  ),
  op: name,
  args: fc.option(fc.dictionary(name, json, { maxKeys: 5 }), { nil: undefined }),
  as: fc.option(name, { nil: undefined }),
  stepName: name,
  result: fc.constantFrom('ok', '', '…', 'ENOENT', 'E'.repeat(80)),
  values: fc.option(fc.dictionary(name, json, { maxKeys: 3 }), { nil: undefined }),
  happenings: fc.array(happening, { maxLength: 4 }),
  before: description,
  after: description,
});

describe('the width of a counterexample', () => {
  it(`is never more than ${MAIL_WIDTH} columns`, () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 30 }), name, name, (steps, label, why) => {
        const trace = {
          why,
          initial: steps[0]?.before ?? NOTHING,
          steps,
          replay: `lastref replay --choices ${steps.map(({ transition }) => transition).join(',')} ${label}`,
        };
        const violated = verdict({ label, statement: why, explanation: label, verdict: 'violated', trace });
        const both =
          counterexampleText(result({ title: label, file: why }), violated, trace) +
          shortCounterexample(result({ title: why }), violated, trace, [label, why]);
        for (const line of both.split('\n')) expect(columnsOf(line), JSON.stringify(line)).to.be.at.most(MAIL_WIDTH);
      }),
      { numRuns: 300 },
    );
  });

  it('holds with twenty actors', () => {
    const steps = Array.from({ length: 20 }, (_, i) => ({
      ...(STEPS[0] as StepReport),
      number: i + 1,
      actor: `manager-${i + 1}`,
    }));
    for (const line of counterexampleText(result(), VIOLATED, { ...TRACE, steps }).split('\n'))
      expect(line.length).to.be.at.most(MAIL_WIDTH);
  });
});

describe('changes of places', () => {
  it('are told apart from arrows in their descriptions', () => {
    const before = { places: { 'link l': 'ATTACHED -> fw1', 'ingress of web': 'nothing' }, holders: {} };
    const after = { places: { 'link l': 'DEFUNCT -> fw1', 'link m': 'ATTACHED -> fw2' }, holders: {} };
    expect(changeLines(changesBetween(before, after))).to.deep.equal([
      'link l: DEFUNCT -> fw1 (was: ATTACHED -> fw1)',
      'link m: ATTACHED -> fw2',
    ]);
  });
});
