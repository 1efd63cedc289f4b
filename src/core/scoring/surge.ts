/**
 * Surge: how unlikely the current activity of an account on a topic is, given the account's own past, what is usual
 * for accounts like it, and what everybody does now. One call judges one population of keys (account and topic,
 * account and cluster, or accounts alone): priors, trend and discovery control are learned from it.
 *
 * The current counts are compared with a negative binomial. Its mean is the key's past rate, drawn toward its peers
 * (empirical Bayes) and moved by the general trend; its variance holds the noise of counting, the doubt about the
 * past rate, and the over-dispersion seen between the weeks of all histories. Recent weeks count more than the first
 * of the window: the weighted count, scaled so that its variance is again its mean, takes the place of the count.
 */
import * as z from 'zod';
import type { ScoringModel } from '../model.ts';
import * as dispersion from './dispersion.ts';
import * as falseDiscovery from './false-discovery.ts';
import * as trends from './general-trend.ts';
import { tails } from './negative-binomial.ts';
import * as rates from './rates.ts';

export type SurgeStatus = 'SURGING' | 'ELEVATED' | 'NORMAL' | 'COOLING' | 'INSUFFICIENT_DATA';

export interface SurgeKey {
  account: string;
  /** A topic or a cluster; null: all the account does. */
  topic: string | null;
  /** Accounts of one tier of size are each other's peers. */
  tier: string | null;
  /** Daily capped counts of the current window (default model: 21 days), oldest first. */
  current: ArrayLike<number>;
  /** Daily capped counts of the baseline right before it (84 days), oldest first. */
  baseline: ArrayLike<number>;
  /** How many days of the baseline were observed: its last ones. */
  observedDays: number;
  /** Distinct actors and independent sources in the current window. */
  actors: number;
  sources: number;
  /** For clusters: how many of its topics surge. */
  clusterTopics?: { surging: number; total: number };
}

export interface SurgeResult {
  account: string;
  topic: string | null;
  /** 0–100; 50 is ordinary, and what is said without enough history. */
  score: number;
  status: SurgeStatus;
  /** Count in the current window, each day alike. */
  observed: number;
  /** What was to be expected there. */
  expected: number;
  /** observed / expected; null without enough history. */
  lift: number | null;
  /** Chance of so much or more (mid-p, recent weeks counting more). */
  pValue: number;
  /** Index in `current` of the day the rise began; null unless SURGING or ELEVATED. */
  since: number | null;
}

/** Keys with enough history, as columns. */
interface Columns {
  /** Index in the input. */
  key: Uint32Array;
  /** Whole weeks of baseline. */
  weeks: Float64Array;
  /** Count in them. */
  past: Float64Array;
  /** Count of the current window, and the same with weights. */
  now: Float64Array;
  weighted: Float64Array;
  /** Over neighbouring weeks of baseline (see dispersion.ts). */
  weekExcess: Float64Array;
  weekProducts: Float64Array;
  /** Counts of the whole windows in the baseline, latest first, those of a row one after another. */
  windows: Float64Array;
  /** Rate per week to be expected without trend, and how uncertain it is (see rates.ts). */
  rate: Float64Array;
  doubt: Float64Array;
  wobble: Float64Array;
  /** Relative variance of the rate from week to week. */
  phi: Float64Array;
  trend: Float64Array;
}

/** How much a baseline must count to tell how its activity is spread over windows. */
const TELLING = 8;

