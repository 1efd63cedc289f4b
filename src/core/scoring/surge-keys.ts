/**
 * From what accounts did day by day to keys that can be judged: since when each was watched, and who its peers are.
 * Watching begins with the first sign of an account (or with its import, if that was earlier), and for a key not
 * before the sources that now speak of it, or the topic itself, were first heard of at all.
 */
import type { ScoringModel } from '../model.ts';
import type { SignalKind } from '../signal.ts';
import { type SurgeKey, type SurgeResult, scoreSurges } from './surge.ts';

/** What one account did on one thing. Days count from the first of the baseline. */
export interface Activity {
  accountId: string;
  about: 'ACCOUNT' | 'TOPIC' | 'CLUSTER';
  /** Of the topic or cluster; empty for the account as a whole. */
  name: string;
  /** One for each actor-day, in any order. */
  days: readonly number[];
  /** Beside `days`: what each weighs; null: 1. */
  weights: readonly number[] | null;
  /** Of the current window. */
  actors: number;
  sources: readonly string[];
  /** Source → its own score. */
  vendor: Record<string, number> | null;
}

export interface Population {
  activities: readonly Activity[];
  /** Source → day on which it began, of those that count. */
  starts: ReadonlyMap<string, number>;
  /** Account → day from which on it was watched, below 0 if before the baseline. */
  watchedFrom: ReadonlyMap<string, number>;
  /** Account → its peers' class. */
  tiers: ReadonlyMap<string, string | null>;
  /** Cluster → its topics. */
  clusters: ReadonlyMap<string, readonly string[]>;
}

/** Kinds that are somebody's doing: not what takes points off, nor that we sent an e-mail. */
export const kindsThatCount = (model: ScoringModel): SignalKind[] =>
  (Object.keys(model.kinds) as SignalKind[]).filter(
    (kind) => model.kinds[kind].value > 0 && kind !== 'email.delivered',
  );

/** Weights are added up as whole numbers: their sum is the same to the last bit in any order. */
const WHOLE = 1_000_000;

const TIERS = [50, 200, 1_000, 5_000];

/** Class of size by employees, e.g. `50–199`; null: not known. */
export function sizeTier(employees: number | null): string | null {
  if (employees === null) return null;
  const at = TIERS.findIndex((limit) => employees < limit);
  if (at === 0) return `under ${TIERS[0]}`;
  return at < 0 ? `${TIERS.at(-1)} and more` : `${TIERS[at - 1]}–${TIERS[at]! - 1}`;
}

/** Judges accounts, topics and clusters, each kind of key as one population. Results beside their activities. */
export function judge(
  { activities, starts, watchedFrom, tiers, clusters }: Population,
  model: ScoringModel,
): { activity: Activity; result: SurgeResult }[] {
  const currentDays = 7 * model.surge.weekWeights.length;
  const baselineDays = 7 * model.surge.baselineWeeks;
  const began = firstDays(activities);

  const toKey = (activity: Activity): SurgeKey => {
    const counts = dailyCounts(activity, baselineDays + currentDays);
    let from = watchedFrom.get(activity.accountId) ?? 0;
    if (activity.about !== 'ACCOUNT') from = Math.max(from, began.get(`${activity.about} ${activity.name}`)!);
    for (const source of activity.sources) from = Math.max(from, starts.get(source) ?? 0);
    return {
      account: activity.accountId,
      topic: activity.about === 'ACCOUNT' ? null : activity.name,
      tier: tiers.get(activity.accountId) ?? null,
      current: counts.subarray(baselineDays),
      baseline: counts.subarray(0, baselineDays),
      // The day on which watching began only says that it had.
      observedDays: from <= 0 ? baselineDays : Math.max(0, baselineDays - from - 1),
      actors: activity.actors,
      sources: activity.sources.length,
    };
  };
  const of = (about: Activity['about']) => activities.filter((one) => one.about === about);
  const scored = (found: readonly Activity[], keys: readonly SurgeKey[]) =>
    scoreSurges(keys, model).map((result, at) => ({ activity: found[at]!, result }));

  const [whole, onTopics, onClusters] = [of('ACCOUNT'), of('TOPIC'), of('CLUSTER')];
  const topics = scored(onTopics, onTopics.map(toKey));
  const rising = new Set(
    topics.flatMap(({ activity, result }) =>
      result.status === 'SURGING' || result.status === 'ELEVATED'
        ? `${activity.accountId} ${activity.name}`
        : [],
    ),
  );
  const clusterKeys = onClusters.map((activity) => {
    const members = clusters.get(activity.name) ?? [];
    const surging = members.filter((topic) => rising.has(`${activity.accountId} ${topic}`)).length;
    return { ...toKey(activity), clusterTopics: { surging, total: members.length } };
  });
  return [...scored(whole, whole.map(toKey)), ...topics, ...scored(onClusters, clusterKeys)];
}

/** Counts of so many days; whole numbers, most of all, in half the space. */
function dailyCounts({ days, weights }: Activity, length: number): Float64Array | Uint32Array {
  if (!weights) {
    const counts = new Uint32Array(length);
    for (const day of days) counts[day]!++;
    return counts;
  }
  const counts = new Float64Array(length);
  for (let at = 0; at < days.length; at++) counts[days[at]!]! += Math.round(weights[at]! * WHOLE);
  return counts.map((count) => count / WHOLE);
}

/** The first of these days; infinite where there are none. */
export function firstDay(days: readonly number[]): number {
  let first = Number.POSITIVE_INFINITY;
  for (const day of days) if (day < first) first = day;
  return first;
}

/** Topics and clusters → the first day on which anybody did anything there. */
function firstDays(activities: readonly Activity[]): Map<string, number> {
  const first = new Map<string, number>();
  for (const { about, name, days } of activities) {
    const key = `${about} ${name}`;
    first.set(key, Math.min(firstDay(days), first.get(key) ?? Number.POSITIVE_INFINITY));
  }
  return first;
}
