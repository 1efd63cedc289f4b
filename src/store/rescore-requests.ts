/** Requests for scores as they are worked off in bulk: read in one snapshot with the timeline, gone with the scores. */
import type { AccountRange } from './columns.ts';
import type { Tx } from './database.ts';

/** Whether so many are asked for that reading the whole timeline once is quicker than looking up each: a fifth of all. */
export async function areMany(tx: Tx, least: number): Promise<boolean> {
  const { rows } = await tx.client.query({
    name: 'many-requested',
    text: `SELECT count(*) >= $2 AND 5 * count(*) >= (SELECT count(*) FROM account WHERE workspace_id = $1) AS many
           FROM (SELECT DISTINCT account_id FROM rescore_request WHERE workspace_id = $1) AS asked`,
    values: [tx.workspaceId, least],
  });
  return rows[0].many;
}

/** Splits what is asked for into ranges of accounts with about so many signals at most, and at least so many ranges. */
export async function ranges(tx: Tx, signals: number, least: number): Promise<AccountRange[]> {
  const { rows } = await tx.client.query(
    'SELECT DISTINCT account_id AS id FROM rescore_request WHERE workspace_id = $1 ORDER BY account_id',
    [tx.workspaceId],
  );
  // Of all workspaces and as of the last ANALYZE: only to keep memory bounded.
  const { rows: estimate } = await tx.client.query(
    `SELECT coalesce(sum(greatest(c.reltuples, 0)), 0)::float8 AS signals
     FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid WHERE i.inhparent = 'signal'::regclass`,
  );
  const parts = Math.min(rows.length, Math.max(least, Math.ceil(estimate[0].signals / signals)));
  return Array.from({ length: parts }, (_, part) => ({
    first: rows[Math.floor((part * rows.length) / parts)].id,
    last: rows[Math.floor(((part + 1) * rows.length) / parts) - 1].id,
  }));
}

/** The requests of a range by account, in the order of accounts. */
export async function ofRange(tx: Tx, { first, last }: AccountRange): Promise<Map<string, string[]>> {
  const { rows } = await tx.client.query(
    `SELECT account_id, array_agg(request_id) AS requests FROM rescore_request
     WHERE workspace_id = $1 AND account_id BETWEEN $2 AND $3 GROUP BY account_id ORDER BY account_id`,
    [tx.workspaceId, first, last],
  );
  return new Map(rows.map((row) => [row.account_id, row.requests]));
}

/**
 * Takes these requests off the list, within this transaction, and returns the accounts they asked for. Whoever scored
 * an account meanwhile took its requests and knew more than we, so it is not among them. Keeps out those who score
 * few accounts (`takeRequested`) until the transaction's end, and not each other.
 */
export async function take(tx: Tx, requests: ReadonlyMap<string, readonly string[]>): Promise<string[]> {
  await tx.client.query(
    "SELECT pg_advisory_xact_lock_shared(hashtextextended('undercurrent.rescore.' || $1, 0))",
    [tx.workspaceId],
  );
  const { rows } = await tx.client.query({
    name: 'take-known-requests',
    text: `WITH gone AS (
             DELETE FROM rescore_request WHERE workspace_id = $1 AND account_id = ANY($2) AND request_id = ANY($3)
             RETURNING account_id)
           SELECT DISTINCT account_id FROM gone ORDER BY account_id`,
    values: [tx.workspaceId, [...requests.keys()], [...requests.values()].flat()],
  });
  return rows.map((row) => row.account_id);
}
