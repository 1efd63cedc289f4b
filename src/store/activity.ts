/**
 * What accounts did day by day on what: the counts that surges are judged by, of a whole workspace in one statement.
 *
 * An actor counts once a day, however much it does there. Of signals with one origin the strongest counts. On a
 * cluster an actor-day weighs as much as the weightiest topic it touched. A source that began too late to have a past
 * is left out of the counts while there are others: switching on a feed is no rise. It may still confirm one.
 */
import { firstSignalId } from '../core/id.ts';
import type { Activity } from '../core/scoring/surge-keys.ts';
import type { Tx } from './database.ts';
import type { Cluster } from './topics.ts';

const DAY = 86_400_000;
/** A signal's id carries its sender's clock; one that is more than this behind its corrected time is not looked for. */
const CLOCK_BEHIND = 31 * DAY;

export interface Window {
  /** First day, at midnight UTC. */
  from: Date;
  /** Last moment. */
  to: Date;
  /** Days from `from` on: of the current window's first, and the last on which a source may begin and still count. */
  currentFrom: number;
  lastStart: number;
}

/** For the rest of the transaction: counting by sorting on disk takes several times as long. */
const MEMORY = "SET LOCAL work_mem = '128MB'";

const stood = (asOf: boolean): string =>
  asOf
    ? `moved AS MATERIALIZED (
    SELECT DISTINCT ON (signal_id) signal_id, account_id, person_id FROM signal_move
    WHERE workspace_id = $1 AND moved_at > $11 ORDER BY signal_id, moved_at),
  stood AS (
    SELECT s.signal_id, s.source, s.kind, s.occurred_at, s.strength, s.origin, s.anonymous_id, s.topics, s.attributes,
      CASE WHEN m.signal_id IS NULL THEN s.account_id ELSE m.account_id END AS account_id,
      CASE WHEN m.signal_id IS NULL THEN s.person_id ELSE m.person_id END AS person_id
    FROM signal AS s LEFT JOIN moved AS m ON m.signal_id = s.signal_id
    WHERE s.workspace_id = $1 AND s.signal_id >= $2 AND s.occurred_at >= $3 AND s.occurred_at <= $4 AND s.kind = ANY($5)
      AND s.strength > 0 AND s.received_at <= $11)`
    : `stood AS (
    SELECT signal_id, source, kind, occurred_at, strength, origin, anonymous_id, topics, attributes, account_id, person_id
    FROM signal
    WHERE workspace_id = $1 AND signal_id >= $2 AND occurred_at >= $3 AND occurred_at <= $4 AND kind = ANY($5)
      AND strength > 0)`;

const activityText = (asOf: boolean): string => `
  WITH ${stood(asOf)},
  once AS (
    SELECT * FROM stood WHERE account_id IS NOT NULL AND origin IS NULL
    UNION ALL (
      SELECT DISTINCT ON (account_id, origin) * FROM stood WHERE account_id IS NOT NULL AND origin IS NOT NULL
      ORDER BY account_id, origin, strength DESC, signal_id)),
  act AS MATERIALIZED (
    SELECT account_id, source, topics, occurred_at,
      floor(date_part('epoch', occurred_at - $3) / 86400)::int AS day,
      -- Hashed, for it is only told apart from others: the statement is as fast as its rows are small.
      hashtextextended(coalesce('person:' || person_id, 'visitor:' || anonymous_id, 'source:' || source), 0) AS actor,
      CASE WHEN kind = 'intent.topic' AND jsonb_typeof(attributes->'composite') = 'number'
        THEN (attributes->>'composite')::float8 END AS vendor
    FROM once),
  start AS (SELECT source, min(day) AS day FROM act GROUP BY source),
  settled AS (
    SELECT source FROM start WHERE day <= $7 OR NOT EXISTS (SELECT FROM start WHERE day <= $7)),
  cluster AS (SELECT * FROM unnest($8::text[], $9::text[], $10::float8[]) AS c (cluster, topic, weight)),
  told AS NOT MATERIALIZED (
    SELECT account_id, 'ACCOUNT' AS about, '' AS name, day, actor, source, 1::float8 AS weight FROM act
    UNION ALL
    SELECT account_id, 'TOPIC', topic, day, actor, source, 1 FROM act, unnest(topics) AS topic
    UNION ALL
    SELECT account_id, 'CLUSTER', c.cluster, day, actor, source, c.weight
    FROM act, unnest(topics) AS named JOIN cluster AS c ON c.topic = named),
  actor_day AS (
    SELECT account_id, about, name, day, max(weight) AS weight FROM told
    WHERE source IN (SELECT source FROM settled) GROUP BY account_id, about, name, day, actor),
  past AS (
    SELECT account_id, about, name, array_agg(day) AS days,
      array_agg(weight) FILTER (WHERE about = 'CLUSTER') AS weights
    FROM actor_day GROUP BY account_id, about, name),
  present AS (
    SELECT account_id, about, name, count(DISTINCT actor) AS actors, array_agg(DISTINCT source) AS sources
    FROM told WHERE day >= $6 GROUP BY account_id, about, name),
  vendor AS (
    SELECT account_id, name, jsonb_object_agg(source, vendor) AS vendor FROM (
      SELECT DISTINCT ON (account_id, topic, source) account_id, topic AS name, source, vendor
      FROM act, unnest(topics) AS topic WHERE vendor IS NOT NULL AND day >= $6
      ORDER BY account_id, topic, source, occurred_at DESC, vendor DESC) AS latest
    GROUP BY account_id, name)
  SELECT account_id, about, name, coalesce(days, '{}') AS days, weights,
    coalesce(actors, 0) AS actors, coalesce(sources, '{}') AS sources, v.vendor
  FROM past FULL JOIN present USING (account_id, about, name)
    LEFT JOIN vendor AS v USING (account_id, name)
  UNION ALL
  SELECT NULL, 'SOURCE', source, ARRAY[day], NULL, 0, '{}', NULL FROM start WHERE source IN (SELECT source FROM settled)`;

