/** Where signals stood and what parents accounts had, as it is kept; rewritten when what they followed from is undone. */
import { BY_HAND } from './claims.ts';
import type { Tx } from './database.ts';

/** Where a signal stood: as text, so that places can be compared. */
export interface Place {
  accountId: string | null;
  personId: string | null;
  method: string | null;
  confidence: number;
}

export interface Moved {
  signalId: string;
  receivedAt: Date;
  /** The visitor, where nothing else names the person. */
  visitor: string | null;
  place: Place;
  /** Where it would stand had nothing been merged. */
  homeId: string | null;
  moves: { at: Date; from: Place; batchId: string | null }[];
}

/** Signals that moved on the word of these batches, or are of these visitors. */
export async function concernedBy(
  tx: Tx,
  batchIds: readonly string[],
  visitors: readonly string[],
): Promise<Moved[]> {
  const { rows } = await tx.client.query(
    `WITH concerned AS (
       SELECT signal_id FROM signal_move WHERE workspace_id = $1 AND batch_id = ANY($2)
       UNION SELECT signal_id FROM signal WHERE workspace_id = $1 AND anonymous_id = ANY($3))
     SELECT s.signal_id AS "signalId", s.received_at AS "receivedAt", s.account_id AS "accountId", s.person_id AS "personId", s.method,
       s.confidence, CASE WHEN s.clues ? 'personKeys' THEN NULL ELSE s.anonymous_id END AS visitor,
       CASE WHEN h.signal_id IS NULL THEN s.account_id ELSE h.account_id END AS "homeId",
       coalesce(m.moves, '[]') AS moves
     FROM concerned AS c JOIN signal AS s ON s.workspace_id = $1 AND s.signal_id = c.signal_id
       LEFT JOIN merged_signal AS h ON h.workspace_id = $1 AND h.signal_id = s.signal_id
       LEFT JOIN LATERAL (
         SELECT jsonb_agg(jsonb_build_object('at', round(date_part('epoch', moved_at) * 1000), 'accountId', account_id,
           'personId', person_id, 'method', method, 'confidence', confidence, 'batchId', batch_id) ORDER BY moved_at) AS moves
         FROM signal_move AS m WHERE m.workspace_id = $1 AND m.signal_id = s.signal_id) AS m ON true
     ORDER BY s.signal_id`,
    [tx.workspaceId, batchIds, visitors],
  );
  return rows.map(({ signalId, receivedAt, visitor, homeId, moves, ...place }) => ({
    signalId,
    receivedAt,
    visitor,
    homeId,
    place,
    moves: (moves as (Place & { at: number; batchId: string | null })[]).map(({ at, batchId, ...from }) => ({
      at: new Date(at),
      from,
      batchId,
    })),
  }));
}

/** Ids of the signals that moved on the word of these batches. */
export async function movedBy(tx: Tx, batchIds: readonly string[]): Promise<string[]> {
  const { rows } = await tx.client.query(
    'SELECT DISTINCT signal_id AS id FROM signal_move WHERE workspace_id = $1 AND batch_id = ANY($2) ORDER BY 1',
    [tx.workspaceId, batchIds],
  );
  return rows.map((row) => row.id);
}

/** Makes these the moves of their signals. */
export async function rewrite(
  tx: Tx,
  signals: readonly {
    signalId: string;
    moves: readonly { at: Date; from: Place; batchId: string | null }[];
  }[],
): Promise<void> {
  if (signals.length === 0) return;
  await tx.client.query('DELETE FROM signal_move WHERE workspace_id = $1 AND signal_id = ANY($2)', [
    tx.workspaceId,
    signals.map((one) => one.signalId),
  ]);
  const rows = signals.flatMap(({ signalId, moves }) =>
    moves.map(({ at, from, batchId }) => ({
      workspace_id: tx.workspaceId,
      signal_id: signalId,
      moved_at: at,
      account_id: from.accountId,
      person_id: from.personId,
      method: from.method,
      confidence: from.confidence,
      batch_id: batchId,
    })),
  );
  await tx.client.query(
    'INSERT INTO signal_move SELECT * FROM json_populate_recordset(NULL::signal_move, $1::json) ON CONFLICT DO NOTHING',
    [JSON.stringify(rows)],
  );
}

/** When something was first said, and by which batch; null: by hand. */
export interface FirstWord {
  at: Date;
  batchId: string | null;
}

/** Account or person → when something was first said of it; of those of whom anything is. */
export async function firstSaid(tx: Tx, subjectIds: readonly string[]): Promise<Map<string, FirstWord>> {
  const { rows } = await tx.client.query(
    `SELECT DISTINCT ON (c.subject_id) c.subject_id AS id, nullif(c.batch_id, $3) AS "batchId",
       coalesce(b.started_at, to_timestamp(f.first / 1000)) AS at
     FROM claim AS c LEFT JOIN batch AS b ON b.workspace_id = $1 AND b.batch_id = c.batch_id
       CROSS JOIN LATERAL (SELECT min((value->>1)::float8) AS first FROM jsonb_each(c.facts)) AS f
     WHERE c.workspace_id = $1 AND c.subject_id = ANY($2) AND coalesce(b.started_at, to_timestamp(f.first / 1000)) IS NOT NULL
     ORDER BY c.subject_id, 3, c.batch_id`,
    [tx.workspaceId, subjectIds, BY_HAND],
  );
  return new Map(rows.map(({ id, ...word }) => [id, word]));
}

