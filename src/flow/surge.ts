/** The surge pass: everything a workspace's accounts did in the window, judged at once. The arithmetic is in core/scoring. */
import { once } from 'node:events';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ScoringModel } from '../core/model.ts';
import * as surgeKeys from '../core/scoring/surge-keys.ts';
import * as accounts from '../store/accounts.ts';
import * as activity from '../store/activity.ts';
import { type Database, inWorkspace, type Tx } from '../store/database.ts';
import * as models from '../store/models.ts';
import * as scoreHistory from '../store/score-history.ts';
import * as scores from '../store/scores.ts';
import * as surges from '../store/surges.ts';
import * as topics from '../store/topics.ts';
import { asKnownAt } from './history.ts';
import { catchUp } from './topics.ts';

const DAY = 86_400_000;
/** Keys, or accounts, from which a thread is worth its start. */
const MANY = 5_000;

/**
 * Brings the surges of a workspace up to date and asks for the scores of accounts that began or ceased to surge;
 * returns how many. `touched` false: only if the day, the model or the topics are others than last time.
 */
export async function refresh(
  db: Database,
  workspaceId: string,
  clock: () => Date,
  touched = true,
): Promise<number> {
  const due =
    touched ||
    !(await inWorkspace(db, workspaceId, async (tx) => {
      const now = clock();
      const { version } = await models.current(tx, now);
      return surges.isCurrent(tx, dayOf(now), version);
    }));
  if (!due) return 0;
  await catchUp(db, workspaceId, clock);
  const now = clock();
  const many = await inWorkspace(db, workspaceId, (tx) => surges.areMany(tx, MANY));
  return many
    ? inThread({ url: db.pool.options.connectionString!, workspaceId, now })
    : pass(db, workspaceId, now);
}

/** What the thread is told. */
export interface Task {
  url: string;
  workspaceId: string;
  now: Date;
}

/** As `pass`, in a thread: judging many takes seconds, in which nothing else would be answered. */
export async function inThread(task: Task): Promise<number> {
  const worker = new Worker(script, { workerData: task });
  try {
    const [turned] = await once(worker, 'message');
    return turned;
  } finally {
    await worker.terminate();
  }
}

/** Beside this file, whether that is a source or compiled. */
const script = new URL(`surge-worker${path.extname(import.meta.url)}`, import.meta.url);

/**
 * Judges all of a workspace and returns how many accounts began or ceased to surge; their scores are asked for. Of days
 * that are to be judged again so many milliseconds’ worth come before, at least one; the others with the next passes.
 */
export async function pass(
  db: Database,
  workspaceId: string,
  now: Date,
  restating = RESTATING,
): Promise<number> {
  const { told, reached } = await restate(db, workspaceId, now, restating);
  return inWorkspace(db, workspaceId, async (tx) => {
    await surges.lock(tx);
    const { model, version: modelVersion } = await models.active(tx, now);
    const fresh = await compute(tx, model, now, null);
    const turned = told.union(new Set(await surges.replace(tx, fresh, { modelVersion, now })));
    // What did not change today may differ from the days before as they are now.
    if (reached) for (const id of await surges.restate(tx, fresh, dayOf(now), dayOf(now))) turned.add(id);
    await scores.request(tx, [...turned], now);
    return turned.size;
  });
}

/** Days that are judged again, at most. */
const MOST_RESTATED = 400;

/** Milliseconds given to them in one pass: today is not to wait for the whole past. */
const RESTATING = 20_000;

/** Whether there are days left that are to be judged again. */
export const isRestating = (db: Database, workspaceId: string): Promise<boolean> =>
  inWorkspace(db, workspaceId, async (tx) => (await surges.restateFrom(tx)) !== null);

/**
 * Judges the days again whose signals were undone or erased, one after the other, each in a transaction of its own.
 * Returns the accounts of which something else is told now. `reached`: there were such days, and none is left.
 */
