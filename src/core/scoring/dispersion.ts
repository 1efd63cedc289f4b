/**
 * How much more than by chance counts vary: the relative variance φ of the rate behind them, so that a total with
 * mean m has variance m + φ·m² (φ = 0: Poisson). It is learned from blocks of equal length of many histories.
 */

/** Standard errors added to a history’s own φ: taking bursts for less than they are costs more than the contrary. */
const CAUTION = 0.5;

export interface Histories {
  /** Mean of the blocks of each history, more than 0. */
  means: Float64Array;
  /** Σ (block − mean)². */
  squares: Float64Array;
  /** How many blocks; 2 or more. */
  blocks: Float64Array;
}

/** One φ ≥ 0 for all histories, by moments; large histories say more, but none decides alone. */
export function pooled({ means, squares, blocks }: Histories): number {
  let phi = 0;
  for (let round = 0; round < 8; round++) {
    let excess = 0;
    let unit = 0;
    for (let i = 0; i < means.length; i++) {
      const mean = means[i]!;
      const weight = 1 / (1 + phi * mean) ** 2;
      excess += weight * (squares[i]! - (blocks[i]! - 1) * mean);
      unit += weight * excessPerPhi(mean, blocks[i]!, phi);
    }
    phi = unit > 0 ? Math.max(0, excess / unit) : 0;
  }
  return phi;
}

/**
 * A φ ≥ 0 for each history: its own as far as it can be told from noise, else the `common` one. How far it can is
 * learned from how much the histories differ.
 */
export function shrunken({ means, squares, blocks }: Histories, common: number): Float64Array {
  const own = new Float64Array(means.length);
  const noise = new Float64Array(means.length);
  let differences = 0;
  let weights = 0;
  for (let i = 0; i < means.length; i++) {
    const mean = means[i]!;
    const count = blocks[i]!;
    const unit = excessPerPhi(mean, count, common);
    own[i] = unit > 0 ? (squares[i]! - (count - 1) * mean) / unit : common;
    // By the delta method for gamma rates: the long tail of the blocks and that of their mean nearly cancel.
    noise[i] = (1 / mean + common) ** 2 * (2 / (count - 1) + (2 * common) / count);
    const weight = 1 / noise[i]! ** 2;
    differences += weight * ((own[i]! - common) ** 2 - noise[i]!);
    weights += weight;
  }
  const spread = weights > 0 ? Math.max(0, differences / weights) : 0;
  return own.map((phi, i) => {
    if (spread === 0) return common;
    const trust = spread / (spread + noise[i]!);
    return Math.max(0, common + trust * (phi - common) + CAUTION * Math.sqrt(trust * noise[i]!));
  });
}

/** What φ = 1 would add to Σ (block − mean)²; the square of a mean of few blocks is too large on average. */
function excessPerPhi(mean: number, blocks: number, phi: number): number {
  return ((blocks - 1) * Math.max(0, mean * mean - mean / blocks)) / (1 + phi / blocks);
}
