import { expect } from 'chai';
import { COLOURED, PLAIN, paletteFor } from '../../../src/report/colour.ts';
import { suiteJson } from '../../../src/report/json.ts';
import { progressText } from '../../../src/report/progress.ts';
import { reportJsonSchema, reportSchema } from '../../../src/report/schema.ts';
import { suiteText } from '../../../src/report/text.ts';
import { result, suite, TRACE, VIOLATED, verdict } from './samples.ts';

const options = { palette: PLAIN, verbose: false, width: 100 };

const mixed = suite([
  result(),
  result({
    semantics: 'linux-5.5',
    verdicts: [verdict({ verdict: 'violated', expected: 'violated', trace: TRACE }), verdict({ label: 'order' })],
  }),
  result({
    file: 'scenarios/links/last-close.yaml',
    family: 'links',
    states: 1_234_567,
    seconds: 12.34,
    verdicts: [
      verdict({ label: 'no-orphan', verdict: 'unknown', bounds: ['--max-states 3'] }),
      verdict({ label: 'ref-balance', verdict: 'vacuous' }),
      VIOLATED,
      verdict({ label: 'order', expected: 'violated' }),
    ],
    neverEnabled: ['bob: unlink'],
  }),
]);

describe('a suite as text', () => {
  it('has a verdict table in which the unexpected is loud', () => {
    expect(suiteText(mixed, options)).to.include(
      [
        'scenario              semantics@grain  states   time  verdicts',
        '--------------------  ---------------  ------  -----  ---------------------------------------------------',
        'links/last-close      linux-6.18@work    1.2M  12.3s  no-orphan UNKNOWN: --max-states 3 (expected: holds)',
        '                                                      ref-balance VACUOUS (expected: holds)',
        '                                                      no-gap VIOLATED (expected: holds)',
        '                                                      order HOLDS (expected: violated)',
        'replace/two-managers  linux-6.18@work     812  0.02s  1 holds',
        '                      linux-5.5@work      812  0.02s  no-gap violated (expected); 1 holds',
      ].join('\n'),
    );
  });

  it('sums up by family', () => {
    const text = suiteText(mixed, options);
    expect(text).to.include('links            1     1     1         1        1        1           4    1.2M  12.3s');
    expect(text).to.include('all              2     3     3         2        1        1           4    1.2M  12.4s');
  });

  it('shows what breaks by design in short, and in full when asked', () => {
    expect(suiteText(mixed, options)).to.include(
      'What breaks by design: 1 as expected (--verbose shows every step)\n\nno-gap: two managers',
    );
    expect(suiteText(mixed, { ...options, verbose: true })).to.include('VIOLATED no-gap (expected)\n');
  });

  it('shows what is unexpected in full', () => {
    const text = suiteText(mixed, options);
    expect(text).to.include('Not as expected: 4');
    expect(text).to.include('VIOLATED no-gap (expected: holds)\n');
    expect(text.replace(/\s+/g, ' ')).to.include('order: expected violated, found holds');
    expect(text).to.include('no-orphan is unknown: --max-states 3');
  });

  it('names kernels that break it in the same way together', () => {
    const broken = { verdicts: [verdict({ verdict: 'violated', expected: 'violated', trace: TRACE })] };
    const text = suiteText(suite([result(broken), result({ ...broken, semantics: 'linux-5.5' })]), options);
    expect(text).to.include('5 steps under linux-6.18@work, linux-5.5@work');
    expect(text.match(/no-gap: two managers/g)).to.have.length(1);
  });

  it('says what was never covered', () => {
    expect(suiteText(mixed, options)).to.include(
      [
        'Coverage, over all runs',
        '  commands        1 of 2; never: prog_detach',
        '  errnos          1 of 2; never: EPERM',
        '  transitions     1 of 2; never: link: PRIMED -SETTLE-> ATTACHED',
        '  deferred work   0 of 1; never: link_free',
        '  checks          2 met, 1 of them passed and failed; never failed: prog_attach type',
        '  antecedents     never met: scenarios/links/last-close.yaml linux-6.18 ref-balance',
        '  never enabled   scenarios/links/last-close.yaml linux-6.18: bob: unlink',
      ].join('\n'),
    );
  });

  it('ends with the totals and the exit code', () => {
    const lines = suiteText(suite([result()]), options)
      .trimEnd()
      .split('\n');
    expect(lines.slice(-2)).to.deep.equal([
      '1 scenario, 1 run: 1 hold; 812 states, 2001 transitions, 0.02s',
      'exit 0: everything is as expected',
    ]);
    expect(suiteText(suite([result()], { interrupted: true }), options)).to.include('interrupted');
  });

  it('is loud where there was nothing to check', () => {
    expect(suiteText(suite([result({ verdicts: [] })]), options)).to.include('nothing to check');
  });
});

describe('colour', () => {
  it('is for terminals whose user did not refuse it', () => {
    expect(paletteFor(true, {})).to.equal(COLOURED);
    expect(paletteFor(false, {})).to.equal(PLAIN);
    expect(paletteFor(true, { NO_COLOR: '1' })).to.equal(PLAIN);
    expect(paletteFor(true, { NO_COLOR: '' })).to.equal(COLOURED);
    expect(paletteFor(true, { CI: 'true' })).to.equal(PLAIN);
  });

  it('does not move the columns of a table', () => {
    const painted = suiteText(mixed, { ...options, palette: COLOURED });
    expect(painted).to.include('\u001b[');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are
    expect(painted.replace(/\u001b\[\d+m/g, '')).to.equal(suiteText(mixed, options));
  });
});

describe('a suite as JSON', () => {
  it('has the shape that `lastref schema report` states', () => {
    const parsed = reportSchema.parse(JSON.parse(suiteJson(mixed)));
    expect(parsed.schemaVersion).to.equal(1);
    expect(parsed.summary).to.include({ scenarios: 2, runs: 3, unexpected: 4 });
    expect(parsed.results[1]?.verdicts[0]?.trace?.steps[0]?.changes.places).to.deep.equal([
      { place: 'egress of web', before: 'fw1 count', after: 'fw2 count' },
    ]);
    expect(parsed.coverage.commands).to.deep.equal({ covered: ['prog_attach'], never: ['prog_detach'] });
  });

  it('has a JSON Schema', () => {
    expect(reportJsonSchema()).to.include({ type: 'object' });
  });
});

describe('the progress line', () => {
  it('says how fast, how much is waiting and how deep', () => {
    const figures = { states: 1_200_000, transitions: 3_000_000, waiting: 31_000, depth: 17, seconds: 2 };
    expect(progressText('12/60 a', figures, 100)).to.equal(
      '12/60 a: 1.2M states, 600.0k/s, 31.0k waiting, depth 17, 2.00s',
    );
    expect(progressText('12/60 a', figures, 20)).to.have.length.at.most(20);
  });
});
