/** Logistic regression on few columns of small numbers, drawn to nothing where told: pure, the same on every machine. */

/** A row's columns that are not 0, in any order. */
export type SparseRow = readonly { column: number; value: number }[];

const MOST_STEPS = 12;
const ENOUGH = 1e-4;

/**
 * Weights that fit `labels` (0 or 1) best, by Newton's method; `penalties[column]`·weight²/2 is what a weight costs, and
 * has to be above 0 for columns that say nothing on their own.
 */
export function fitLogistic(
  rows: readonly SparseRow[],
  labels: readonly number[],
  penalties: readonly number[],
): Float64Array {
  const size = penalties.length;
  const weights = new Float64Array(size);
  for (let step = 0; step < MOST_STEPS; step++) {
    const slope = Float64Array.from(penalties, (penalty, at) => -penalty * weights[at]!);
    const curve = new Float64Array(size * size);
    for (let at = 0; at < size; at++) curve[at * size + at] = penalties[at]!;
    for (const [index, row] of rows.entries()) {
      const chance = chanceOf(row, weights);
      const spread = Math.max(chance * (1 - chance), 1e-9);
      for (const { column, value } of row) {
        slope[column]! += value * (labels[index]! - chance);
        // Only the lower half: the other is the same.
        for (const other of row) {
          if (other.column <= column) curve[column * size + other.column]! += spread * value * other.value;
        }
      }
    }
    const change = solve(curve, slope, size);
    // A step too long is where the curve is flat: it would overshoot.
    const longest = change.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
    const scale = longest > 2 ? 2 / longest : 1;
    for (let at = 0; at < size; at++) weights[at]! += scale * change[at]!;
    if (longest < ENOUGH) break;
  }
  return weights;
}

/** The chance of a 1, 0–1. */
export function chanceOf(row: SparseRow, weights: Float64Array): number {
  let sum = 0;
  for (const { column, value } of row) sum += value * weights[column]!;
  return 1 / (1 + Math.exp(-sum));
}

/** Solves a positive definite system of which the lower half is given, by Cholesky, in place. */
function solve(half: Float64Array, right: Float64Array, size: number): Float64Array {
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = half[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= half[i * size + k]! * half[j * size + k]!;
      half[i * size + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / half[j * size + j]!;
    }
  }
  for (let i = 0; i < size; i++) {
    let sum = right[i]!;
    for (let k = 0; k < i; k++) sum -= half[i * size + k]! * right[k]!;
    right[i] = sum / half[i * size + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    let sum = right[i]!;
    for (let k = i + 1; k < size; k++) sum -= half[k * size + i]! * right[k]!;
    right[i] = sum / half[i * size + i]!;
  }
  return right;
}
