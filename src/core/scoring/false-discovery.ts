/**
 * Which of many tests may be reported so that on average at most a given part of what is reported is chance:
 * Benjamini and Hochberg's step-up rule (1995), with weights for what each test could find (Genovese, Roeder and
 * Wasserman 2006) and an estimate of how many have nothing to find (Storey 2002).
 */
import { tails } from './negative-binomial.ts';

/** What is looked for: the weighted count of three weeks when the last two triple (default weights: 6.3 for 2.3). */
const RISE = 2.74;
/** How many times likelier such a rise must make a count, to be believed where one key in twenty rises. */
const ODDS = 60;
/** Part of the average weight that no test falls below: rises of other sizes are found as well. */
const FLOOR = 0.1;
/** No more than half of the tests are taken to have something to find. */
const LEAST_ORDINARY = 0.5;

/** The largest p-value that may be reported; −1 if none may. Report p ≤ what it returns. */
export function threshold(pValues: Float64Array, rate: number): number {
  const sorted = pValues.toSorted();
  for (let rank = sorted.length; rank > 0; rank--) {
    const p = sorted[rank - 1]!;
    if (p <= (rate * rank) / sorted.length) return p;
  }
  return -1;
}

/**
 * How much a test of a count, negative binomial of this mean and size, may claim of what is granted to all: the chance
 * of a count that speaks as clearly for a rise as in any other test. Where little is expected hardly a count does, and
 * what is claimed there is lost to the others. It must not
 * depend on the count that is tested.
 */
export function claim(mean: number, size: number): number {
  const perCount = Math.log((RISE * (mean + size)) / (size + RISE * mean));
  const clear = (Math.log(ODDS) + size * Math.log1p(((RISE - 1) * mean) / (size + mean))) / perCount;
  return tails(clear, mean, size).upper;
}

/** Claims as weights above 0 with a mean of 1. */
export function weights(claims: Float64Array): Float64Array {
  const mean = claims.reduce((sum, one) => sum + one, 0) / claims.length;
  return claims.map((one) => (mean > 0 ? (one / mean + FLOOR) / (1 + FLOOR) : 1));
}

/** Part of the tests that have nothing to find, not less than it is, from how many p-values are large. */
export function ordinaryPart(pValues: Float64Array): number {
  let large = 1;
  for (const p of pValues) if (p >= 0.5) large++;
  return Math.min(1, Math.max(LEAST_ORDINARY, large / (0.5 * pValues.length)));
}
