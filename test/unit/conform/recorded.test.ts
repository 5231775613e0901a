/** Whose word a trace file's expectations are. */
import { expect } from 'chai';
import { expectationsOf } from '../../../src/conform/traces.ts';

const file = (recorded: { readonly kernel?: string; readonly liveKernel?: string }) => ({
  id: 't',
  objects: {},
  steps: [],
  ...recorded,
});

describe('what a trace file expects', () => {
  it('binds the kernel that it was recorded on, and any build of a release that it names', () => {
    for (const [kernel, release] of [
      ['6.18.44-fc-v595', '6.18.44-fc-v595'],
      ['6.18.44', '6.18.44-fc-v595'],
      ['6.18.44', '6.18.44'],
      ['6.18.44', '6.18.44+deb14-amd64'],
    ] as const) {
      expect(expectationsOf(file({ kernel }), release), `${kernel} ${release}`).to.equal('binding');
      expect(expectationsOf(file({ liveKernel: kernel }), release), `${kernel} ${release}`).to.equal('binding');
    }
  });

  it('is information on every other kernel', () => {
    for (const [kernel, release] of [
      ['6.18.44-fc-v595', '6.18.44'],
      ['6.18.4', '6.18.44'],
      ['6.18', '6.18.44'],
      ['6.18.44', '6.1.0-56-cloud-amd64'],
      ['6.18.44', ''],
    ] as const)
      expect(expectationsOf(file({ kernel }), release), `${kernel} ${release}`).to.equal('information');
  });

  it('binds every kernel where the file names none', () => {
    expect(expectationsOf(file({}), '5.10.0-46-cloud-amd64')).to.equal('binding');
  });
});