/**
 * Activity of every account, on its own, per topic and per cluster, and the day on which each source that counts
 * began. `replay`: with what was received by then, where it stood then.
 */
export async function read(
  tx: Tx,
  window: Window,
  kinds: readonly string[],
  clusters: readonly Cluster[],
  replay: Date | null,
): Promise<{ activities: Activity[]; starts: Map<string, number> }> {
  const members = clusters.flatMap(({ name, topics }) => topics.map((one) => ({ name, ...one })));
  await tx.client.query(MEMORY);
  const { rows } = await tx.client.query({
    text: activityText(replay !== null),
    values: [
      tx.workspaceId,
      firstSignalId(new Date(window.from.getTime() - CLOCK_BEHIND)),
      window.from,
      window.to,
      kinds,
      window.currentFrom,
      window.lastStart,
      members.map((one) => one.name),
      members.map((one) => one.topic),
      members.map((one) => one.weight),
      ...(replay ? [replay] : []),
    ],
    rowMode: 'array',
  });
  const activities: Activity[] = [];
  const starts = new Map<string, number>();
  for (const row of rows as unknown as ActivityRow[]) {
    const [accountId, about, name, days, weights, actors, sources, vendor] = row;
    if (about === 'SOURCE') starts.set(name, days[0]!);
    else activities.push({ accountId: accountId!, about, name, days, weights, actors, sources, vendor });
  }
  return { activities, starts };
}

type ActivityRow = [
  string | null,
  Activity['about'] | 'SOURCE',
  string,
  number[],
  number[] | null,
  number,
  string[],
  Record<string, number> | null,
];

/** What tells since when an account was watched, and who its peers are. */
export interface Watched {
  employees: number | null;
  /** When somebody gave it to us; null for those that were found. */
  importedAt: Date | null;
  /** Whether anything was seen of it before `from`. */
  seenBefore: boolean;
}

export async function watched(
  tx: Tx,
  accountIds: readonly string[],
  from: Date,
  knownBy: Date,
): Promise<Map<string, Watched>> {
  const { rows } = await tx.client.query(
    `SELECT a.account_id, a.employees, CASE WHEN a.origin = 'IMPORTED' THEN a.created_at END AS imported_at,
       EXISTS (SELECT FROM signal AS s WHERE s.workspace_id = $1 AND s.account_id = a.account_id AND s.signal_id < $3
         AND s.occurred_at < $4 AND s.received_at <= $5) AS seen_before
     FROM account AS a WHERE a.workspace_id = $1 AND a.account_id = ANY($2)`,
    [tx.workspaceId, accountIds, firstSignalId(from), from, knownBy],
  );
  return new Map(
    rows.map((row) => [
      row.account_id,
      { employees: row.employees, importedAt: row.imported_at, seenBefore: row.seen_before },
    ]),
  );
}
