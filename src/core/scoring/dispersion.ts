/**
 * How much more than by chance counts vary: the relative variance φ of the rate behind them, so that a total with
 * mean m has variance m + φ·m² (φ = 0: Poisson).
 *
 * Histories hold rises like those that are looked for. Taken for noise they would hide the next ones, so φ comes from
 * neighbours in time, between which a rise shows only where it begins and ends; and what is slower than that counts
 * only as far as most histories have it.
 */

/** Standard errors added: taking bursts for less than they are costs more than the contrary. */
const CAUTION = { common: 1, own: 0.5 };

/** Blocks of equal length. For neighbours x and y, E[(x − y)² − x − y] = 2φ·E[xy]. */
export interface Histories {
  /** Mean of the blocks of each history, more than 0. */
  means: Float64Array;
  /** Σ (x − y)² − x − y over neighbours. */
  excess: Float64Array;
  /** Σ xy over neighbours. */
  products: Float64Array;
  /** How many blocks; 2 or more. */
  blocks: Float64Array;
}

/** One φ ≥ 0 for all histories, by moments; large histories say more, but none decides alone. */
export function pooled({ means, excess, products, blocks }: Histories): number {
  let phi = 0;
  let error = 0;
  for (let round = 0; round < 8; round++) {
    let above = 0;
    let unit = 0;
    let noise = 0;
    for (let i = 0; i < means.length; i++) {
      const mean = means[i]!;
      const weight = 1 / (1 + phi * mean) ** 2;
      above += weight * excess[i]!;
      unit += weight * 2 * products[i]!;
      noise += (weight * excessPerPhi(mean, blocks[i]!)) ** 2 * noiseOf(mean, blocks[i]!, phi);
    }
    if (unit === 0) return 0;
    phi = Math.max(0, above / unit);
    error = Math.sqrt(noise) / unit;
  }
  return phi + CAUTION.common * error;
}

/**
 * A φ ≥ 0 for each history: its own as far as it can be told from noise, else the `common` one. How far it can is
 * learned from how much the histories differ.
 */
export function shrunken({ means, excess, blocks }: Histories, common: number): Float64Array {
  const own = new Float64Array(means.length);
  const noise = new Float64Array(means.length);
  let differences = 0;
  let weights = 0;
  for (let i = 0; i < means.length; i++) {
    own[i] = excess[i]! / excessPerPhi(means[i]!, blocks[i]!);
    noise[i] = noiseOf(means[i]!, blocks[i]!, common);
    const weight = 1 / noise[i]! ** 2;
    differences += weight * ((own[i]! - common) ** 2 - noise[i]!);
    weights += weight;
  }
  const spread = weights > 0 ? Math.max(0, differences / weights) : 0;
  if (spread === 0) return own.fill(common);
  return own.map((phi, i) => {
    const trust = spread / (spread + noise[i]!);
    return Math.max(0, common + trust * (phi - common) + CAUTION.own * Math.sqrt(trust * noise[i]!));
  });
}

/** What φ = 1 adds to the excess of a history. */
const excessPerPhi = (mean: number, blocks: number): number => 2 * (blocks - 1) * mean * mean;

/** Variance of the φ of one history: differences of neighbours hold two thirds of what there is to know. */
const noiseOf = (mean: number, blocks: number, phi: number): number =>
  ((1 / mean + phi) ** 2 * 3) / (blocks - 1);

/** What φ may be on top from window to window: nothing, or steps of a factor of two. */
const STEPS = [0, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28];
/** So many of all histories may rise or fall without being taken for noise. */
const RISING = 0.6;
/** Histories that this is learned from; more would not change it. */
const ENOUGH = 1000;
const ROUNDS = 60;
/** So many histories more are taken to have nothing on top. */
const ORDINARY = 5;

/**
 * What comes on top of the `usual` φ of windows, in most of these histories: rates may wander so slowly that neighbouring
 * weeks hardly differ. Each history is the counts of two or more windows. How φ is distributed over them is learned by
 * expectation maximisation, from how likely it makes the way in which each one’s whole is spread over its windows.
 */
export function lasting(histories: readonly ArrayLike<number>[], usual: number): number {
  const size = Math.min(histories.length, ENOUGH);
  const parts = STEPS.length;
  const likelihood = new Float64Array(size * parts);
  for (let at = 0; at < size; at++) {
    const windows = histories[Math.floor((at * histories.length) / size)]!;
    const logs = STEPS.map((more) => spreadLikelihood(windows, usual + more));
    const best = Math.max(...logs);
    for (let k = 0; k < parts; k++) likelihood[at * parts + k] = Math.exp(logs[k]! - best);
  }
  const weights = new Float64Array(parts).fill(1 / parts);
  const votes = new Float64Array(parts);
  for (let round = 0; round < ROUNDS; round++) {
    votes.fill(0);
    votes[0] = ORDINARY;
    for (let from = 0; from < likelihood.length; from += parts) {
      let whole = 0;
      for (let k = 0; k < parts; k++) whole += weights[k]! * likelihood[from + k]!;
      for (let k = 0; k < parts; k++) votes[k]! += (weights[k]! * likelihood[from + k]!) / whole;
    }
    for (let k = 0; k < parts; k++) weights[k] = votes[k]! / (size + ORDINARY);
  }
  let left = 1 - RISING - weights[0]!;
  if (left <= 0) return 0;
  for (let k = 1; k < parts; k++) {
    const weight = weights[k]!;
    if (left <= weight) return STEPS[k - 1]! + ((STEPS[k]! - STEPS[k - 1]!) * left) / weight;
    left -= weight;
  }
  return STEPS.at(-1)!;
}

/** Logarithm of the chance that the whole comes to be spread like this (Dirichlet-multinomial), up to a constant. */
function spreadLikelihood(windows: ArrayLike<number>, phi: number): number {
  let whole = 0;
  let log = 0;
  for (let at = 0; at < windows.length; at++) {
    whole += windows[at]!;
    log += logRising(windows[at]!, phi);
  }
  return log - logRising(whole, phi / windows.length);
}

/** Σ ln(1 + j·φ) over j from 0 up to and without `count`, by Euler and Maclaurin: weighted counts are not whole. */
function logRising(count: number, phi: number): number {
  if (phi === 0 || count === 0) return 0;
  const end = 1 + count * phi;
  const log = Math.log(end);
  return (end * log) / phi - count - log / 2 + (phi / end - phi) / 12;
}
