/** What the benchmark refuses, and what it makes of figures. */
import { expect } from 'chai';
import { parseOptions, UsageError } from '../../../bench/options.ts';
import { median, medianRun, type Run } from '../../../bench/run.ts';
import { table } from '../../../bench/table.ts';

const refused: Readonly<Record<string, readonly [argv: string[], message: RegExp]>> = {
  'an unknown option': [['--sise', '3,3,2'], /^Unknown option '--sise'$/],
  'an unknown model, with a hint': [['--model', 'LinkLive'], /^unknown model "LinkLive"; did you mean "LinkLife"\?$/],
  'an unknown size': [['--size', '9,9,9'], /^unknown size "9,9,9"; known: 2,2,1, /],
  'an unknown peer, with a hint': [['--peers', 'c,spinn'], /^unknown peer "spinn"; did you mean "spin"\?$/],
  'a property of every object as a peer': [['--peers', 'toString'], /^unknown peer "toString"/],
  'a word that is no option': [['LinkLife'], /^Unexpected argument 'LinkLife'/],
  'no rounds': [['--rounds', '0'], /^--rounds takes a whole number from 1 to 1000, not "0"$/],
  'rounds that are no number': [['--rounds', 'five'], /^--rounds takes a whole number/],
  'peers of a model that they do not have': [['--model', 'suite', '--peers', 'c'], /^the peers have no model suite$/],
};

const run = (engine: string, seconds: number, cpuSeconds: number | null): Run => ({
  engine,
  model: 'LinkLife',
  size: '2,2,1',
  threads: 1,
  states: 2208,
  transitions: 20_132,
  seconds,
  cpuSeconds,
  transitionsPerSecond: 20_132 / seconds,
  bytesPerState: 24,
  peakRssBytes: 2 ** 26,
});

describe('the benchmark', () => {
  for (const [what, [argv, message]] of Object.entries(refused))
    it(`refuses ${what}`, () => {
      expect(() => parseOptions(argv, '/checkout')).to.throw(UsageError, message);
    });

  it('runs LinkLife(3,3,2) alone, five times, if nothing else is said', () => {
    const options = parseOptions([], '/checkout');
    expect(options).to.include({ model: 'LinkLife', size: '3,3,2', rounds: 5, json: false });
    expect(options.peers).to.deep.equal([]);
  });

  it('looks for the peers where it is told, else beside the checkout', () => {
    const folder = (argv: string[]) => parseOptions(argv, '/checkout').places.peers;
    expect(folder(['--peers-dir', '/elsewhere'])).to.equal('/elsewhere');
    if (process.env['LASTREF_PEERS'] === undefined) expect(folder([])).to.equal('/shared/bench/peers');
  });

  it('takes medians, and none where a run lacks the figure', () => {
    expect(median([3, 1, 2])).to.equal(2);
    expect(median([4, 1, 2, 3])).to.equal(2.5);
    expect(medianRun([run('c', 3, 1), run('c', 1, 5), run('c', 2, 3)])).to.include({ seconds: 2, cpuSeconds: 3 });
    expect(medianRun([run('c', 3, 1), run('c', 1, null)]).cpuSeconds).to.equal(null);
  });

  it('shows how many times as fast each engine is as the baselines', () => {
    const lines = table([run('lastref', 2, 2), run('c', 1, 1), run('spin', 8, null)]).split('\n');
    expect(lines[0]).to.match(/x c +x spin/);
    expect(lines[1]).to.match(/^lastref +2,2,1 +0.010 +0.5 +4 +2.00 +2.00 +24.0 +64$/);
  });
});
