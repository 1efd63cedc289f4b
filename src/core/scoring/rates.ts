/**
 * Weekly rates of a population and of its members. Populations are rarely of one kind (most accounts are silent, a
 * few are never still), so a prior is a mixture of gammas, one for each power of two, with weights learned from the
 * counts: near enough to any distribution of rates, and updated in closed form.
 */

export interface Histories {
  /** Count, in so many weeks, with so much relative variance of the rate from week to week. */
  past: Float64Array;
  weeks: Float64Array;
  phi: Float64Array;
}

export interface Prior {
  /** Exponent of two of the first gamma's mean, and the weights of it and those above. They add up to 1. */
  first: number;
  weights: Float64Array;
}

/** Shape of each gamma: neighbours, a factor of two apart, overlap well. */
const SHAPE = 3;
/** 2^−9: once in ten years. What is rarer can't be told from silence. */
const FIRST = -9;
/** Histories a prior is learned from; more would not change it. */
const ENOUGH = 1000;
const ROUNDS = 40;

/** The prior of these rows (1 or more), by expectation maximisation. Rows must come in an order of the counts. */
export function learn({ past, weeks, phi }: Histories, rows: number[]): Prior {
  let most = 0;
  for (const i of rows) most = Math.max(most, past[i]! / weeks[i]!);
  const parts = Math.max(1, Math.ceil(Math.log2(most + 1)) - FIRST + 1);
  const prior = { first: FIRST, weights: new Float64Array(parts).fill(1 / parts) };
  const size = Math.min(rows.length, ENOUGH);
  const likelihood = new Float64Array(size * parts);
  for (let at = 0; at < size; at++) {
    const i = rows[Math.floor((at * rows.length) / size)]!;
    setLikelihoods(likelihood, at * parts, prior, past[i]!, weeks[i]!, phi[i]!);
  }
  const { weights } = prior;
  const votes = new Float64Array(parts);
  for (let round = 0; round < ROUNDS; round++) {
    // As if one more history had been seen that fits all alike: no part is ever ruled out.
    votes.fill(1 / parts);
    for (let from = 0; from < likelihood.length; from += parts) {
      let whole = 0;
      for (let k = 0; k < parts; k++) whole += weights[k]! * likelihood[from + k]!;
      const share = 1 / whole;
      for (let k = 0; k < parts; k++) votes[k]! += weights[k]! * likelihood[from + k]! * share;
    }
    for (let k = 0; k < parts; k++) weights[k] = votes[k]! / (size + 1);
  }
  return prior;
}

export interface Rate {
  /** Per week. */
  mean: number;
  /** Relative variance: doubt left by the prior and by counting. */
  doubt: number;
  /** Relative variance added by the over-dispersion of the past. */
  wobble: number;
}

/** The rate of one member after its own past. */
export function update(prior: Prior, past: number, weeks: number, phi: number): Rate {
  const parts = prior.weights.length;
  if (scratch.length < parts) scratch = new Float64Array(parts);
  setLikelihoods(scratch, 0, prior, past, weeks, phi);
  let whole = 0;
  let mean = 0;
  let square = 0;
  let lost = 0;
  for (let k = 0; k < parts; k++) {
    const weight = prior.weights[k]! * scratch[k]!;
    if (weight < 1e-9) continue;
    const priorWeeks = SHAPE / 2 ** (prior.first + k);
    // An over-dispersed past tells less than its count: it is worth so many times less.
    const likely = (weeks * (SHAPE + past)) / (priorWeeks + weeks);
    const worth = 1 / (1 + (phi / weeks) * likely);
    const shape = SHAPE + worth * past;
    const rate = shape / (priorWeeks + worth * weeks);
    whole += weight;
    mean += weight * rate;
    square += weight * rate * rate * (1 + 1 / shape);
    lost += weight * (1 - worth);
  }
  mean /= whole;
  const variance = square / whole / (mean * mean) - 1;
  const wobble = (variance * lost) / whole;
  return { mean, doubt: variance - wobble, wobble };
}

let scratch = new Float64Array(64);

/** Of the count under each gamma: negative binomial, relative to the likeliest. */
function setLikelihoods(
  into: Float64Array,
  from: number,
  { first, weights }: Prior,
  past: number,
  weeks: number,
  phi: number,
): void {
  const size = 1 / (1 / SHAPE + phi / weeks);
  const parts = weights.length;
  const logWeeks = Math.log(weeks);
  let mean = weeks * 2 ** first;
  let best = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < parts; k++) {
    const log = past * (logWeeks + (first + k) * Math.LN2) - (past + size) * Math.log(mean + size);
    into[from + k] = log;
    if (log > best) best = log;
    mean *= 2;
  }
  for (let k = from; k < from + parts; k++) {
    const log = into[k]! - best;
    into[k] = log < -40 ? 0 : Math.exp(log);
  }
}
