/**
 * Tails of the negative binomial distribution, told by its mean and its size r: variance = mean + mean²/r.
 * By way of the incomplete beta function the count may be any real number ≥ 0, which weighted counts need.
 */

export interface Tails {
  /** P(X > x) + ½·P(X = x). */
  upper: number;
  /** P(X < x) + ½·P(X = x). Given beside `upper` because 1 − upper loses it where it is small. */
  lower: number;
  /** P(X = x), or its continuation between whole counts. */
  here: number;
}

/**
 * Both mid-p tails at a count `x` ≥ 0, for `mean` > 0 and `size` > 0.
 * Relative error below 1e-10 wherever a tail exceeds 1e-12 (size ≥ 0.01, counts and sizes up to a million).
 */
export function tails(x: number, mean: number, size: number): Tails {
  if (x === 0) {
    const none = Math.exp(-size * Math.log1p(mean / size));
    return { upper: 1 - none / 2, lower: none / 2, here: none };
  }
  const hit = mean / (mean + size);
  const miss = size / (mean + size);
  const here = mass(x, mean, size);
  // P(X ≥ x) is I(hit; x, size) and P(X < x) is I(miss; size, x): the fraction converges fast for one of them.
  if (hit < (x + 1) / (x + size + 2)) {
    const upper = here * (betaFraction(x, size, hit) - 0.5);
    return { upper, lower: 1 - upper, here };
  }
  const lower = here * ((x / size) * betaFraction(size, x, miss) + 0.5);
  return { upper: 1 - lower, lower, here };
}

/**
 * P(X = x) for x > 0 by Loader's saddle point expansion ("Fast and accurate computation of binomial
 * probabilities", 2000): differences of log-gammas would lose the digits that large counts need.
 */
function mass(x: number, mean: number, size: number): number {
  const n = x + size;
  const exponent =
    stirlingError(n) -
    stirlingError(size) -
    stirlingError(x) -
    deviance(size, (n * size) / (mean + size)) -
    deviance(x, (n * mean) / (mean + size));
  return Math.exp(exponent) * Math.sqrt(size / (2 * Math.PI * x * n));
}

/** x·ln(x/m) + m − x, exact to the last digits also where x is close to m. */
function deviance(x: number, m: number): number {
  const v = (x - m) / (x + m);
  if (Math.abs(v) >= 0.1) return x * Math.log(x / m) + m - x;
  let sum = (x - m) * v;
  let power = 2 * x * v;
  for (let odd = 3; ; odd += 2) {
    power *= v * v;
    const next = sum + power / odd;
    if (next === sum) return sum;
    sum = next;
  }
}

const HALF_LOG_TAU = 0.5 * Math.log(2 * Math.PI);

/** ln Γ(z + 1) less Stirling's approximation of it, z > 0. Small z are carried up to where the series is exact. */
function stirlingError(z: number): number {
  if (z >= 12) {
    const s = 1 / (z * z);
    return (
      (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - (1 / 1188 - (691 / 360360) * s) * s) * s) * s) * s) / z
    );
  }
  let product = 1;
  let at = z;
  while (at < 12) {
    at++;
    product *= at;
  }
  const logGamma = (at + 0.5) * Math.log(at) - at + HALF_LOG_TAU + stirlingError(at) - Math.log(product);
  return logGamma - ((z + 0.5) * Math.log(z) - z + HALF_LOG_TAU);
}

/** The continued fraction of the incomplete beta function by Lentz's method, as in I(p; a, b) = pᵃqᵇ/(a·B(a, b)) · fraction. */
function betaFraction(a: number, b: number, p: number): number {
  let c = 1;
  let d = 1 / (1 - ((a + b) * p) / (a + 1));
  let value = d;
  // Some √max(a, b) rounds are needed: this is far beyond.
  for (let m = 1; m < 100_000; m++) {
    const even = (m * (b - m) * p) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * p) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    const step = d * c;
    value *= step;
    if (Math.abs(step - 1) < 1e-15) break;
  }
  return value;
}