/** Judges every key, in the order given. The order of the keys changes no bit of any result. */
export function scoreSurges(keys: readonly SurgeKey[], model: ScoringModel): SurgeResult[] {
  const { weekWeights, thresholds, pointsPerTenfold, falseDiscoveryRate } = model.surge;
  const columns = gather(keys, model);
  columns.phi = phisOf(columns, weekWeights.length);
  const groups = groupsOf(columns, keys);
  takeRates(columns, groups, model);
  takeTrends(columns, groups, model);

  const results = keys.map((key) => unjudged(key, model));
  const weightSum = sum(weekWeights);
  const squareSum = sum(weekWeights.map((weight) => weight * weight));
  const weeks = (weightSum * weightSum) / squareSum;
  const pValues = new Float64Array(columns.key.length);
  const claims = new Float64Array(columns.key.length);
  // Where no key is silent the silent ones were left out: a live pass knows only what was seen.
  const seenOnly = columns.past.every((past, i) => past + columns.now[i]! > 0);
  for (let i = 0; i < columns.key.length; i++) {
    const result = results[columns.key[i]!]!;
    const rate = columns.rate[i]! * columns.trend[i]!;
    const size = 1 / (columns.doubt[i]! + columns.phi[i]! / weeks);
    // The wobble of the past divides, where all other doubt multiplies: to the tail it is as if fewer had been counted.
    const count = (columns.weighted[i]! * weightSum) / squareSum;
    const worth = 1 / (1 + columns.wobble[i]! * count);
    const usual = rate * weeks;
    const mean = usual * worth;
    let { upper, lower } = tails(count * worth, mean, size);
    if (seenOnly && columns.past[i] === 0) {
      // That there is anything is why we know of it, and says nothing; how much there is does.
      upper = Math.min(0.5, upper / -Math.expm1(-size * Math.log1p(mean / size)));
      lower = 1 - upper;
    }
    pValues[i] = upper;
    claims[i] = falseDiscovery.claim(usual / (1 + columns.wobble[i]! * usual), size);
    result.pValue = upper;
    result.score = clamp(50 + pointsPerTenfold * Math.log10(lower / upper), 0, 100);
    result.expected = rate * weekWeights.length;
    result.lift = result.observed / result.expected;
  }

  const weights = falseDiscovery.weights(claims);
  const weighed = pValues.map((p, i) => p / weights[i]!);
  const reportable = falseDiscovery.threshold(
    weighed,
    falseDiscoveryRate / falseDiscovery.ordinaryPart(pValues),
  );
  for (const [i, index] of columns.key.entries()) {
    const key = keys[index]!;
    const result = results[index]!;
    if (result.score >= thresholds.surging) {
      result.status = weighed[i]! <= reportable && isBorneOut(key, model) ? 'SURGING' : 'ELEVATED';
      result.since = startOf(key.current, result.expected);
    } else {
      result.status = result.score <= thresholds.cooling ? 'COOLING' : 'NORMAL';
    }
  }
  return results;
}

const countsSchema = z.array(z.number().min(0)).length(105);
const howManySchema = z.union([z.number().min(0), z.array(z.string())]);
/** One line of `undercurrent try surge`. */
export const surgeLineSchema = z.object({
  account: z.string(),
  topic: z.string().nullable().default(null),
  days: countsSchema.describe('Daily counts, oldest first: 84 days of baseline, then the 21 current ones.'),
  actors: howManySchema.describe('Actors in the current days: how many, or their names.'),
  sources: howManySchema.describe('Sources in the current days: how many, or their names.'),
});
export type SurgeLine = z.infer<typeof surgeLineSchema>;

export type SurgeJudgement = Pick<
  SurgeResult,
  'account' | 'topic' | 'score' | 'status' | 'observed' | 'expected' | 'pValue'
>;

/**
 * Judges lines as one population, in their order. As nobody says since when an account was watched, it counts from
 * the first day with any activity on any of its topics; that day itself only says that watching had begun.
 */
export function judgeSurge(lines: readonly SurgeLine[], model: ScoringModel): SurgeJudgement[] {
  const currentDays = 7 * model.surge.weekWeights.length;
  const firstActive = new Map<string, number>();
  for (const { account, days } of lines) {
    const first = days.findIndex((count) => count > 0);
    if (first >= 0) firstActive.set(account, Math.min(first, firstActive.get(account) ?? first));
  }
  const keys = lines.map(({ account, topic, days, actors, sources }): SurgeKey => {
    const baseline = days.slice(0, -currentDays);
    const first = firstActive.get(account) ?? days.length;
    return {
      account,
      topic,
      tier: null,
      current: days.slice(-currentDays),
      baseline,
      observedDays: first === 0 ? baseline.length : Math.max(0, baseline.length - first - 1),
      actors: howMany(actors),
      sources: howMany(sources),
    };
  });
  return scoreSurges(keys, model).map(({ account, topic, score, status, observed, expected, pValue }) => ({
    account,
    topic,
    score,
    status,
    observed,
    expected,
    pValue,
  }));
}

const howMany = (one: number | string[]): number => (typeof one === 'number' ? one : new Set(one).size);

/** What is said of a key whose past is too short: what it would lead to expect, and no judgement. */
function unjudged(key: SurgeKey, model: ScoringModel): SurgeResult {
  const { current, baseline } = key;
  const windowDays = 7 * model.surge.weekWeights.length;
  if (current.length !== windowDays) {
    throw new RangeError(
      `The current window has ${current.length} days; the model’s week weights need ${windowDays}.`,
    );
  }
  const observed = total(current, 0, windowDays);
  const days = Math.min(key.observedDays, baseline.length);
  const past = total(baseline, baseline.length - days, baseline.length);
  return {
    account: key.account,
    topic: key.topic,
    score: 50,
    status: 'INSUFFICIENT_DATA',
    observed,
    expected: days > 0 ? (past * windowDays) / days : 0,
    lift: null,
    pValue: 0.5,
    since: null,
  };
}

