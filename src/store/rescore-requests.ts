/** Requests for scores as they are worked off in bulk: read in one snapshot with the timeline, gone with the scores. */
import type { Tx } from './database.ts';
import type { AccountRange } from './timeline-part.ts';

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

/** The requests of a range by account, in the order of accounts. */
export async function ofRange(tx: Tx, { first, last }: AccountRange): Promise<Map<string, string[]>> {
  const { rows } = await tx.client.query(
    `SELECT account_id, array_agg(request_id) AS requests FROM rescore_request
     WHERE workspace_id = $1 AND account_id BETWEEN $2 AND $3 GROUP BY account_id ORDER BY account_id`,
    [tx.workspaceId, first, last],
  );
  return new Map(rows.map((row) => [row.account_id, row.requests]));
}

/** Keeps in mind which of the requests that are `gone` are of a timeline that changed, of accounts that still are. $1: the workspace. */
export const NOTE_CHANGES = `noted AS (
  INSERT INTO timeline_change
  SELECT DISTINCT $1::uuid, account_id, pg_current_xact_id() FROM gone
  WHERE of_timeline AND EXISTS (SELECT FROM account AS a WHERE a.workspace_id = $1 AND a.account_id = gone.account_id)
  ORDER BY account_id
  ON CONFLICT (workspace_id, account_id) DO UPDATE SET changed_in = EXCLUDED.changed_in)`;

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
             RETURNING account_id, of_timeline),
           ${NOTE_CHANGES}
           SELECT DISTINCT account_id FROM gone ORDER BY account_id`,
    values: [tx.workspaceId, [...requests.keys()], [...requests.values()].flat()],
  });
  return rows.map((row) => row.account_id);
}
