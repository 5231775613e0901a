import { expect } from 'chai';
import fc from 'fast-check';
import { compareRecords } from '../../../src/gate/compare.ts';
import type { Divergence, DivergenceClass } from '../../../src/gate/divergence.ts';
import { fingerprinted } from '../../../src/gate/divergence.ts';
import { goldenText, readGolden } from '../../../src/gate/golden.ts';
import type { RunRecord, ScenarioRecord } from '../../../src/gate/record.ts';
import { withoutSetup } from '../../../src/gate/record.ts';
import { anyVerdict, pair, record, runs } from './records.ts';

const RUN: RunRecord = {
  setup: undefined,
  bounds: [],
  verdicts: { 'no-gap': 'holds', 'no-orphan': 'violated' },
  laws: {},
  traces: { 'no-orphan': ['alice exit ok'] },
  outcomes: ['a.r ok'],
  errnos: { exit: ['ok'], link_create: ['EINVAL', 'ok'] },
  coverage: { failed: ['link_create flags'], charts: ['link: A -GO-> B'], works: ['link_free'] },
};

const of = (run: Partial<RunRecord> = {}): ScenarioRecord => ({
  scenario: 'scenarios/a/x.yaml',
  semantics: 'linux-6.18',
  runs: { work: { ...RUN, ...run } },
});

/** `class: subject` of everything that differs. */
const found = (was: Partial<RunRecord>, now: Partial<RunRecord>): readonly string[] =>
  compareRecords([of(was)], [of(now)]).divergences.map((each) => `${each.class}: ${each.subject}`);

/** What each class becomes when the sides are exchanged. */
const MIRROR: Readonly<Partial<Record<DivergenceClass, DivergenceClass>>> = {
  'outcome added': 'outcome lost',
  'outcome lost': 'outcome added',
  'errno added': 'errno lost',
  'errno lost': 'errno added',
  'setup fails': 'setup succeeds',
  'setup succeeds': 'setup fails',
  'property added': 'property removed',
  'property removed': 'property added',
  'scenario added': 'scenario removed',
  'scenario removed': 'scenario added',
  'violated otherwise': 'violated otherwise',
};

describe('a comparison of records', () => {
  it('finds nothing between a record and itself', () => {
    fc.assert(
      fc.property(record(), (one) => {
        const { divergences, gained } = compareRecords([one], [one]);
        expect([...divergences, ...gained]).to.deep.equal([]);
      }),
    );
  });

  it('finds something between two records that are written differently, unless more is covered', () => {
    fc.assert(
      fc.property(pair(runs(fc.constantFrom('holds', 'violated', 'vacuous'))), ([a, b]) => {
        const { divergences, gained } = compareRecords([a], [b]);
        expect(divergences.length + gained.length > 0).to.equal(goldenText(a) !== goldenText(b));
      }),
    );
  });

  it('says the opposite when the sides are exchanged', () => {
    fc.assert(
      fc.property(pair(runs(fc.constantFrom('holds', 'violated', 'vacuous'))), ([a, b]) => {
        const there = compareRecords([a], [b]).divergences;
        const back = compareRecords([b], [a]).divergences;
        for (const each of there.filter(({ class: one }) => one !== 'coverage lost')) {
          const mirror = MIRROR[each.class] ?? `newly ${each.was === 'holds' ? 'holding' : each.was}`;
          const same = back.filter(
            ({ subject, grain, was, now }) =>
              subject === each.subject && grain === each.grain && was === each.now && now === each.was,
          );
          expect(same.map(({ class: one }) => one)).to.include(mirror);
        }
      }),
    );
  });

  it('never passes what was not decided', () => {
    fc.assert(
      fc.property(record(runs(anyVerdict, true)), (one) => {
        const undecided = Object.values(one.runs).some(
          ({ bounds, verdicts }) => bounds.length > 0 || Object.values(verdicts).includes('unknown'),
        );
        expect(compareRecords([one], [one]).divergences.some((each) => /unknown/.test(each.class))).to.equal(undecided);
      }),
    );
  });

  it('names each kind of difference', () => {
    expect(
      found({}, { verdicts: { ...RUN.verdicts, 'no-gap': 'violated' }, traces: { ...RUN.traces, 'no-gap': [] } }),
    ).to.deep.equal(['newly violated: no-gap']);
    expect(found({}, { verdicts: { ...RUN.verdicts, 'no-orphan': 'holds' } })).to.deep.equal([
      'newly holding: no-orphan',
    ]);
    expect(found({}, { verdicts: { ...RUN.verdicts, 'no-gap': 'vacuous' } })).to.deep.equal(['newly vacuous: no-gap']);
    expect(found({}, { verdicts: { ...RUN.verdicts, 'no-gap': 'unknown' } })).to.deep.equal(['newly unknown: no-gap']);
    expect(found({}, { laws: { 'use-after-free': 'violated' } })).to.deep.equal(['newly violated: use-after-free']);
    expect(found({}, { traces: { 'no-orphan': ['bob exit ok'] } })).to.deep.equal(['violated otherwise: no-orphan']);
    expect(found({}, { outcomes: ['a.r EINVAL'] })).to.deep.equal([
      'outcome added: a.r EINVAL',
      'outcome lost: a.r ok',
    ]);
    expect(found({}, { errnos: { exit: ['ok'], link_create: ['EPERM', 'ok'] } })).to.deep.equal([
      'errno added: link_create EPERM',
      'errno lost: link_create EINVAL',
    ]);
    expect(found({}, { coverage: { failed: [], charts: [], works: [] } })).to.have.length(3);
    expect(found({}, withoutSetup('line 3: EPERM'))).to.deep.equal(['setup fails: setup']);
    expect(found({}, { verdicts: { 'no-orphan': 'violated' } })).to.deep.equal(['property removed: no-gap']);
  });

  it('tells of records and scenarios that stand alone', () => {
    const other = { ...of(), scenario: 'scenarios/b/y.yaml' };
    const { divergences, runs: compared } = compareRecords([of()], [other]);
    expect(divergences.map((each) => each.class)).to.deep.equal(['scenario removed', 'scenario added']);
    expect(compared).to.deep.equal([]);
  });

  it('takes nothing for lost that a bounded search may not have seen', () => {
    const now = {
      bounds: ['--max-states 5'],
      outcomes: [],
      errnos: {},
      coverage: { failed: [], charts: [], works: [] },
    };
    expect(found({}, now)).to.deep.equal(['newly unknown: everything that was not seen']);
  });
});

