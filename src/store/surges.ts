/** Surges as they stand and since when: what one pass over a workspace computed, replaced by difference. */
import { nameId } from '../core/id.ts';
import type { SurgeStatus } from '../core/scoring/surge.ts';
import { conditionsOf } from './conditions.ts';
import type { Tx } from './database.ts';

export type SurgeSubject = 'ACCOUNT' | 'TOPIC' | 'CLUSTER';

/** What a surge is of. `name`: of the topic or cluster; empty for the account as a whole. */
export interface SurgeKeyName {
  accountId: string;
  about: SurgeSubject;
  name: string;
}

export interface Surge extends SurgeKeyName {
  id: string;
  /** 0–100; 50 is ordinary. */
  score: number;
  status: SurgeStatus;
  /** Actor-days of the current window, and how many were to be expected. */
  observed: number;
  expected: number;
  lift: number | null;
  pValue: number;
  actors: number;
  sources: string[];
  /** `YYYY-MM-DD`, UTC. */
  since: string | null;
  /** Source → its own score; null: none gave one. */
  vendor: Record<string, number> | null;
}

export const surgeIdOf = (workspaceId: string, { accountId, about, name }: SurgeKeyName): string =>
  nameId('surge', workspaceId, accountId, about, name);

/** Until the transaction's end nobody else computes surges. */
export async function lock(tx: Tx): Promise<void> {
  await tx.client.query("SELECT pg_advisory_xact_lock(hashtextextended('undercurrent.surge.' || $1, 0))", [
    tx.workspaceId,
  ]);
}

/** Whether what is stored was computed for that day with that model, from topics as they are declared. */
export async function isCurrent(tx: Tx, day: string, modelVersion: number): Promise<boolean> {
  const { rows } = await tx.client.query(
    `SELECT EXISTS (SELECT FROM surge_pass
         WHERE workspace_id = $1 AND computed_for = $2 AND model_version = $3 AND restate_from IS NULL)
       AND NOT EXISTS (SELECT FROM topic_state WHERE workspace_id = $1 AND applied IS DISTINCT FROM version) AS current`,
    [tx.workspaceId, day, modelVersion],
  );
  return rows[0].current;
}

/** Whether so many are judged, or accounts there to be judged. */
export async function areMany(tx: Tx, least: number): Promise<boolean> {
  const { rows } = await tx.client.query(
    `SELECT EXISTS (SELECT FROM surge WHERE workspace_id = $1 OFFSET $2)
       OR EXISTS (SELECT FROM account WHERE workspace_id = $1 OFFSET $2) AS many`,
    [tx.workspaceId, least - 1],
  );
  return rows[0].many;
}

const COLUMNS = `s.surge_id AS id, s.account_id AS "accountId", s.about, s.name, s.score, s.status, s.observed, s.expected,
  s.lift, s.p_value AS "pValue", s.actors, s.sources, s.since, s.vendor`;

/** Rows written in one statement. */
const CHUNK = 5_000;

/**
 * Makes `fresh` all that is stored, writing only what differs, and returns the accounts that began or ceased to surge on
 * something. Accounts that are gone meanwhile are left out.
 */
export async function replace(
  tx: Tx,
  fresh: readonly Surge[],
  pass: { modelVersion: number; now: Date },
): Promise<string[]> {
  const day = pass.now.toISOString().slice(0, 10);
  const { rows } = await tx.client.query(`SELECT ${COLUMNS} FROM surge AS s WHERE s.workspace_id = $1`, [
    tx.workspaceId,
  ]);
  const stored = new Map<string, Surge>(rows.map((row) => [row.id, row]));
  const changed: Surge[] = [];
  const turned = new Set<string>();
  const isSurging = (surge: Surge | undefined) => surge?.status === 'SURGING';
  for (const surge of fresh) {
    const before = stored.get(surge.id);
    stored.delete(surge.id);
    if (before && isSame(before, surge)) continue;
    changed.push(surge);
    if (isSurging(before) !== isSurging(surge)) turned.add(surge.accountId);
  }
  const gone = [...stored.values()];
  for (const surge of gone) if (isSurging(surge)) turned.add(surge.accountId);
  for (let at = 0; at < changed.length; at += CHUNK) await write(tx, changed.slice(at, at + CHUNK), day);
  for (let at = 0; at < gone.length; at += CHUNK) await remove(tx, gone.slice(at, at + CHUNK), day);
  await tx.client.query(SHOW, [tx.workspaceId]);
  await tx.client.query(
    `INSERT INTO surge_pass (workspace_id, computed_for, computed_at, model_version) VALUES ($1, $2, $3, $4)
     ON CONFLICT (workspace_id) DO UPDATE SET computed_for = EXCLUDED.computed_for, computed_at = EXCLUDED.computed_at,
       model_version = EXCLUDED.model_version`,
    [tx.workspaceId, day, pass.now, pass.modelVersion],
  );
  return [...turned];
}

