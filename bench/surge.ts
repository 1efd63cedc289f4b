/**
 * How well surges are told from chance, on simulated populations whose truth is known, beside the plain ratio that
 * intent vendors describe: the last 3 weeks against the 12 before, surging from a doubling; and beside the best that
 * could be done by a judge who knows all of the population but the rates of its keys. And how fast.
 */
import { performance } from 'node:perf_hooks';
import { defaultModel } from '../src/core/model.ts';
import { judgeSurge, type SurgeKey, scoreSurges } from '../src/core/scoring/surge.ts';
import { simulate, type World } from '../test/support/surge-simulator.ts';
import * as oracle from './surge-oracle.ts';

/** Shares, 0–1; NaN where there was nothing to count. */
export interface Figures {
  world: string;
  /** Of the keys at which nothing happens: reach 60, or double. */
  calmHigh: number;
  calmDoubled: number;
  /** Of the true surges with 5 or more expected in 21 days: reach 60, are SURGING, double. */
  clearHigh: number;
  clearSurging: number;
  clearDoubled: number;
  /** The best possible instead of the first two. */
  bestHigh: number;
  bestSurging: number;
  /** The same of those with fewer expected. */
  faintHigh: number;
  faintSurging: number;
  /** Of what is reported as SURGING, or doubles: chance. */
  falseSurges: number;
  falseDoubled: number;
}

const DOUBLED = 2;
/** Keys simulated for each line of the table. */
const KEYS = 12_000;

/** Prints the tables and returns the first one's lines and the keys judged in a second. */
export async function run(): Promise<{ figures: Figures[]; keysPerSecond: number }> {
  const figures: Figures[] = [];
  console.log(
    'Surge on simulated populations, in %. In brackets the plain ratio, 3 weeks against 12, from 2 up.',
  );
  console.log('chance: keys without a surge that reach 60. false: part of the reported that is chance.');
  console.log(
    'best: what a judge who knows all but the rate of each key reaches, at 5 % of the calm and 10 % false.',
  );
  console.log(header());
  for (const world of worlds()) {
    const found = measure(world);
    figures.push(found);
    console.log(line(found));
  }
  const keysPerSecond = speed();
  console.log(
    `${Math.round(keysPerSecond).toLocaleString('en')} keys a second, one thread, 100,000 keys on 20 topics`,
  );
  return { figures, keysPerSecond };
}

function* worlds(): Generator<Partial<World>> {
  const dispersions = [0, 0.2, 0.5, 1];
  for (const keys of [2000, 200]) {
    for (const dispersion of dispersions) {
      for (const weeklyCycle of [false, true]) {
        for (const rise of [1, 2]) yield { keys, dispersion, weeklyCycle, rise };
      }
    }
  }
  for (const dispersion of dispersions) {
    for (const surging of [0.05, 0.2]) {
      for (const effect of [2, 3, 5]) {
        yield { dispersion, weeklyCycle: true, surging, effect };
      }
      yield { dispersion, weeklyCycle: true, surging, effectDays: 21 };
      yield { dispersion, weeklyCycle: true, surging, rise: 2 };
      yield { dispersion, weeklyCycle: true, surging, keys: 200 };
    }
  }
  const odd: Partial<World> = { dispersion: 0.5, weeklyCycle: true, surging: 0.05 };
  yield { ...odd, rise: 2, riseIn: 'one' };
  yield { ...odd, dispersion: 1, dispersionKind: 'mixed' };
  yield { ...odd, dispersion: 0, weeklyNoise: 0.2 };
  yield { ...odd, shortHistory: 0.5 };
  yield { ...odd, silent: 0.6, spread: 1.5, medianExpected: 4 };
  for (const dispersion of [0, 0.5]) {
    for (const journeys of [0, 0.1, 0.25]) {
      if (journeys > 0) yield { ...odd, dispersion, journeys, surging: journeys / 3 };
      yield { ...odd, ...sparse, dispersion, journeys, surging: Math.max(0.05, journeys / 3) };
    }
  }
}

/** As a workspace sees it: many topics, on most of which an account is seen a few times or never. */
const sparse = {
  keys: 6000,
  sparse: true,
  topics: 20,
  topicsPerAccount: 8,
  medianExpected: 1,
  spread: 1.5,
} as const;