async function restate(
  db: Database,
  workspaceId: string,
  now: Date,
  restating: number,
): Promise<{ told: Set<string>; reached: boolean }> {
  const told = new Set<string>();
  const end = performance.now() + restating;
  for (let any = false; ; any = true) {
    const changed = await inWorkspace(db, workspaceId, async (tx) => {
      await surges.lock(tx);
      const from = await surges.restateFrom(tx);
      if (from === null) return null;
      if (any && performance.now() > end) return 'later';
      const earliest = dayOf(new Date(now.getTime() - MOST_RESTATED * DAY));
      const day = [from, earliest].sort()[1]!;
      const at = new Date(Date.parse(day) + DAY - 1);
      const { model } = await models.activeAt(tx, at, now);
      const changed = await surges.restate(tx, await compute(tx, model, at, at), day, dayOf(now));
      // Asked for at once, lest it be lost with this process.
      await scores.request(tx, changed, now);
      return changed;
    });
    if (changed === null) return { told, reached: any };
    if (changed === 'later') return { told, reached: false };
    for (const id of changed) told.add(id);
  }
}

/**
 * Surges of all accounts as of a moment, per account, topic and cluster. `replay`: with what had been received by
 * then, where it stood then; topics are those declared today. A function of what is stored, and of nothing else.
 */
export async function compute(
  tx: Tx,
  model: ScoringModel,
  asOf: Date,
  replay: Date | null,
): Promise<surges.Surge[]> {
  const { weekWeights, baselineWeeks, minimumDays } = model.surge;
  const currentFrom = 7 * baselineWeeks;
  const from = new Date(
    Math.floor(asOf.getTime() / DAY) * DAY - (currentFrom + 7 * weekWeights.length - 1) * DAY,
  );
  const dayNumber = (time: Date) => Math.floor((time.getTime() - from.getTime()) / DAY);
  const clusters = await topics.clusters(tx);
  const window = { from, to: asOf, currentFrom, lastStart: currentFrom - minimumDays - 1 };
  const { activities, starts } = await activity.read(
    tx,
    window,
    surgeKeys.kindsThatCount(model),
    clusters,
    replay,
  );
  const wholes = activities.filter(({ about }) => about === 'ACCOUNT');
  const ids = wholes.map(({ accountId }) => accountId);
  const watched = await activity.watched(tx, ids, from, asOf, replay);
  const then = replay && (await knownThen(tx, ids, replay));

  const watchedFrom = new Map<string, number>();
  const tiers = new Map<string, string | null>();
  for (const { accountId, days } of wholes) {
    const facts = watched.get(accountId);
    if (!facts) continue; // gone meanwhile
    const seen = facts.seenBefore ? -1 : Math.min(surgeKeys.firstDay(days), currentFrom);
    watchedFrom.set(accountId, facts.importedAt ? Math.min(seen, dayNumber(facts.importedAt)) : seen);
    tiers.set(
      accountId,
      surgeKeys.sizeTier(then ? (then.get(accountId)?.employees ?? null) : facts.employees),
    );
  }
  const population: surgeKeys.Population = {
    activities: activities.filter(({ accountId }) => watchedFrom.has(accountId)),
    starts,
    watchedFrom,
    tiers,
    clusters: new Map(clusters.map((one) => [one.name, one.topics.map(({ topic }) => topic)])),
  };
  return surgeKeys
    .judge(population, model)
    .map(({ activity: { accountId, about, name, ...seen }, result }) => ({
      id: surges.surgeIdOf(tx.workspaceId, { accountId, about, name }),
      accountId,
      about,
      name,
      score: result.score,
      status: result.status,
      observed: result.observed,
      expected: result.expected,
      lift: result.lift,
      pValue: result.pValue,
      actors: seen.actors,
      sources: [...seen.sources],
      since:
        result.since === null ? null : dayOf(new Date(from.getTime() + (currentFrom + result.since) * DAY)),
      vendor: seen.vendor,
    }));
}

/** Facts of accounts as they were known. */
async function knownThen(
  tx: Tx,
  ids: readonly string[],
  at: Date,
): Promise<Map<string, accounts.AccountFactsForScore>> {
  const families = await scoreHistory.familiesAt(tx, ids, at);
  return asKnownAt(tx, await accounts.firmographics(tx, ids, at, at), { at, families });
}

const dayOf = (time: Date): string => time.toISOString().slice(0, 10);
