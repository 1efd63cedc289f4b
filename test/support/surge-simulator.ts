/**
 * Populations of account-topics whose truth is known, for judging the surge scorer. Shares no code with it.
 * Every draw comes from one seed, so a population can be had again.
 */

/** How a population behaves; see `defaults` for the quietest one. */
export interface World {
  seed: number;
  keys: number;
  topics: number;
  /** Topics an account has lines for. */
  topicsPerAccount: number;
  /** Expected count of 21 ordinary days: log-normal over keys, by median and by σ of the log. */
  medianExpected: number;
  spread: number;
  /** Part of the keys that never do anything. */
  silent: number;
  /** Daily variance is m + dispersion·m². 0: Poisson. `mixed` draws each key's from 0 to twice that. */
  dispersion: number;
  dispersionKind: 'same' | 'mixed';
  /** Gamma noise of mean 1 and this variance on the rate of whole weeks: bursts that last. */
  weeklyNoise: number;
  /** Weekends at a tenth of a weekday. */
  weeklyCycle: boolean;
  /** Factor on everybody in the last 21 days, in the topics told. */
  rise: number;
  riseIn: 'all' | 'one';
  /** Part of the keys that truly surge, by which factor, over how many of the last days. */
  surging: number;
  effect: number;
  effectDays: number;
  /** Part of the keys that already rose once, by `effect`, over five weeks of the baseline. */
  journeys: number;
  /** Keys at which nothing was ever seen are left out, as those are who know only what they saw. */
  sparse: boolean;
  /** Part of the accounts observed for only 30 to 104 of the 105 days. */
  shortHistory: number;
}

export interface SimulatedKey {
  account: string;
  topic: string;
  days: number[];
  actors: number;
  sources: number;
  /** The truth. */
  surges: boolean;
  observedDays: number;
  /** True mean of the 21 last days without surge and without the general rise. */
  expected: number;
}

export const defaults: World = {
  seed: 1,
  keys: 2000,
  topics: 4,
  topicsPerAccount: 2,
  medianExpected: 6,
  spread: 1,
  silent: 0,
  dispersion: 0,
  dispersionKind: 'same',
  weeklyNoise: 0,
  weeklyCycle: false,
  rise: 1,
  riseIn: 'all',
  surging: 0,
  effect: 3,
  effectDays: 14,
  journeys: 0,
  sparse: false,
  shortHistory: 0,
};

export function simulate(settings: Partial<World>): SimulatedKey[] {
  const world = { ...defaults, ...settings };
  const random = generator(world.seed);
  const keys: SimulatedKey[] = [];
  const truth = new Float64Array(105);
  const journeyDays = 35;
  for (let account = 0; keys.length < world.keys; account++) {
    const late = random() < world.shortHistory;
    const observedDays = late ? 30 + Math.floor(random() * 75) : 105;
    const firstTopic = Math.floor(random() * world.topics);
    for (let t = 0; t < world.topicsPerAccount && keys.length < world.keys; t++) {
      const topic = (firstTopic + t) % world.topics;
      const silent = random() < world.silent;
      const expected = silent ? 0 : world.medianExpected * Math.exp(world.spread * normal(random));
      const surges = !silent && random() < world.surging;
      const journey =
        world.journeys > 0 && random() < world.journeys ? Math.floor(random() * (85 - journeyDays)) : null;
      const dispersion = world.dispersion * (world.dispersionKind === 'mixed' ? 2 * random() : 1);
      const risen = world.riseIn === 'all' || topic === 0 ? world.rise : 1;
      let week = 1;
      for (let day = 0; day < 105; day++) {
        if (day % 7 === 0) week = world.weeklyNoise === 0 ? 1 : noise(random, world.weeklyNoise);
        const weekday = !world.weeklyCycle ? 1 : day % 7 < 5 ? 7 / 5.2 : 0.7 / 5.2;
        truth[day] =
          (expected / 21) *
          week *
          weekday *
          (day >= 84 ? risen : 1) *
          (journey !== null && day >= journey && day < journey + journeyDays ? world.effect : 1) *
          (surges && day >= 105 - world.effectDays ? world.effect : 1);
      }
      const days = Array.from(truth, (mean, day) => {
        if (day < 105 - observedDays) return 0;
        return poisson(random, dispersion === 0 ? mean : mean * noise(random, dispersion));
      });
      keys.push({
        account: `account-${account}`,
        topic: `topic-${topic}`,
        days,
        actors: 3,
        sources: 1,
        surges,
        observedDays,
        expected,
      });
    }
  }
  return world.sparse ? keys.filter(({ days }) => days.some((count) => count > 0)) : keys;
}

/** Numbers in [0, 1) from a seed (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Gamma of mean 1 and the given variance. */
function noise(random: () => number, variance: number): number {
  return gamma(random, 1 / variance) * variance;
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Marsaglia and Tsang's method; shapes under 1 through the shape above. */
function gamma(random: () => number, shape: number): number {
  if (shape < 1) return gamma(random, shape + 1) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const z = normal(random);
    const v = (1 + c * z) ** 3;
    if (v > 0 && Math.log(1 - random()) < z * z * 0.5 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** By multiplying uniforms; a large mean is a sum of smaller ones. */
function poisson(random: () => number, mean: number): number {
  let count = 0;
  let left = mean;
  while (left > 20) {
    count += poisson(random, 20);
    left -= 20;
  }
  const floor = Math.exp(-left);
  for (let product = random(); product > floor; product *= random()) count++;
  return count;
}
