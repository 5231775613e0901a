import process from 'node:process';
import { expect } from 'chai';
import { interruptible } from '../../../src/cli/interruptible.ts';

describe('a search that can be interrupted', () => {
  it('returns what it found', () => {
    expect(interruptible(() => 42)).to.deep.equal({ done: true, value: 42 });
  });

  it('lets errors through', () => {
    expect(() =>
      interruptible(() => {
        throw new RangeError('boom');
      }),
    ).to.throw(RangeError, 'boom');
  });

  it('is abandoned at Ctrl-C, though it never gives way', () => {
    const before = process.listenerCount('SIGINT');
    const endless = (): never => {
      process.kill(process.pid, 'SIGINT');
      for (;;);
    };
    expect(interruptible(endless)).to.deep.equal({ done: false });
    expect(process.listenerCount('SIGINT')).to.equal(before);
  });
});
