/** The table of a conformance run, and what is said beside it. */
import { expect } from 'chai';
import { type ConformReport, type ConformRow, conformText } from '../../../src/report/conform.ts';
import { type ProbeReport, probeText } from '../../../src/report/probe.ts';

const row = (kernel: string, more: Partial<ConformRow> = {}): ConformRow => ({
  kernel,
  semantics: `linux-${kernel}`,
  what: 'files',
  traces: 3,
  steps: 90,
  agree: 3,
  differ: 0,
  notRunnable: 0,
  several: 1,
  otherwise: 0,
  seconds: 2,
  ...more,
});
const report = (more: Partial<ConformReport>): ConformReport => ({
  rows: [row('5.10'), row('7.2', { steps: 10, seconds: 0 })],
  differences: [],
  notRunnable: {},
  otherwise: [],
  lost: [],
  absent: [],
  seconds: 3,
  exitCode: 0,
  exitMeaning: 'fine',
  ...more,
});

describe('the report of a conformance run', () => {
  it('has a line for each kernel, with its steps a second', () => {
    const lines = conformText(report({})).split('\n');
    expect(lines[2]?.split(/\s+/)).to.deep.equal('5.10 linux-5.10 files 3 90 3 0 0 1 45'.split(' '));
    expect(lines[3]?.split(/\s+/)).to.deep.equal('7.2 linux-7.2 files 3 10 3 0 0 1 0'.split(' '));
  });

  it('tells for information what a file expects of the kernel that it was recorded on', () => {
    const there = { errno: 'ESTALE' };
    const one = { kernelName: '5.10', trace: 'a.json', recorded: '6.18', index: 6, op: 'query', here: 'ok', there };
    const text = conformText(report({ otherwise: [one, { ...one, trace: 'b.json' }] }));
    expect(text).to.contain(
      '5.10: not as recorded on 6.18, where the model agrees: 2; the first is a.json step 7 query',
    );
  });

  it('names kernels that could not be started, and what a lost one said, line by line', () => {
    const lost = {
      kernelName: '7.2',
      why: 'the agent has ended',
      trace: 't-1',
      console: 'Oops\r\nKernel panic\u001b[0m\r\n',
    };
    const lines = conformText(report({ absent: ['6.1'], lost: [lost] })).split('\n');
    expect(lines).to.include('could not be started: 6.1');
    const at = lines.findIndex((line) => line.startsWith('the kernel 7.2 is gone, under t-1: the agent has ended'));
    expect(lines[at + 1]).to.equal('    Oops');
    expect(lines[at + 2])
      .to.match(/^ {4}Kernel panic/)
      .and.not.contain('\u001b');
  });
});

describe('the report of a probe', () => {
  const probed: ProbeReport = {
    kernel: 'live',
    release: '6.18.50',
    equals: [],
    likenesses: [{ semantics: 'linux-6.18', lacks: ['mprog'], hasMore: ['storage-check'] }],
    features: [
      { feature: 'mprog', finding: 'absent', evidence: 'query: ok' },
      { feature: 'late', finding: 'not-probed', evidence: 'why not' },
    ],
    seconds: 1,
    exitCode: 1,
    exitMeaning: 'm',
  };

  it('says how a kernel differs that equals nothing, feature by feature', () => {
    const text = probeText(probed);
    expect(text).to.contain('live (6.18.50) equals no semantics that has a name:');
    expect(text).to.contain('it is linux-6.18 without mprog, and with storage-check');
    expect(text).to.contain('1 features were not decided');
  });

  it('names every semantics that a kernel equals', () => {
    const text = probeText({ ...probed, equals: ['linux-6.12', 'linux-7.2'] });
    expect(text).to.contain('equals linux-6.12, linux-7.2 in all 1 features that were decided');
  });
});
