/** What everybody does now, as a factor on their past, so that it is not taken for a surge of each. */
import type { ScoringModel } from '../model.ts';
import { tails } from './negative-binomial.ts';

export interface Keys {
  /** Rate per week by the past, and its relative variances (see rates.ts). */
  rate: Float64Array;
  doubt: Float64Array;
  wobble: Float64Array;
  /** Relative variance of the rate from week to week. */
  phi: Float64Array;
  /** Count in the current window. */
  now: Float64Array;
}

export interface Trend {
  factor: number;
  /** Its relative variance. */
  doubt: number;
}

/** The most active keys tell the trend; more of them would only take longer. */
const TREND_KEYS = 1000;

/** Standard deviations above what is expected from which a key stands out. */
const TREND_CUT = 1.5;

/**
 * Σ now / Σ expected, without the keys that stand out: they are what is looked for, and must not hide themselves.
 * Leaving out the upper tail alone would bias the ratio, so what is left is compared with what is expected of it,
 * E[X | X ≤ cut] = m·P(X⁺ < cut) / P(X ≤ cut), where X⁺ has size r + 1 and mean m·(r + 1)/r.
 */
export function learn(
  { rate, doubt, wobble, phi, now }: Keys,
  rows: readonly number[],
  surge: ScoringModel['surge'],
): Trend {
  const window = surge.weekWeights.length;
  const tellers = rows
    .toSorted((a, b) => rate[b]! - rate[a]! || now[a]! - now[b]! || doubt[a]! - doubt[b]!)
    .slice(0, TREND_KEYS);
  let counts = 0;
  let means = 0;
  for (const i of tellers) {
    counts += now[i]!;
    means += rate[i]! * window;
  }
  const limited = (trend: number) => clamp(trend, 1 / surge.trendLimit, surge.trendLimit);
  let trend = limited(means > 0 ? counts / means : 1);
  let told = 0;
  for (let round = 0; round < 12; round++) {
    let kept = 0;
    let expected = 0;
    told = 0;
    for (const i of tellers) {
      const mean = trend * rate[i]! * window;
      const size = 1 / (doubt[i]! + wobble[i]! + phi[i]! / window);
      const variance = mean + (mean * mean) / size;
      const cut = Math.ceil(mean + TREND_CUT * Math.sqrt(variance));
      if (now[i]! > cut) continue;
      const weight = mean / variance;
      const whole = tails(cut, mean, size);
      const grown = tails(cut, (mean * (size + 1)) / size, size + 1);
      told += weight * mean;
      kept += weight * now[i]!;
      expected += (weight * mean * (grown.lower - grown.here / 2)) / (whole.lower + whole.here / 2);
    }
    if (!(expected > 0 && kept > 0)) break;
    trend = limited((trend * kept) / expected);
  }
  return { factor: trend, doubt: told > 0 ? 1 / told : 0 };
}

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));