/** Visitor and person (`visitor person`) → when it was first said that the one is the other. */
export async function firstLinked(tx: Tx, visitors: readonly string[]): Promise<Map<string, FirstWord>> {
  const { rows } = await tx.client.query(
    `SELECT DISTINCT ON (l.anonymous_id, l.person_id) l.anonymous_id || ' ' || l.person_id AS link, l.batch_id AS "batchId",
       coalesce(b.started_at, l.at) AS at
     FROM visitor_link AS l LEFT JOIN batch AS b ON b.workspace_id = $1 AND b.batch_id = l.batch_id
     WHERE l.workspace_id = $1 AND l.anonymous_id = ANY($2)
     ORDER BY l.anonymous_id, l.person_id, 3, l.batch_id`,
    [tx.workspaceId, visitors],
  );
  return new Map(rows.map(({ link, ...word }) => [link, word]));
}

/** Account → what it was merged into, and from when until when (null: still), oldest first. */
export async function mergesOf(
  tx: Tx,
  accountIds: readonly string[],
): Promise<Map<string, { intoId: string; from: Date; to: Date | null }[]>> {
  const { rows } = await tx.client.query(
    `WITH RECURSIVE touched AS (
       SELECT id FROM unnest($2::uuid[]) AS id
       UNION SELECT l.into_id FROM touched AS t JOIN merge_log AS l ON l.workspace_id = $1 AND l.account_id = t.id)
     SELECT l.account_id, l.into_id AS "intoId", l.merged_at AS "from", l.unmerged_at AS "to"
     FROM touched AS t JOIN merge_log AS l ON l.workspace_id = $1 AND l.account_id = t.id ORDER BY l.merged_at`,
    [tx.workspaceId, accountIds],
  );
  return Map.groupBy(rows, (row) => row.account_id as string);
}

/** Accounts have been there since something that is still said was said of them, and not since what is undone was. */
export async function restateBeginnings(tx: Tx, said: ReadonlyMap<string, FirstWord>): Promise<void> {
  const ids = [...said.keys()];
  for (const [table, id] of [
    ['account', 'account_id'],
    ['person', 'person_id'],
  ]) {
    await tx.client.query(
      `UPDATE ${table} AS t SET created_at = f.at FROM unnest($2::uuid[], $3::timestamptz[]) AS f (id, at)
       WHERE t.workspace_id = $1 AND t.${id} = f.id AND t.created_at < f.at`,
      [tx.workspaceId, ids, [...said.values()].map((word) => word.at)],
    );
  }
}

/** What is kept of an account's parents. */
export interface ParentLog {
  accountId: string;
  /** Now. */
  parentId: string | null;
  /** When the word was said that holds now. */
  saidAt: Date | null;
  changes: { at: Date; to: string | null; batchId: string | null }[];
}

/** Of accounts whose parent changed on the word of these batches. */
export async function parentsConcernedBy(tx: Tx, batchIds: readonly string[]): Promise<ParentLog[]> {
  const { rows } = await tx.client.query(
    `SELECT a.account_id AS "accountId", a.parent_id AS "parentId", e.since AS "saidAt", c.changes
     FROM account AS a
       LEFT JOIN account_edge AS e ON e.workspace_id = $1 AND e.child_id = a.account_id
       CROSS JOIN LATERAL (
         SELECT jsonb_agg(jsonb_build_object('at', round(date_part('epoch', changed_at) * 1000), 'to', parent_id, 'batchId', batch_id)
           ORDER BY changed_at) AS changes
         FROM parent_change AS c WHERE c.workspace_id = $1 AND c.account_id = a.account_id) AS c
     WHERE a.workspace_id = $1
       AND a.account_id IN (SELECT account_id FROM parent_change WHERE workspace_id = $1 AND batch_id = ANY($2))`,
    [tx.workspaceId, batchIds],
  );
  return rows.map((row) => ({
    ...row,
    changes: (row.changes as { at: number; to: string | null; batchId: string | null }[]).map((one) => ({
      ...one,
      at: new Date(one.at),
    })),
  }));
}

/** Makes these the changes of their accounts' parents. */
export async function rewriteParents(
  tx: Tx,
  logs: readonly Pick<ParentLog, 'accountId' | 'changes'>[],
): Promise<void> {
  if (logs.length === 0) return;
  await tx.client.query('DELETE FROM parent_change WHERE workspace_id = $1 AND account_id = ANY($2)', [
    tx.workspaceId,
    logs.map((one) => one.accountId),
  ]);
  const rows = logs.flatMap(({ accountId, changes }) =>
    changes.map(({ at, to, batchId }) => ({
      workspace_id: tx.workspaceId,
      account_id: accountId,
      changed_at: at,
      parent_id: to,
      batch_id: batchId,
    })),
  );
  await tx.client.query(
    'INSERT INTO parent_change SELECT * FROM json_populate_recordset(NULL::parent_change, $1::json)',
    [JSON.stringify(rows)],
  );
}
