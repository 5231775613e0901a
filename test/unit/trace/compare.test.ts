/** Comparing results: the keys whose comparison is not mere equality, and laws of the whole. */
import { expect } from 'chai';
import fc from 'fast-check';
import { type Answer, compare, sameJson } from '../../../src/trace/compare.ts';
import type { Expectation } from '../../../src/trace/format.ts';

const answered = (values: Answer['values'], errno: string | null = null): Answer => ({ errno, values });
const agrees = (expected: Expectation, answer: Answer): boolean => compare(expected, answer).differences.length === 0;

describe('comparing results', () => {
  it('derives sets, counts and totals from the order in which programs ran', () => {
    const ran = answered({ ran: ['A', 'B', 'A'] });
    const agreeing = [
      { ran: ['A', 'B', 'A'] },
      { ranSet: ['B', 'A'] },
      { ranCounts: { A: 2, B: 1, C: 0 } },
      { ranTotal: 3 },
      { ranIncludes: ['B'] },
      { notRan: ['C'] },
    ];
    const differing = [
      { ran: ['A', 'A', 'B'] },
      { ranSet: ['A'] },
      { ranCounts: { A: 2 } },
      { ranCounts: { A: 2, B: 1, C: 1 } },
      { ranTotal: 2 },
      { ranIncludes: ['C'] },
      { notRan: ['B'] },
    ];
    for (const expected of agreeing) expect(agrees(expected, ran), JSON.stringify(expected)).to.equal(true);
    for (const expected of differing) expect(agrees(expected, ran), JSON.stringify(expected)).to.equal(false);
  });

  it('takes flags as sets, entry by entry', () => {
    const flags = answered({ attachFlags: ['B', 'A'], progAttachFlags: [['A', 'B'], []] });
    expect(agrees({ attachFlags: ['A', 'B'] }, flags)).to.equal(true);
    expect(agrees({ attachFlags: ['A'] }, flags)).to.equal(false);
    expect(agrees({ progAttachFlags: [['B', 'A'], []] }, flags)).to.equal(true);
    expect(agrees({ progAttachFlags: [[], ['B', 'A']] }, flags)).to.equal(false);
  });

  it('lets a failing command deliver, and an event be denied with an errno', () => {
    expect(agrees({ errno: 'ENOSPC', count: 3 }, answered({ count: 3 }, 'ENOSPC'))).to.equal(true);
    expect(agrees({ verdict: 'deny', errno: 'EPERM' }, answered({ verdict: 'deny', errno: 'EPERM' }))).to.equal(true);
    expect(agrees({ count: 3 }, answered({ count: 3 }, 'ENOSPC'))).to.equal(false);
    expect(agrees({ verdict: 'deny' }, answered({ verdict: 'deny', errno: 'EPERM' }))).to.equal(true);
    expect(agrees({ ok: true }, answered({ verdict: 'deny', errno: 'EPERM' }))).to.equal(false);
  });

  it('never passes what the model does not say', () => {
    for (const key of ['ran', 'ranTotal', 'progs', 'revision', 'sameAs', 'includes'])
      expect(compare({ [key]: [] }, answered({})).differences).to.deep.equal([
        { key, expected: [], actual: undefined },
      ]);
  });

  it('agrees with every answer that is expected literally, and with no other', () => {
    const value = fc.jsonValue() as fc.Arbitrary<Expectation[string]>;
    fc.assert(fc.property(value, (json) => agrees({ value: json }, answered({ value: structuredClone(json) }))));
    fc.assert(
      fc.property(
        value,
        value,
        (a, b) => sameJson(a, b) === sameJson(b, a) && agrees({ value: a }, answered({ value: b })) === sameJson(a, b),
      ),
    );
  });
});