function isBorneOut(key: SurgeKey, { surge }: ScoringModel): boolean {
  const { clusterTopics } = key;
  if (clusterTopics && clusterTopics.surging < surge.clusterShare * clusterTopics.total) return false;
  return key.actors >= surge.actors || key.sources >= surge.sources;
}

/**
 * Counts of the keys with enough history. They are put in an order of the counts themselves, so that sums over them
 * come out the same to the last bit however the input was ordered.
 */
function gather(keys: readonly SurgeKey[], { surge }: ScoringModel): Columns {
  const { weekWeights, baselineWeeks } = surge;
  const windowWeeks = weekWeights.length;
  const stride = Math.floor(baselineWeeks / windowWeeks);
  const columns = emptyColumns(keys.length, stride);
  let rows = 0;
  const blocks = new Float64Array(baselineWeeks);
  for (let index = 0; index < keys.length; index++) {
    const { current, baseline, observedDays } = keys[index]!;
    if (observedDays < surge.minimumDays) continue;
    const weeks = Math.floor(Math.min(observedDays, baseline.length, 7 * baselineWeeks) / 7);
    for (let week = 0; week < weeks; week++) {
      blocks[week] = total(baseline, baseline.length - 7 * (week + 1), baseline.length - 7 * week);
    }
    columns.key[rows] = index;
    columns.weeks[rows] = weeks;
    columns.past[rows] = total(blocks, 0, weeks);
    for (let week = 1; week < weeks; week++) {
      const one = blocks[week - 1]!;
      const other = blocks[week]!;
      columns.weekExcess[rows]! += (one - other) ** 2 - one - other;
      columns.weekProducts[rows]! += one * other;
    }
    for (let week = 0; week < weeks; week++) {
      const window = Math.floor(week / windowWeeks);
      if (window < stride) columns.windows[rows * stride + window]! += blocks[week]!;
    }
    for (let week = 0; week < windowWeeks; week++) {
      const count = total(current, 7 * week, 7 * (week + 1));
      columns.now[rows]! += count;
      columns.weighted[rows]! += weekWeights[week]! * count;
    }
    rows++;
  }
  const { past, now, weighted, weeks, weekExcess, weekProducts, windows } = columns;
  const byWindows = (a: number, b: number): number => {
    for (let at = 0; at < stride; at++) {
      const difference = windows[a * stride + at]! - windows[b * stride + at]!;
      if (difference !== 0) return difference;
    }
    return 0;
  };
  const order = Uint32Array.from({ length: rows }, (_, row) => row).sort(
    (a, b) =>
      past[b]! - past[a]! ||
      now[a]! - now[b]! ||
      weighted[a]! - weighted[b]! ||
      weeks[a]! - weeks[b]! ||
      weekExcess[a]! - weekExcess[b]! ||
      weekProducts[a]! - weekProducts[b]! ||
      byWindows(a, b),
  );
  const sorted = emptyColumns(rows, stride);
  for (const [at, row] of order.entries()) {
    sorted.key[at] = columns.key[row]!;
    sorted.weeks[at] = weeks[row]!;
    sorted.past[at] = past[row]!;
    sorted.now[at] = now[row]!;
    sorted.weighted[at] = weighted[row]!;
    sorted.weekExcess[at] = weekExcess[row]!;
    sorted.weekProducts[at] = weekProducts[row]!;
    sorted.windows.set(windows.subarray(row * stride, (row + 1) * stride), at * stride);
  }
  return sorted;
}

function emptyColumns(rows: number, stride: number): Columns {
  return {
    key: new Uint32Array(rows),
    weeks: new Float64Array(rows),
    windows: new Float64Array(rows * stride),
    past: new Float64Array(rows),
    now: new Float64Array(rows),
    weighted: new Float64Array(rows),
    weekExcess: new Float64Array(rows),
    weekProducts: new Float64Array(rows),
    rate: new Float64Array(rows),
    doubt: new Float64Array(rows),
    wobble: new Float64Array(rows),
    phi: new Float64Array(rows),
    trend: new Float64Array(rows),
  };
}