function measure(settings: Partial<World>): Figures {
  const calm = { all: 0, high: 0, doubled: 0 };
  const clear = { all: 0, high: 0, surging: 0, doubled: 0 };
  const faint = { all: 0, high: 0, surging: 0 };
  const reported = { all: 0, falsely: 0 };
  const doubled = { all: 0, falsely: 0 };
  const judged: oracle.Judged[] = [];
  const populations = Math.ceil(KEYS / (settings.keys ?? 2000));
  for (let seed = 1; seed <= populations; seed++) {
    const keys = simulate({ ...settings, seed });
    const evidence = settings.surging ? oracle.evidence(settings, keys) : null;
    for (const [index, { surges, expected }] of keys.entries()) {
      if (evidence) judged.push({ evidence: evidence[index]!, surges, expected });
    }
    for (const [index, { score, status }] of judgeSurge(keys, defaultModel).entries()) {
      const { surges, expected, days } = keys[index]!;
      const high = score >= 60 ? 1 : 0;
      const surging = status === 'SURGING' ? 1 : 0;
      const now = total(days.slice(84)) / 21;
      const ratio = now > 0 && now >= (DOUBLED * total(days.slice(0, 84))) / 84 ? 1 : 0;
      reported.all += surging;
      doubled.all += ratio;
      if (!surges) {
        reported.falsely += surging;
        doubled.falsely += ratio;
        calm.all++;
        calm.high += high;
        calm.doubled += ratio;
      } else if (expected >= 5) {
        clear.all++;
        clear.high += high;
        clear.surging += surging;
        clear.doubled += ratio;
      } else {
        faint.all++;
        faint.high += high;
        faint.surging += surging;
      }
    }
  }
  const best = judged.length > 0 ? oracle.best(judged) : { high: Number.NaN, surging: Number.NaN };
  return {
    world: describe(settings),
    calmHigh: calm.high / calm.all,
    calmDoubled: calm.doubled / calm.all,
    clearHigh: clear.high / clear.all,
    clearSurging: clear.surging / clear.all,
    clearDoubled: clear.doubled / clear.all,
    bestHigh: best.high,
    bestSurging: best.surging,
    faintHigh: faint.high / faint.all,
    faintSurging: faint.surging / faint.all,
    falseSurges: reported.falsely / reported.all,
    falseDoubled: doubled.falsely / doubled.all,
  };
}

function speed(): number {
  const keys = simulate({
    keys: 100_000,
    topics: 20,
    spread: 1.5,
    medianExpected: 3,
    dispersion: 0.5,
    surging: 0.05,
  });
  const shapes = keys.map(
    ({ account, topic, days, actors, sources }): SurgeKey => ({
      account,
      topic,
      tier: null,
      current: Uint16Array.from(days.slice(84)),
      baseline: Uint16Array.from(days.slice(0, 84)),
      observedDays: 84,
      actors,
      sources,
    }),
  );
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now();
    scoreSurges(shapes, defaultModel);
    return performance.now() - start;
  });
  return (1000 * shapes.length) / Math.min(...times);
}

function describe(world: Partial<World>): string {
  const parts = [
    `${world.keys ?? 2000} keys`,
    world.dispersionKind === 'mixed' ? 'NB 0–2' : world.dispersion ? `NB ${world.dispersion}` : 'Poisson',
  ];
  if (world.weeklyCycle) parts.push('weekly');
  if (world.weeklyNoise) parts.push('bursts');
  if (world.rise && world.rise > 1) parts.push(`${world.riseIn ?? 'all'} ×${world.rise}`);
  if (world.shortHistory) parts.push('half new');
  if (world.silent) parts.push('60 % silent');
  if (world.sparse) parts.push('sparse');
  if (world.journeys) parts.push(`${100 * world.journeys} % rose before`);
  if (world.surging) {
    parts.push(`${Math.round(100 * world.surging)} % ×${world.effect ?? 3} ${world.effectDays ?? 14} d`);
  }
  return parts.join(', ');
}

function header(): string {
  const names = ['chance', '≥5: 60', 'SURGING', 'best: 60', 'SURGING', '<5: 60', 'SURGING', 'false'];
  return ''.padEnd(62) + names.map((name, at) => name.padStart([14, 14, 8, 10, 8, 8, 8, 14][at]!)).join('');
}

function line(found: Figures): string {
  const plain = (share: number, width: number) => percent(share).padStart(width);
  const both = (share: number, ratio: number) =>
    `${percent(share)} (${percent(ratio).padStart(4)})`.padStart(14);
  return (
    found.world.padEnd(62) +
    both(found.calmHigh, found.calmDoubled) +
    both(found.clearHigh, found.clearDoubled) +
    plain(found.clearSurging, 8) +
    plain(found.bestHigh, 10) +
    plain(found.bestSurging, 8) +
    plain(found.faintHigh, 8) +
    plain(found.faintSurging, 8) +
    both(found.falseSurges, found.falseDoubled)
  );
}

const percent = (share: number): string => (Number.isNaN(share) ? '–' : (100 * share).toFixed(1));
const total = (counts: number[]): number => counts.reduce((sum, count) => sum + count, 0);
