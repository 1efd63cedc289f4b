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

/** Standard deviations from what is expected beyond which a key stands out. */
const TREND_CUT = 1.5;

/**
 * Σ now / Σ expected, without the keys that stand out: above are those that are looked for, which must not hide
 * themselves; below are those whose rise was in the past. What is left is compared with what is expected of it,
 * E[X | least ≤ X ≤ most] = m·P(least − 1 ≤ X⁺ < most) / P(least ≤ X ≤ most), where X⁺ has size r + 1 and mean
 * m·(r + 1)/r.
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
      const margin = TREND_CUT * Math.sqrt(variance);
      const most = Math.ceil(mean + margin);
      const least = Math.max(0, Math.floor(mean - margin));
      if (now[i]! > most || now[i]! < least) continue;
      const weight = mean / variance;
      const grown = [(mean * (size + 1)) / size, size + 1] as const;
      const within = under(most + 1, mean, size) - under(least, mean, size);
      const carried = under(most, ...grown) - under(least - 1, ...grown);
      told += weight * mean;
      kept += weight * now[i]!;
      expected += (weight * mean * carried) / within;
    }
    if (!(expected > 0 && kept > 0)) break;
    trend = limited((trend * kept) / expected);
  }
  return { factor: trend, doubt: told > 0 ? 1 / told : 0 };
}

/** P(X < count) for a whole count. */
function under(count: number, mean: number, size: number): number {
  if (count <= 0) return 0;
  const { lower, here } = tails(count, mean, size);
  return lower - here / 2;
}

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));
