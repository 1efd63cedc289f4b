/**
 * The best that any judge of a simulated population could do: it is told how rates are spread over the keys, how
 * counts vary from day to day, the weekly cycle, the general rise, and how large and long surges are. All that it does
 * not know is the rate of a key and whether it surges. It weighs both stories by their likelihood over all days (the
 * best statistic there is, by Neyman and Pearson), with thresholds set in hindsight.
 */
import { defaults, type SimulatedKey, type World } from '../test/support/surge-simulator.ts';

/** Shares, 0–1, of the true surges with 5 or more expected. */
export interface Best {
  /** Found where 5 % of the keys without surge and as much expected are. */
  high: number;
  /** Found where 10 % of all that is found is chance. */
  surging: number;
}

/** Standard deviations from the median on either side, and steps, over which rates are averaged. */
const REACH = 4.5;
const STEPS = 60;

/** The evidence of each key for a surge; null where the world has what the oracle knows nothing of. */
export function evidence(settings: Partial<World>, keys: readonly SimulatedKey[]): number[] | null {
  const world = { ...defaults, ...settings };
  if (world.weeklyNoise > 0 || world.journeys > 0 || world.dispersionKind === 'mixed') return null;
  return keys.map((key) => {
    const parts = partsOf(key, world);
    const risen: number[] = [];
    const calm: number[] = [];
    for (let step = 0; step <= STEPS; step++) {
      const z = REACH * ((2 * step) / STEPS - 1);
      const rate = (world.medianExpected / 21) * Math.exp(world.spread * z);
      risen.push(likelihood(parts, rate, world.effect, world.dispersion) - z ** 2 / 2);
      calm.push(likelihood(parts, rate, 1, world.dispersion) - z ** 2 / 2);
    }
    return added(risen) - added(calm);
  });
}

export interface Judged {
  evidence: number;
  surges: boolean;
  expected: number;
}

export function best(judged: readonly Judged[]): Best {
  const sorted = judged.toSorted((a, b) => b.evidence - a.evidence);
  const clear = sorted.filter(({ expected }) => expected >= 5);
  const calm = clear.filter(({ surges }) => !surges);
  const found = clear.filter(({ surges }) => surges).map((one) => one.evidence);
  const beyond = (limit: number) => found.filter((one) => one > limit).length / found.length;
  let limit = Number.POSITIVE_INFINITY;
  let falsely = 0;
  for (const [at, one] of sorted.entries()) {
    if (!one.surges) falsely++;
    if (falsely / (at + 1) <= 0.1) limit = sorted[at + 1]?.evidence ?? Number.NEGATIVE_INFINITY;
  }
  return {
    high: beyond(calm[Math.floor(0.05 * calm.length)]?.evidence ?? Number.NaN),
    surging: beyond(limit),
  };
}

/** Days whose true means are alike, for each key. */
interface Part {
  days: number;
  count: number;
  /** Factor on the rate, and whether a surge would show there. */
  factor: number;
  late: boolean;
}

function partsOf({ days, topic, observedDays }: SimulatedKey, world: World): Iterable<Part> {
  const parts = new Map<string, Part>();
  const general = world.riseIn === 'all' || topic === 'topic-0' ? world.rise : 1;
  for (let day = 105 - observedDays; day < 105; day++) {
    const late = day >= 105 - world.effectDays;
    const weekday = !world.weeklyCycle ? 1 : day % 7 < 5 ? 7 / 5.2 : 0.7 / 5.2;
    const factor = weekday * (day >= 84 ? general : 1);
    const name = `${factor} ${late}`;
    const part = parts.get(name) ?? { days: 0, count: 0, factor, late };
    part.days++;
    part.count += days[day]!;
    parts.set(name, part);
  }
  return [...parts.values()];
}

/** Logarithm, up to what does not depend on the rate: negative binomial from day to day, or Poisson. */
function likelihood(parts: Iterable<Part>, rate: number, effect: number, dispersion: number): number {
  let log = 0;
  for (const { days, count, factor, late } of parts) {
    const mean = rate * factor * (late ? effect : 1);
    log +=
      dispersion === 0
        ? count * Math.log(mean) - days * mean
        : count * Math.log(mean / (1 + dispersion * mean)) -
          (days * Math.log1p(dispersion * mean)) / dispersion;
  }
  return log;
}

/** ln Σ exp, without overflow. */
function added(logs: readonly number[]): number {
  const most = Math.max(...logs);
  return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0));
}
