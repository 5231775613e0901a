/**
 * The hash of a state: a sum over its words, then mixed. Because it is a sum, the hash of a successor follows from that of
 * the state and the few words that differ, however long the vector is.
 */

/** Odd factors, one per word, without any pattern between them: with one, changes of two words could cancel out. */
function makeFactors(words: number): Int32Array {
  const factors = new Int32Array(words);
  let seed = 0x9e3779b9 | 0;
  for (let w = 0; w < words; w++) {
    seed = (seed + 0x6d2b79f5) | 0;
    let x = Math.imul(seed ^ (seed >>> 15), seed | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    factors[w] = (x ^ (x >>> 14)) | 1;
  }
  return factors;
}

const known = new Map<number, Int32Array>();

export function hashFactors(words: number): Int32Array {
  const factors = known.get(words) ?? makeFactors(words);
  known.set(words, factors);
  return factors;
}

/** What one word adds to the sum. Upper bits are folded down first: a product carries upwards only. */
export const hashWord = (value: number, factor: number): number => Math.imul(value ^ (value >>> 15), factor);

/** From the sum to the hash. */
export function hashOfSum(sum: number): number {
  const h = Math.imul(sum ^ (sum >>> 15), 0x2c1b3c6d);
  return h ^ (h >>> 16);
}

export function hashOf(factors: Int32Array, source: Int32Array, offset: number): number {
  let sum = 0;
  for (let w = 0; w < factors.length; w++)
    sum = (sum + hashWord(source[offset + w] as number, factors[w] as number)) | 0;
  return hashOfSum(sum);
}
