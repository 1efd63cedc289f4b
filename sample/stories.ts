/** What happens at an account: how the half year goes for it, and how keen it is on a given day. */
import { DAY } from './calendar.ts';
import { CLUSTER_NAMES, CLUSTERS } from './catalogue.ts';
import type { Company } from './companies.ts';
import type { Dice } from './dice.ts';

/**
 * - `DORMANT`: hardly a trace.
 * - `BACKGROUND`: reads now and then, researches a little of everything.
 * - `SLOW`: warms up over the better part of a year.
 * - `IN_MARKET`: on its way to a purchase right now.
 * - `BUYER`: was on its way and reached the CRM: opportunity opened, then won, lost or still open.
 * - `STALLED`: was on its way and gave up before sales got to it.
 * - `CUSTOMER`: bought before the sample begins and uses the product.
 * - `LONE_READER`: one junior reads everything; nobody buys.
 * - `CRAWLER`: something automatic fetches page after page from the company's network.
 */
export type Plot =
  | 'DORMANT'
  | 'BACKGROUND'
  | 'SLOW'
  | 'IN_MARKET'
  | 'BUYER'
  | 'STALLED'
  | 'CUSTOMER'
  | 'LONE_READER'
  | 'CRAWLER';

/** The way to a purchase, from the first research to the talk with sales. Times in milliseconds since 1970. */
export interface Journey {
  start: number;
  length: number;
  /** How much of the way is gone before interest is lost; 1 is all of it. */
  limit: number;
  /** How busy everybody is, about 0.5–1.5. */
  vigour: number;
  topics: readonly string[];
}

// Shares of the accounts. Those who buy are drawn by fit, or nothing could be learnt from them.
const CAST: readonly [plot: Plot, share: number, byFit: boolean][] = [
  ['IN_MARKET', 0.115, true],
  ['BUYER', 0.095, true],
  ['SLOW', 0.08, true],
  ['STALLED', 0.03, true],
  ['CUSTOMER', 0.035, true],
  ['LONE_READER', 0.02, false],
  ['CRAWLER', 0.01, false],
  ['BACKGROUND', 0.34, false],
];

/** Gives every company its plot; whoever is left over is dormant. */
export function cast(chance: Dice, companies: readonly Company[]): Plot[] {
  const plots = companies.map((): Plot => 'DORMANT');
  const free = companies.map((_, index) => index);
  for (const [plot, share, byFit] of CAST) {
    for (let left = Math.round(share * companies.length); left > 0 && free.length > 0; left--) {
      const index = chance.weighted(free, (at) => (byFit ? companies[at]!.fit ** 3 : 1));
      free.splice(free.indexOf(index), 1);
      plots[index] = plot;
    }
  }
  return plots;
}

/** The journey a plot implies; null where there is none. */
export function journeyOf(plot: Plot, chance: Dice, until: number): Journey | null {
  const topics = topicsOf(chance);
  const journey = (daysAgo: number, lengthDays: number, limit: number, vigour: number): Journey => ({
    start: until - daysAgo * DAY,
    length: lengthDays * DAY,
    limit,
    vigour,
    topics,
  });
  if (plot === 'IN_MARKET') {
    const length = chance.int(49, 84);
    return journey(length * chance.between(0.4, 1.02), length, 1.1, chance.between(0.4, 1.25));
  }
  if (plot === 'SLOW') return journey(chance.int(90, 170), 300, 1, chance.between(0.3, 0.55));
  if (plot === 'BUYER') {
    const length = chance.int(42, 70);
    return journey(length + chance.int(62, 122), length, 1, chance.between(0.5, 1.1));
  }
  if (plot === 'STALLED') {
    return journey(
      chance.int(90, 150),
      chance.int(49, 77),
      chance.between(0.5, 0.75),
      chance.between(0.5, 0.9),
    );
  }
  return null;
}

/** Three to six topics out of one or two clusters: what a company has on its mind. */
export function topicsOf(chance: Dice): string[] {
  const clusters = chance.some(CLUSTER_NAMES, chance.int(1, 2));
  return chance.some(
    clusters.flatMap((name) => CLUSTERS[name]!),
    chance.int(3, 5),
  );
}

/** How far along a journey is: 0 at its start, 1 when sales comes in; below 0 and above 1 outside it. */
export const progress = (journey: Journey, time: number): number => (time - journey.start) / journey.length;

/** How much of the interest is alive at a point of the way: all up to `limit`, gone a quarter of the way later. */
export const alive = (journey: Journey, point: number): number =>
  point < 0 ? 0 : Math.max(0, Math.min(1, 1 - (point - journey.limit) * 4));
