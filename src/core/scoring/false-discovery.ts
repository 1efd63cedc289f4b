/**
 * Benjamini and Hochberg's step-up rule (1995): the largest p-value that may be reported so that, on average, at
 * most the part `rate` of what is reported is chance. −1 if nothing may be. Report p ≤ what it returns.
 */
export function threshold(pValues: Float64Array, rate: number): number {
  const sorted = pValues.toSorted();
  for (let rank = sorted.length; rank > 0; rank--) {
    const p = sorted[rank - 1]!;
    if (p <= (rate * rank) / sorted.length) return p;
  }
  return -1;
}
