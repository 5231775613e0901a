/** States are bytes that models see as objects: what is written is read back, from a copy too, and nothing else changes. */
import { expect } from 'chai';
import fc from 'fast-check';
import { array, choice, count, flag, list, object, ref, set } from '../../src/modelling/index.ts';
import { BoundSignal, LawSignal } from '../../src/world/signals.ts';
import { type Book, type Change, changesOf, type Shelf, shelf, TRY } from '../support/state-shelf.ts';

/** Two kinds with fields of every type; widths straddle words in many ways, as the padding says. */
const kinds = (padding: number, most: number, capacity: number) => ({
  other: object({ fields: { pad: array(flag(), padding), mark: flag() } }),
  thing: object({
    fields: {
      on: flag(),
      refs: count(most),
      mode: choice('NONE', 'OVERRIDE', 'MULTI'),
      target: ref('thing', 'other'),
      members: set('other'),
      entries: list(ref('thing', 'other'), capacity),
      bits: list(flag(), capacity),
      cells: array(ref('other'), 3),
      marks: array(count(most), 2),
    },
  }),
});

const shelves = fc
  .record({
    padding: fc.nat(40),
    most: fc.nat(255),
    capacity: fc.integer({ min: 1, max: 9 }),
    things: fc.integer({ min: 1, max: 3 }),
    others: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ padding, most, capacity, things, others }) =>
    shelf(kinds(padding, most, capacity), { thing: things, other: others }),
  );

/** Applies a change to the state and to a plain copy of it; they must refuse the same. */
function apply(change: Change, of: Shelf, book: Book): void {
  const expected = change.plain(book);
  let refused: unknown;
  try {
    change.real(of);
  } catch (signal) {
    refused = signal;
  }
  const name = refused instanceof BoundSignal ? 'bound' : refused instanceof LawSignal ? 'law' : refused;
  expect(name, change.name).to.equal(expected);
}

const written = shelves.chain((of) =>
  fc.tuple(fc.constant(of), fc.array(changesOf(of), { minLength: 1, maxLength: 30 })),
);

describe('the fields of a state', () => {
  it('hold what was written, and their neighbours keep what they had', () => {
    fc.assert(
      fc.property(written, ([of, changes]) => {
        const book = of.read();
        for (const change of changes) {
          apply(change, of, book);
          expect(of.read(), change.name).to.deep.equal(book);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('are the same in a copy of the words', () => {
    fc.assert(
      fc.property(written, ([of, changes]) => {
        for (const change of changes) TRY(() => change.real(of));
        const before = of.read();
        const words = of.words();
        of.load(new Int32Array(words.length));
        of.load(words);
        expect(of.read()).to.deep.equal(before);
        expect(of.words()).to.deep.equal(words);
      }),
      { numRuns: 60 },
    );
  });

  it('are the same bits whichever way they came to the same values', () => {
    fc.assert(
      fc.property(written, ([of, changes]) => {
        for (const change of changes) TRY(() => change.real(of));
        const words = of.words();
        of.write(of.read());
        expect(of.words()).to.deep.equal(words);
      }),
      { numRuns: 100 },
    );
  });
});

describe('a list', () => {
  const lists = fc
    .integer({ min: 1, max: 6 })
    .map((capacity) =>
      shelf(
        { it: object({ fields: { entries: list(ref('it'), capacity), bits: list(flag(), capacity) } }) },
        { it: 3 },
      ),
    );

  it('does what a plain array does, and refuses what lies outside', () => {
    fc.assert(
      fc.property(
        lists.chain((of) => fc.tuple(fc.constant(of), fc.array(changesOf(of), { minLength: 30, maxLength: 60 }))),
        ([of, changes]) => {
          const book = of.read();
          for (const change of changes) {
            apply(change, of, book);
            expect(of.read(), change.name).to.deep.equal(book);
            const words = of.words();
            of.write(book);
            expect(of.words(), change.name).to.deep.equal(words);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
