import { expect } from 'chai';
import { ROOT } from '../support/repository.ts';
import { run } from '../unit/cli/support.ts';

describe('the accepted records', () => {
  it('are what the default semantics does; if they are not, `lastref promote` and its diff say what is new', async function () {
    this.timeout(300_000);
    const { code, stdout, stderr } = await run(['promote', '--check'], { cwd: ROOT });
    expect({ code, stdout, stderr }).to.deep.equal({
      code: 0,
      stdout: 'nothing to promote: reports/golden says what linux-6.18 does\n',
      stderr: '',
    });
  });
});