describe('a fingerprint', () => {
  const violated: Divergence = {
    class: 'newly violated',
    scenario: 's.yaml',
    grain: 'lock',
    subject: 'no-gap',
    was: 'holds',
    now: 'violated',
    steps: ['alice exit ok'],
  };

  it('is the same for the same divergence, and 16 hexadecimal digits', () => {
    expect(fingerprinted(violated).fingerprint)
      .to.match(/^fp-[0-9a-f]{16}$/)
      .and.to.equal(fingerprinted({ ...violated }).fingerprint);
    // Written down in waivers: another algorithm would make every one of them unused.
    expect(fingerprinted(violated).fingerprint).to.equal('fp-f448766eeb0f721b');
  });

  it('is another one when class, scenario, grain, subject, verdict or trace is', () => {
    const others: readonly Partial<Divergence>[] = [
      { class: 'violated otherwise' },
      { scenario: 't.yaml' },
      { grain: 'work' },
      { subject: 'no-orphan' },
      { was: 'vacuous' },
      { steps: ['alice exit ok', 'bob exit ok'] },
      { steps: ['alice exit EINVAL'] },
      { steps: ['bob exit ok'] },
    ];
    const all = [violated, ...others.map((other) => ({ ...violated, ...other }))].map(
      (each) => fingerprinted(each).fingerprint,
    );
    expect(new Set(all).size).to.equal(all.length);
  });
});

describe('a golden record', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(record(), (one) => {
        const read = readGolden(goldenText(one), 'x.yaml');
        expect(read.ok && goldenText(read.value)).to.equal(goldenText(one));
        expect(read.ok && compareRecords([one], [read.value]).divergences).to.deep.equal([]);
      }),
    );
  });

  it('cannot be written of a search that hit a bound', () => {
    expect(() => goldenText(of({ bounds: ['--max-states 5'] }))).to.throw('not complete');
  });

  for (const [what, text] of [
    ['no YAML', 'a: [\n'],
    ['an unknown key', `${goldenText(of())}more: 1\n`],
    ['a verdict that there is not', goldenText(of()).replace('no-gap: holds', 'no-gap: fine')],
    ['no run', 'scenario: a\nsemantics: b\nruns: {}\n'],
    ['nothing', ''],
  ] as const)
    it(`is refused with its line when it has ${what}`, () => {
      const read = readGolden(text, 'x.yaml');
      expect(read.ok).to.equal(false);
      expect(read.ok ? [] : read.problems.map(({ code, file, line }) => [code, file, line > 0])).to.deep.include([
        'LR502',
        'x.yaml',
        true,
      ]);
    });
});
