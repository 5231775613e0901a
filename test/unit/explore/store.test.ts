/** The store forgets nothing and invents nothing, however it has to grow. */
import { expect } from 'chai';
import fc from 'fast-check';
import { StateStore } from '../../../src/explore/store.ts';
import { DecisionTrees } from '../../../src/world/decision-tree.ts';

/** The top bit of the last word is free in every layout. */
const FREE = 0x7fffffff;

const statesOf = (words: number): fc.Arbitrary<number[][]> => {
  // Few values per word, so that states come again, and any value, so that all bits are used.
  const word = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer());
  const state = fc.array(word, { minLength: words, maxLength: words });
  return fc.array(
    state.map((values) => [...values.slice(0, -1), (values.at(-1) as number) & FREE]),
    { maxLength: 300 },
  );
};

const row = (store: StateStore, n: number): number[] => [
  ...store.states.subarray(n * store.words, (n + 1) * store.words),
];

const distinct = (states: readonly number[][]): number[][] => [
  ...new Map(states.map((state) => [state.join(), state])).values(),
];

describe('the store of states', () => {
  for (const words of [2, 3, 32]) {
    it(`adds every state of ${words} words once, in order, and finds it again`, () => {
      fc.assert(
        fc.property(statesOf(words), (states) => {
          // A capacity of two: everything grows several times.
          const store = new StateStore(words, 1, 2);
          const seen = new Set<string>();
          for (const [i, state] of states.entries()) {
            expect(store.add(Int32Array.from(state), 0, i)).to.equal(!seen.has(state.join()));
            seen.add(state.join());
          }
          expect(Array.from({ length: store.count }, (_, n) => row(store, n))).to.deep.equal(distinct(states));
          for (const state of states) expect(store.add(Int32Array.from(state), 0, 0)).to.equal(false);
        }),
      );
    });

    it(`adds successors of ${words} words as one by one`, () => {
      fc.assert(
        fc.property(statesOf(words), fc.integer({ min: 1, max: 60 }), (states, batch) => {
          const store = new StateStore(words, batch, 2);
          store.add(new Int32Array(words), 0, 0);
          const trees = new DecisionTrees(1, words);
          for (let at = 0; at < states.length; at += batch) {
            const part = states.slice(at, at + batch);
            const successors = { leaves: new Int32Array(part.length), raw: Int32Array.from(part.flat()) };
            store.addSuccessors(0, successors, part.length, trees);
          }
          const all = distinct([new Array<number>(words).fill(0), ...states]);
          expect(Array.from({ length: store.count }, (_, n) => row(store, n))).to.deep.equal(all);
        }),
      );
    });

    it(`makes successors of ${words} words from leaves`, () => {
      fc.assert(
        fc.property(statesOf(words), statesOf(words), (now, written) => {
          fc.pre(now.length > 0 && written.length > 0);
          const store = new StateStore(words, written.length, 2);
          const trees = new DecisionTrees(1, words);
          const first = Int32Array.from(now[0] as number[]);
          store.add(first, 0, 0);
          const next = Int32Array.from(now.at(-1) as number[]);
          const leaves = Int32Array.from(written, (bits) => trees.leaf(next, Int32Array.from(bits), 0));
          store.addSuccessors(0, { leaves, raw: new Int32Array(0) }, leaves.length, trees);
          const expected = written.map((bits) =>
            bits.map((mask, w) => ((first[w] ?? 0) & ~mask) | ((next[w] ?? 0) & mask)),
          );
          const all = distinct([[...first], ...expected]);
          expect(Array.from({ length: store.count }, (_, n) => row(store, n))).to.deep.equal(all);
          for (const [i, leaf] of leaves.entries()) {
            const into = new Int32Array(words);
            trees.apply(leaf, first, 0, into);
            expect([...into]).to.deep.equal(expected[i]);
          }
        }),
      );
    });
  }

  it('finds states again that differ in the upper bits of two words', () => {
    const store = new StateStore(4, 1, 2);
    for (let a = 0; a < 16; a++)
      for (let b = 0; b < 16; b++) expect(store.add(Int32Array.of(a << 28, b << 27, a, 0), 0, 0)).to.equal(true);
    expect(store.count).to.equal(256);
  });

  it('accounts for the bytes that it holds', () => {
    const store = new StateStore(8, 1);
    const before = store.bytes;
    for (let n = 0; n < 10_000; n++) store.add(Int32Array.of(n, 0, 0, 0, 0, 0, 0, 0), 0, 0);
    expect((store.bytes - before) / 10_000).to.be.within(36, 64);
  });
});
