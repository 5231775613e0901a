/** Kernels on the command line. */
import { expect } from 'chai';
import { bpf } from '../../../models/index.ts';
import { kernelSemantics } from '../../../src/cli/kernels.ts';
import { DEFAULT_KERNELS, kernelNames } from '../../../src/cli/options.ts';
import { run } from './support.ts';

describe('--kernel', () => {
  it('replaces the default, takes commas, and adds up', () => {
    const first = kernelNames('5.10,6.1', DEFAULT_KERNELS);
    expect(first).to.deep.equal(['5.10', '6.1']);
    expect(kernelNames('live', first)).to.deep.equal(['5.10', '6.1', 'live']);
  });

  it('is an input error where one of the names is no kernel, before anything runs', async () => {
    for (const argv of [
      ['probe', '--kernel', 'no-such'],
      ['conform', '--generate', '10', '--kernel', 'live,no-such'],
    ]) {
      const { code, stderr } = await run(argv);
      expect(code, argv.join(' ')).to.equal(2);
      expect(stderr).to.contain('there is no kernel "no-such"');
    }
  });
});

describe('semantics that a kernel may equal', () => {
  it('are releases, and neither proposals nor historic bugs', () => {
    const names = kernelSemantics(bpf).map(({ name }) => name);
    expect(names).to.include('linux-6.18');
    for (const name of names) expect(name).to.match(/^linux-\d/);
  });
});
