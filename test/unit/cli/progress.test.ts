import { expect } from 'chai';
import { progressFor } from '../../../src/cli/progress.ts';

const FIGURES = { states: 20_000, transitions: 50_000, waiting: 300, depth: 7, seconds: 2 };

function shown(isTerminal: boolean, asked: boolean, env: Readonly<Record<string, string>> = {}): string {
  let text = '';
  const stderr = {
    write: (more: string) => {
      text += more;
    },
    isTerminal,
    columns: 60,
  };
  const io = { stdout: stderr, stderr, env, cwd: '.', onInterrupt: () => () => undefined };
  const progress = progressFor(io, asked);
  progress.begin('1/2 a linux-6.18@work');
  progress.figures('1/2 a linux-6.18@work', FIGURES);
  progress.end();
  return text;
}

describe('progress', () => {
  it('is written over on a terminal, and gone in the end', () => {
    const lines = shown(true, false).split('\r\u001b[K');
    expect(lines.at(1)).to.equal('1/2 a linux-6.18@work');
    expect(lines.at(2)).to.include('20.0k states, 10.0k/s').and.to.have.length.at.most(59);
    expect(lines.at(-1)).to.equal('');
  });

  it('is silent elsewhere, unless asked for', () => {
    expect(shown(false, false)).to.equal('');
    expect(shown(true, false, { CI: 'true' })).to.equal('');
    expect(shown(false, true)).to.equal('1/2 a linux-6.18@work: 20.0k states, 10.0k/s, 300 waiting, depth 7, 2.00s\n');
  });
});