/** Over-dispersion of each key from week to week, its own and what most keys have of longer ups and downs. */
function phisOf(
  { past, weeks, weekExcess, weekProducts, windows }: Columns,
  windowWeeks: number,
): Float64Array {
  const rows = Uint32Array.from(past.keys()).filter((i) => past[i]! > 0);
  const histories: dispersion.Histories = {
    means: Float64Array.from(rows, (i) => past[i]! / weeks[i]!),
    excess: Float64Array.from(rows, (i) => weekExcess[i]!),
    products: Float64Array.from(rows, (i) => weekProducts[i]!),
    blocks: Float64Array.from(rows, (i) => weeks[i]!),
  };
  const weekly = dispersion.pooled(histories);
  const own = dispersion.shrunken(histories, weekly);

  const stride = windows.length / past.length;
  const spreads: Float64Array[] = [];
  for (const i of rows) {
    const whole = Math.min(stride, Math.floor(weeks[i]! / windowWeeks));
    if (whole >= 2 && past[i]! >= TELLING) spreads.push(windows.subarray(i * stride, i * stride + whole));
  }
  const common = weekly + windowWeeks * dispersion.lasting(spreads, weekly / windowWeeks);
  const phis = new Float64Array(past.length).fill(common);
  for (const [at, row] of rows.entries()) phis[row] = weekly > 0 ? own[at]! * (common / weekly) : common;
  return phis;
}

interface Groups {
  /** Rows of each topic and of each topic and tier, and which of them a row is in. */
  topics: number[][];
  topicOf: Uint32Array;
  peers: number[][];
  peersOf: Uint32Array;
}

function groupsOf({ key }: Columns, keys: readonly SurgeKey[]): Groups {
  const topics = new Map<string | null, number[]>();
  const topicIds = new Map<string | null, number>();
  const peers: number[][] = [];
  const tierIds: Map<string | null, number>[] = [];
  const topicOf = new Uint32Array(key.length);
  const peersOf = new Uint32Array(key.length);
  for (let row = 0; row < key.length; row++) {
    const { topic, tier } = keys[key[row]!]!;
    let topicId = topicIds.get(topic);
    if (topicId === undefined) {
      topicId = topicIds.size;
      topicIds.set(topic, topicId);
      topics.set(topic, []);
      tierIds.push(new Map());
    }
    let peerId = tierIds[topicId]!.get(tier);
    if (peerId === undefined) {
      peerId = peers.length;
      tierIds[topicId]!.set(tier, peerId);
      peers.push([]);
    }
    topics.get(topic)!.push(row);
    topicOf[row] = topicId;
    peers[peerId]!.push(row);
    peersOf[row] = peerId;
  }
  return { topics: [...topics.values()], topicOf, peers, peersOf };
}

/** The rate of each key: what its peers do, updated with its own past. */
function takeRates(columns: Columns, groups: Groups, { surge }: ScoringModel): void {
  const { past, weeks, phi, rate, doubt, wobble } = columns;
  const enough = (rows: number[]) => rows.length >= surge.poolUnder;
  const all = groups.topics.every(enough) ? null : rates.learn(columns, [...past.keys()]);
  const byTopic = groups.topics.map((rows) => (enough(rows) ? rates.learn(columns, rows) : all!));
  const byPeers = groups.peers.map((rows) =>
    enough(rows) ? rates.learn(columns, rows) : byTopic[groups.topicOf[rows[0]!]!]!,
  );
  for (let i = 0; i < past.length; i++) {
    const found = rates.update(byPeers[groups.peersOf[i]!]!, past[i]!, weeks[i]!, phi[i]!);
    rate[i] = found.mean;
    doubt[i] = found.doubt;
    wobble[i] = found.wobble;
  }
}

/** What everybody on the topic does now, as a factor on their past, where there are enough of them to tell. */
function takeTrends(columns: Columns, groups: Groups, { surge }: ScoringModel): void {
  const enough = (rows: ArrayLike<number>) => rows.length >= surge.poolUnder;
  const all =
    !enough(columns.key) || groups.topics.every(enough)
      ? { factor: 1, doubt: 0 }
      : trends.learn(columns, [...columns.past.keys()], surge);
  const byTopic = groups.topics.map((rows) => (enough(rows) ? trends.learn(columns, rows, surge) : all));
  for (let i = 0; i < columns.trend.length; i++) {
    const { factor, doubt } = byTopic[groups.topicOf[i]!]!;
    columns.trend[i] = factor;
    columns.doubt[i]! += doubt;
  }
}

/** The day from which on the counts exceed an even share of `expected` most clearly, by likelihood. */
function startOf(current: ArrayLike<number>, expected: number): number | null {
  let best = 0;
  let start: number | null = null;
  let count = 0;
  for (let day = current.length - 1; day >= 0; day--) {
    count += current[day]!;
    const usual = (expected * (current.length - day)) / current.length;
    if (count <= usual) continue;
    const likelihood = count * Math.log(count / usual) - (count - usual);
    if (likelihood > best) {
      best = likelihood;
      start = day;
    }
  }
  return start;
}

function total(counts: ArrayLike<number>, from: number, to: number): number {
  let found = 0;
  for (let day = from; day < to; day++) found += counts[day]!;
  return found;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((whole, one) => whole + one, 0);
const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));
