import schema from '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json' with { type: 'json' };
import { Ajv } from 'ajv';
import { expect } from 'chai';
import { type DivergenceClass, type Fingerprinted, fingerprinted } from '../../../src/gate/divergence.ts';
import type { Evidence, Finding } from '../../../src/gate/gate.ts';
import { readWaivers, waiverDraft } from '../../../src/gate/waivers.ts';
import { PLAIN } from '../../../src/report/colour.ts';
import { gateGithub } from '../../../src/report/gate/github.ts';
import { gateJson } from '../../../src/report/gate/json.ts';
import { gateJunit } from '../../../src/report/gate/junit.ts';
import { gateKtap } from '../../../src/report/gate/ktap.ts';
import { gateMarkdown } from '../../../src/report/gate/markdown.ts';
import type { GateReport } from '../../../src/report/gate/report.ts';
import { gateSarif } from '../../../src/report/gate/sarif.ts';
import { gateText } from '../../../src/report/gate/text.ts';
import { gateWaivers } from '../../../src/report/gate/waivers.ts';
import { result, TRACE, VIOLATED } from './samples.ts';

const evidence: Evidence = { result: result(), verdict: { ...VIOLATED, trace: TRACE }, alsoViolated: ['order <b>|&'] };

function divergence(of: DivergenceClass, subject: string): Fingerprinted {
  return fingerprinted({
    class: of,
    scenario: 'scenarios/a/x.yaml',
    grain: 'lock',
    subject,
    was: 'holds',
    now: 'violated',
    steps: [],
  });
}

const violated: Finding = { divergence: divergence('newly violated', 'no-gap'), evidence, waiver: undefined };
const outcome: Finding = {
  divergence: divergence('outcome added', 'a.r ok, `b` | # %<x>'),
  evidence: undefined,
  waiver: undefined,
};
const waivedOne = divergence('newly vacuous', 'no-orphan');
const waived: Finding = {
  divergence: waivedOne,
  evidence: undefined,
  waiver: {
    ...waiverDraft('mine', waivedOne),
    class: 'newly vacuous',
    reason: 'nothing is left to guard | <here>',
    link: 'https://example.org/1',
    expires: '2027-01-31',
    where: { file: 'w.yaml', line: 2 },
  },
};

const REPORT: GateReport = {
  version: '0.1.0',
  candidate: { name: 'mine', as: './mine.ts', says: 'says <this>', base: 'linux-6.18' },
  baseline: { kind: 'golden', folder: 'reports/golden', semantics: 'linux-6.18' },
  findings: [violated, outcome, waived],
  gained: [],
  scenarios: 2,
  runs: [
    { scenario: 'scenarios/a/x.yaml', grain: 'lock', verdicts: 3 },
    { scenario: 'scenarios/b/y.yaml', grain: 'work', verdicts: 2 },
  ],
  notSetUp: 0,
  problems: [
    { code: 'LR506', message: 'nothing uses the waiver of z', file: 'w.yaml', line: 9, column: 3, hint: 'remove it' },
  ],
  waiverFile: 'w.yaml',
  otherWaivers: 1,
  today: '2026-11-28',
  seconds: 1.5,
  exitCode: 2,
  exitMeaning: 'usage or input error',
};
const CLEAN: GateReport = {
  ...REPORT,
  findings: [],
  problems: [],
  exitCode: 0,
  exitMeaning: 'everything is as expected',
};

const FORMATS: Readonly<Record<string, (report: GateReport) => string>> = {
  text: (report) => gateText(report, { palette: PLAIN, width: 100, verbose: false }),
  markdown: gateMarkdown,
  json: gateJson,
  junit: gateJunit,
  sarif: gateSarif,
  ktap: gateKtap,
  github: gateGithub,
};

describe('the report of a gate', () => {
  for (const [name, format] of Object.entries(FORMATS)) {
    it(`shows every divergence as ${name}, waived or not, and the waivers in error`, () => {
      const text = format(REPORT);
      for (const { divergence: each } of REPORT.findings) expect(text).to.include(each.fingerprint);
      expect(text)
        .to.include('2027-01-31')
        .and.to.include('https://example.org/1')
        .and.to.include('nothing uses the waiver of z');
    });

    it(`says as ${name} who held the last reference and what else is violated`, () => {
      expect(format(REPORT).replaceAll(/\s+/g, ' ')).to.match(/the last reference to link l|"object": "link l"/);
      expect(format(REPORT)).to.match(/order/);
    });

    it(`shows no failure as ${name} where nothing differs`, () => {
      expect(format(CLEAN)).not.to.match(/not ok|<failure|<error|::error|fp-|"ruleId"|NOT|Not accepted/);
    });

    it(`is the same text as ${name} each time`, () => {
      expect(format(REPORT)).to.equal(format(REPORT));
    });
  }
});

