import { expect } from 'chai';
import { EXIT, type ExitCode, exitCodeOf, exitCodeOfRun, worst } from '../../../src/cli/exit-code.ts';
import { exitCodeOfReplay } from '../../../src/cli/exit-code-of-replay.ts';
import { VERDICTS } from '../../../src/scenario/result.ts';

describe('exit codes', () => {
  it('say how a verdict compares with what was expected', () => {
    const table = VERDICTS.map((expected) => VERDICTS.map((verdict) => exitCodeOf({ verdict, expected })));
    expect(table).to.deep.equal([
      // found: holds, violated, unknown, vacuous
      [0, 1, 3, 5], // expected: holds
      [1, 0, 3, 5], // violated
      [1, 1, 0, 5], // unknown
      [1, 1, 3, 0], // vacuous
    ]);
  });

  it('are 70 before 2 before 1 before 3 before 5 before 4 before 0', () => {
    const order: readonly ExitCode[] = [70, 2, 1, 3, 5, 4, 0];
    for (const [i, worse] of order.entries())
      for (const better of order.slice(i)) expect(worst([better, worse, EXIT.expected])).to.equal(worse);
  });

  it('are never 0 where nothing ran', () => {
    expect(worst([])).to.equal(EXIT.input);
    expect(exitCodeOfRun({ verdicts: [] })).to.equal(EXIT.input);
  });

  it('say what a replay found', () => {
    const step = { index: 0, actor: 'P0', op: 'close', where: { file: 'f' } };
    const problem = (code: string) => ({ code, message: '', where: { file: 'f' }, hint: undefined });
    expect(exitCodeOfReplay({ ok: true, steps: 1, comparisons: 1, statesCarried: 1 })).to.equal(0);
    expect(exitCodeOfReplay({ ok: false, kind: 'disabled', step, message: '' })).to.equal(1);
    expect(exitCodeOfReplay({ ok: false, kind: 'problem', step, problem: problem('LR203') })).to.equal(2);
    expect(exitCodeOfReplay({ ok: false, kind: 'problem', step, problem: problem('LR311') })).to.equal(3);
    expect(exitCodeOfReplay({ ok: false, kind: 'needs', step, problem: problem('LR310') })).to.equal(4);
  });
});