function isSame(one: Surge, other: Surge): boolean {
  return (
    one.score === other.score &&
    one.status === other.status &&
    one.observed === other.observed &&
    one.expected === other.expected &&
    one.lift === other.lift &&
    one.pValue === other.pValue &&
    one.actors === other.actors &&
    one.since === other.since &&
    one.sources.join('\n') === other.sources.join('\n') &&
    wordsOf(one.vendor) === wordsOf(other.vendor)
  );
}

const wordsOf = (vendor: Surge['vendor']): string =>
  vendor === null ? '' : JSON.stringify(Object.entries(vendor).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Keeps in the history what differs from what it says of the days before; a key it does not know is ordinary. */
const REMEMBER = `
  before AS (
    SELECT f.account_id, f.about, f.name, f.score, f.status,
      coalesce(h.status, 'NORMAL') IS DISTINCT FROM CASE f.status WHEN 'INSUFFICIENT_DATA' THEN 'NORMAL' ELSE f.status END
        OR abs(coalesce(h.score, 50) - f.score) >= 10 AS differs
    FROM fresh AS f LEFT JOIN LATERAL (
      SELECT CASE status WHEN 'INSUFFICIENT_DATA' THEN 'NORMAL' ELSE status END AS status, score FROM surge_history AS h
      WHERE h.workspace_id = $1 AND h.account_id = f.account_id AND h.about = f.about AND h.name = f.name AND h.day < $3
      ORDER BY h.day DESC LIMIT 1) AS h ON true),
  forgotten AS (
    DELETE FROM surge_history AS h USING before AS b
    WHERE h.workspace_id = $1 AND h.day = $3 AND h.account_id = b.account_id AND h.about = b.about AND h.name = b.name
      AND NOT b.differs)
  INSERT INTO surge_history (workspace_id, account_id, about, name, day, score, status)
  SELECT $1, account_id, about, name, $3, score, status FROM before WHERE differs
  ON CONFLICT (workspace_id, account_id, about, name, day) DO UPDATE SET score = EXCLUDED.score, status = EXCLUDED.status`;

const WRITE = `
  WITH fresh AS MATERIALIZED (
    SELECT f.* FROM json_populate_recordset(NULL::surge, $2::json) AS f
    JOIN account AS a ON a.workspace_id = $1 AND a.account_id = f.account_id),
  written AS (
    INSERT INTO surge SELECT * FROM fresh
    ON CONFLICT (workspace_id, surge_id) DO UPDATE SET score = EXCLUDED.score, status = EXCLUDED.status,
      observed = EXCLUDED.observed, expected = EXCLUDED.expected, lift = EXCLUDED.lift, p_value = EXCLUDED.p_value,
      actors = EXCLUDED.actors, sources = EXCLUDED.sources, since = EXCLUDED.since, vendor = EXCLUDED.vendor),
  ${REMEMBER}`;

const REMOVE = `
  WITH fresh AS MATERIALIZED (
    SELECT account_id, about, name, 50::float8 AS score, 'INSUFFICIENT_DATA' AS status
    FROM surge WHERE workspace_id = $1 AND surge_id = ANY($2)),
  removed AS (DELETE FROM surge WHERE workspace_id = $1 AND surge_id = ANY($2)),
  ${REMEMBER}`;

/** Beside the other scores of accounts, which are read in the order of any of them. Locked in the order of scoring. */
const SHOW = `
  WITH other AS (
    SELECT s.account_id, coalesce(u.score, 50) AS score
    FROM account_score AS s
      LEFT JOIN surge AS u ON u.workspace_id = $1 AND u.account_id = s.account_id AND u.about = 'ACCOUNT'
    WHERE s.workspace_id = $1 AND s.surge <> coalesce(u.score, 50) ORDER BY s.account_id FOR UPDATE OF s)
  UPDATE account_score AS s SET surge = other.score FROM other
  WHERE s.workspace_id = $1 AND s.account_id = other.account_id`;

async function write(tx: Tx, surges: readonly Surge[], day: string): Promise<void> {
  const rows = surges.map(({ id, accountId, pValue, ...rest }) => ({
    ...rest,
    workspace_id: tx.workspaceId,
    surge_id: id,
    account_id: accountId,
    p_value: pValue,
  }));
  await tx.client.query(WRITE, [tx.workspaceId, JSON.stringify(rows), day]);
}

async function remove(tx: Tx, surges: readonly Surge[], day: string): Promise<void> {
  await tx.client.query(REMOVE, [tx.workspaceId, surges.map((one) => one.id), day]);
}

/** The past days from that moment on are to be judged again: something they were judged by is gone. */
export async function requestRestating(tx: Tx, from: Date, now: Date): Promise<void> {
  await tx.client.query(
    `UPDATE surge_pass SET restate_from = least(restate_from, $2::date)
     WHERE workspace_id = $1 AND computed_for >= $2::date AND $2::date < $3::date`,
    [tx.workspaceId, from.toISOString().slice(0, 10), now.toISOString().slice(0, 10)],
  );
}

/** The first day that is to be judged again; null: none. */
export async function restateFrom(tx: Tx): Promise<string | null> {
  const { rows } = await tx.client.query('SELECT restate_from FROM surge_pass WHERE workspace_id = $1', [
    tx.workspaceId,
  ]);
  return rows[0]?.restate_from ?? null;
}

const RESTATE = `
  WITH fresh AS MATERIALIZED (
    SELECT f.account_id, f.about, f.name, f.score, f.status FROM json_populate_recordset(NULL::surge_history, $2::json) AS f
    JOIN account AS a ON a.workspace_id = $1 AND a.account_id = f.account_id),
  past AS (
    SELECT DISTINCT ON (account_id, about, name) account_id, about, name, score, status FROM surge_history
    WHERE workspace_id = $1 AND day < $3 ORDER BY account_id, about, name, day DESC),
  wanted AS MATERIALIZED (
    SELECT account_id, about, name, coalesce(f.score, 50) AS score, coalesce(f.status, 'INSUFFICIENT_DATA') AS status
    FROM fresh AS f FULL JOIN past AS p USING (account_id, about, name)
    WHERE coalesce(nullif(p.status, 'INSUFFICIENT_DATA'), 'NORMAL') <> coalesce(nullif(f.status, 'INSUFFICIENT_DATA'), 'NORMAL')
      OR abs(coalesce(p.score, 50) - coalesce(f.score, 50)) >= 10),
  gone AS (
    DELETE FROM surge_history AS h WHERE h.workspace_id = $1 AND h.day = $3 AND NOT EXISTS (
      SELECT FROM wanted AS w WHERE w.account_id = h.account_id AND w.about = h.about AND w.name = h.name)
    RETURNING account_id),
  written AS (
    INSERT INTO surge_history AS h (workspace_id, account_id, about, name, day, score, status)
    SELECT $1, account_id, about, name, $3, score, status FROM wanted
    ON CONFLICT (workspace_id, account_id, about, name, day) DO UPDATE SET score = EXCLUDED.score, status = EXCLUDED.status
      WHERE (h.score, h.status) <> (EXCLUDED.score, EXCLUDED.status)
    RETURNING account_id),
  reached AS (
    UPDATE surge_pass SET restate_from = CASE WHEN $3::date + 1 < $4::date THEN $3::date + 1 END
    WHERE workspace_id = $1 AND restate_from IS NOT NULL)
  SELECT account_id FROM gone UNION SELECT account_id FROM written`;

/**
 * Puts what was judged of a day in the place of what the history has of it, as though it had been judged then; goes on
 * to the next day. Days before must be right. Returns the accounts of which something else is told now.
 */
export async function restate(
  tx: Tx,
  surges: readonly Surge[],
  day: string,
  today: string,
): Promise<string[]> {
  const rows = surges.map(({ accountId: account_id, about, name, score, status }) => ({
    account_id,
    about,
    name,
    score,
    status,
  }));
  const { rows: changed } = await tx.client.query(RESTATE, [
    tx.workspaceId,
    JSON.stringify(rows),
    day,
    today,
  ]);
  return changed.map((row) => row.account_id);
}

export interface SurgeFilter {
  accountId?: string | null;
  about?: readonly SurgeSubject[] | null;
  statuses?: readonly SurgeStatus[] | null;
  topic?: string | null;
  cluster?: string | null;
  minScore?: number | null;
  owner?: string | null;
  tier?: string | null;
}

/** One page, highest score first, ties broken by id; `backward` reads the page before the cursor. */
export async function page(
  tx: Tx,
  filter: SurgeFilter,
  limit: number,
  cursor: { value: number; id: string } | null,
  backward = false,
): Promise<Surge[]> {
  const { where, values } = conditions(tx, filter);
  if (cursor) {
    values.push(cursor.value, cursor.id);
    where.push(
      `(s.score, s.surge_id) ${backward ? '>' : '<'} ($${values.length - 1}::float8, $${values.length}::uuid)`,
    );
  }
  values.push(limit);
  const direction = backward ? 'ASC' : 'DESC';
  const { rows } = await tx.client.query(
    `SELECT ${COLUMNS} FROM ${FROM} WHERE ${where.join(' AND ')}
     ORDER BY s.score ${direction}, s.surge_id ${direction} LIMIT $${values.length}`,
    values,
  );
  return backward ? rows.reverse() : rows;
}

export async function count(tx: Tx, filter: SurgeFilter): Promise<number> {
  const { where, values } = conditions(tx, filter);
  const { rows } = await tx.client.query(
    `SELECT count(*) AS total FROM ${FROM} WHERE ${where.join(' AND ')}`,
    values,
  );
  return rows[0].total;
}

/** A merged account has rows until the next pass; they count for nobody. */
const FROM = `surge AS s JOIN account AS a ON a.workspace_id = $1 AND a.account_id = s.account_id AND a.survivor_id IS NULL`;

function conditions(tx: Tx, filter: SurgeFilter): { where: string[]; values: unknown[] } {
  const { where, values, add } = conditionsOf(tx, 's.workspace_id = $1');
  add((v) => `s.account_id = ${v}`, filter.accountId);
  add((v) => `s.about = ANY(${v})`, filter.about);
  add((v) => `s.status = ANY(${v})`, filter.statuses);
  add((v) => `s.about = 'TOPIC' AND s.name = ${v}`, filter.topic);
  add((v) => `s.about = 'CLUSTER' AND s.name = ${v}`, filter.cluster);
  add((v) => `s.score >= ${v}`, filter.minScore);
  add((v) => `a.owner = ${v}`, filter.owner);
  add((v) => `a.tier = ${v}`, filter.tier);
  return { where, values };
}

/** Surges of that subject, by account; absent: nothing was seen of it. */
export async function of(
  tx: Tx,
  accountIds: readonly string[],
  about: SurgeSubject,
  name: string,
): Promise<Map<string, Surge>> {
  const { rows } = await tx.client.query(
    `SELECT ${COLUMNS} FROM surge AS s WHERE s.workspace_id = $1 AND s.account_id = ANY($2) AND s.about = $3 AND s.name = $4`,
    [tx.workspaceId, accountIds, about, name],
  );
  return new Map(rows.map((row) => [row.accountId, row]));
}

/** The highest of the topics that surge, of each of these accounts, in one statement. */
export async function surgingTopicsOf(
  tx: Tx,
  accountIds: readonly string[],
  limit: number,
): Promise<Map<string, Surge[]>> {
  const { rows } = await tx.client.query(
    `SELECT found.* FROM unnest($2::uuid[]) AS wanted (id) CROSS JOIN LATERAL (
       SELECT ${COLUMNS} FROM surge AS s
       WHERE s.workspace_id = $1 AND s.account_id = wanted.id AND s.about = 'TOPIC' AND s.status = 'SURGING'
       ORDER BY s.score DESC, s.surge_id DESC LIMIT $3) AS found`,
    [tx.workspaceId, accountIds, limit],
  );
  return Map.groupBy(rows as Surge[], (row) => row.accountId);
}

export interface AccountSurges {
  /** The account as a whole; null: nothing was seen of it. */
  overall: Surge | null;
  /** The topics and clusters that are SURGING, highest first. */
  surging: Surge[];
}

/** How accounts stand as a whole, and what they surge on. */
export async function ofAccounts(tx: Tx, accountIds: readonly string[]): Promise<Map<string, AccountSurges>> {
  const found = new Map<string, AccountSurges>(accountIds.map((id) => [id, { overall: null, surging: [] }]));
  const { rows } = await tx.client.query({
    name: 'surges-of-accounts',
    text: `SELECT ${COLUMNS} FROM surge AS s WHERE s.workspace_id = $1 AND s.account_id = ANY($2)
             AND (s.about = 'ACCOUNT' OR s.status = 'SURGING')
           ORDER BY s.score DESC, s.surge_id`,
    values: [tx.workspaceId, accountIds],
  });
  for (const row of rows as Surge[]) {
    const one = found.get(row.accountId)!;
    if (row.about === 'ACCOUNT') one.overall = row;
    else one.surging.push(row);
  }
  return found;
}

/** When something was SURGING: UTC days `YYYY-MM-DD`, `to` the first day on which it no longer was. */
export interface SurgeSpan {
  about: SurgeSubject;
  name: string;
  from: string;
  to: string | null;
}

const SPANS = `
  SELECT coalesce(a.survivor_id, a.account_id) AS account_id, h.account_id AS home_id, h.about, h.name, h.day, h.status
  FROM account AS a JOIN surge_history AS h ON h.workspace_id = $1 AND h.account_id = a.account_id
  WHERE a.workspace_id = $1 AND (a.account_id = ANY($2) OR a.survivor_id = ANY($2))
  ORDER BY h.account_id, h.about, h.name, h.day`;

/** A day keeps only its last word: of the moment's own day it counts if nothing was said after that moment. */
const SPANS_THEN = `
  SELECT t.account_id, h.account_id AS home_id, h.about, h.name, h.day, h.status
  FROM unnest($2::uuid[], $3::uuid[]) AS t (account_id, home_id)
    JOIN surge_history AS h ON h.workspace_id = $1 AND h.account_id = t.home_id
  WHERE h.day < $4 OR h.day = $4 AND
    ($5::boolean OR EXISTS (SELECT FROM surge_pass AS p WHERE p.workspace_id = $1 AND p.computed_at <= $6))
  ORDER BY t.account_id, h.account_id, h.about, h.name, h.day`;

/**
 * When these accounts surged on what, as it was said on those days, oldest first; with what is merged into them.
 * `then`: as it was known at a moment, with what was merged into them then.
 */
export async function spansOf(
  tx: Tx,
  accountIds: readonly string[],
  then: { at: Date; families: ReadonlyMap<string, readonly string[]> } | null = null,
): Promise<Map<string, SurgeSpan[]>> {
  const { rows } = await tx.client.query(
    then === null
      ? { name: 'surge-spans', text: SPANS, values: [tx.workspaceId, accountIds] }
      : { name: 'surge-spans-then', text: SPANS_THEN, values: [tx.workspaceId, ...pastOf(accountIds, then)] },
  );
  const spans = new Map<string, SurgeSpan[]>(accountIds.map((id) => [id, []]));
  let open: (SurgeSpan & { of: string }) | null = null;
  for (const { account_id: accountId, home_id: homeId, about, name, day, status } of rows) {
    const of = `${accountId} ${homeId} ${about} ${name}`;
    if (open && open.of !== of) open = null;
    if (status === 'SURGING') {
      if (open) continue;
      open = { of, about, name, from: day, to: null };
      spans.get(accountId)?.push(open);
    } else if (open) {
      open.to = day;
      open = null;
    }
  }
  for (const of of spans.values()) {
    of.sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : a.name < b.name ? -1 : 1));
  }
  return new Map(
    [...spans].map(([id, of]) => [id, of.map(({ about, name, from, to }) => ({ about, name, from, to }))]),
  );
}

/** Who was part of whom, the moment and its day, and whether that day is over with it. */
function pastOf(
  accountIds: readonly string[],
  { at, families }: { at: Date; families: ReadonlyMap<string, readonly string[]> },
): unknown[] {
  const pairs = accountIds.flatMap((id) => [id, ...(families.get(id) ?? [])].map((home) => [id, home]));
  const time = at.toISOString();
  const [ids, homes] = [pairs.map(([id]) => id), pairs.map(([, home]) => home)];
  return [ids, homes, time.slice(0, 10), time.endsWith('T23:59:59.999Z'), at];
}
