import { expect } from 'chai';
import { ERROR_CODES } from '../../../src/cli/error-codes.ts';
import { filesMatching } from '../../support/repository.ts';

const CODE = /\bLR\d{3}\b/g;
const sources = filesMatching(/^(?:src|models|bin)\/.*\.(?:ts|js)$/);

/** Files that list codes rather than use them. */
const REGISTRIES = /^src\/(?:cli\/error-codes|scenario\/problem-codes)\.ts$/;

describe('error codes', () => {
  it('all have an entry', () => {
    const unknown = sources.flatMap(({ path, text }) =>
      [...text.matchAll(CODE)].filter(([code]) => !Object.hasOwn(ERROR_CODES, code)).map(([code]) => `${path} ${code}`),
    );
    expect(unknown).to.deep.equal([]);
  });

  it('are all used', () => {
    const used = new Set(
      sources
        .filter(({ path }) => !REGISTRIES.test(path))
        .flatMap(({ text }) => [...text.matchAll(CODE)].map(([code]) => code)),
    );
    expect(Object.keys(ERROR_CODES).filter((code) => !used.has(code))).to.deep.equal([]);
  });

  it('say what is wrong in a sentence', () => {
    for (const [code, { meaning }] of Object.entries(ERROR_CODES)) expect(meaning, code).to.match(/^[A-Z].*\.$/s);
  });
});
