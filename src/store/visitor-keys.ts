/** Random keys, one a UTC day, that make ids of cookieless visitors. Deleted within 48 h, and with them the way back. */
import type { Tx } from './database.ts';

/** Stores keys for days that have none; returns the ones in force for all the days asked. */
export async function settle(
  tx: Tx,
  fresh: ReadonlyMap<string, Buffer>,
  now: Date,
): Promise<Map<string, Buffer>> {
  const days = [...fresh.keys()].sort();
  await tx.client.query(
    `INSERT INTO visitor_key (workspace_id, day, key, created_at)
     SELECT $1, day, key, $4 FROM unnest($2::date[], $3::bytea[]) AS t (day, key) ON CONFLICT DO NOTHING`,
    [tx.workspaceId, days, days.map((day) => fresh.get(day)), now],
  );
  const { rows } = await tx.client.query(
    'SELECT day, key FROM visitor_key WHERE workspace_id = $1 AND day = ANY($2)',
    [tx.workspaceId, days],
  );
  return new Map(rows.map((row) => [row.day, row.key]));
}

/** Deletes what is older than a day and a half; called at least twice a day. */
export async function expire(tx: Tx, now: Date): Promise<void> {
  await tx.client.query('DELETE FROM visitor_key WHERE workspace_id = $1 AND created_at < $2', [
    tx.workspaceId,
    new Date(now.getTime() - 36 * 3_600_000),
  ]);
}