describe('a gate as SARIF', () => {
  const read = (report: GateReport) =>
    JSON.parse(gateSarif(report)) as { runs: [{ results: Record<string, unknown>[] }] };

  it('is valid against the schema of OASIS', () => {
    // Draft 4 says `id` where later ones say `$id`; otherwise this schema means the same in both.
    const { $schema: _draft, id: _id, ...body } = schema;
    const validate = new Ajv({ strict: false, unicodeRegExp: false, validateFormats: false }).compile(body);
    for (const report of [REPORT, CLEAN]) {
      validate(read(report));
      expect(validate.errors).to.equal(null);
    }
    expect(validate({ version: '2.1.0', runs: [{}] })).to.equal(false);
  });

  it('keeps what is waived, suppressed, and says of everything else that it is not', () => {
    const { results } = read(REPORT).runs[0];
    expect(results.map((result) => (result['suppressions'] as object[]).length)).to.deep.equal([0, 0, 1]);
  });

  it('has a thread flow for each actor, in the order of execution', () => {
    const [flow] = read(REPORT).runs[0].results.flatMap((each) => each['codeFlows'] ?? []) as [
      { threadFlows: { id: string; locations: { executionOrder: number }[] }[] },
    ];
    expect(
      flow.threadFlows.map(({ id, locations }) => [id, locations.map(({ executionOrder }) => executionOrder)]),
    ).to.deep.equal([
      ['alice', [1, 4]],
      ['bob', [2, 3]],
      ['kernel', [5]],
    ]);
  });
});

describe('a gate in formats that count', () => {
  it('has a KTAP plan that fits its lines', () => {
    const lines = gateKtap(REPORT).split('\n');
    expect(lines[0]).to.equal('KTAP version 1');
    expect(lines[1]).to.equal('1..3');
    expect(
      lines.filter((line) => /^(?:not )?ok \d+ /.test(line)).map((line) => line.replace(/ .*ok/, ' ok').slice(0, 8)),
    ).to.have.length(3);
    expect(
      lines.filter((line) => /^ {2}(?:not ok|ok) \d+ /.test(line)).map((line) => line.trim().split(' ')[0]),
    ).to.deep.equal(['not', 'not', 'ok']);
    expect(lines.filter((line) => / # SKIP waived/.test(line))).to.have.length(1);
  });

  it('has JUnit sums that fit its cases', () => {
    const text = gateJunit(REPORT);
    expect(text).to.match(/<testsuites name="lastref gate mine" tests="5" failures="2" errors="1" skipped="1"/);
    expect(text.match(/<testcase/g)).to.have.length(5);
    expect(text.match(/<failure/g)).to.have.length(2);
  });

  it('keeps markup, workflow commands and cells apart from what files say', () => {
    expect(gateMarkdown(REPORT)).to.include('a.r ok, \\`b\\` \\| \\# %\\<x\\>').and.not.to.include('<here>');
    expect(gateGithub(REPORT)).to.include('%25<x>');
    expect(gateGithub(REPORT).trimEnd().split('\n')).to.satisfy((lines: string[]) =>
      lines.every((line) => line.startsWith('::')),
    );
    expect(gateKtap(REPORT)).to.include('\\# %<x>');
  });
});

describe('drafts of waivers', () => {
  it('name what is not accepted, and are refused until they say why', () => {
    const text = gateWaivers(REPORT);
    expect(text).to.include(violated.divergence.fingerprint).and.to.include(outcome.divergence.fingerprint);
    expect(text).not.to.include(waived.divergence.fingerprint);
    const read = readWaivers(text, 'w.yaml');
    expect(read.ok ? [] : read.problems.map(({ code }) => code)).to.have.length(6);
    const filled = text
      .replaceAll('reason: ""', 'reason: decided in review')
      .replaceAll('link: ""', 'link: https://example.org')
      .replaceAll('expires: ""', 'expires: 2027-01-31');
    expect(readWaivers(filled, 'w.yaml').ok).to.equal(true);
  });
});
