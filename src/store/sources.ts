/** What each source has delivered, and how far a polled one has come. */
import type { Tx } from './database.ts';

export interface SourceState {
  cursor: unknown;
  polledAt: Date | null;
  error: string | null;
}

export interface SourceFigures {
  source: string;
  signals: number;
  rejected: number;
  duplicates: number;
  /** Records that were not kept, by reason. */
  skipped: Record<string, number>;
  lastSignalAt: Date | null;
  lastBatchAt: Date | null;
  lastError: string | null;
}

export async function state(tx: Tx, source: string): Promise<SourceState> {
  const row = await tx.sql
    .selectFrom('source_state')
    .selectAll()
    .where('workspace_id', '=', tx.workspaceId)
    .where('source', '=', source)
    .executeTakeFirst();
  return { cursor: row?.cursor ?? null, polledAt: row?.polled_at ?? null, error: row?.error ?? null };
}

/** Saves how far a poll came, in the transaction of the signals it brought. */
export async function saveState(tx: Tx, source: string, state: SourceState): Promise<void> {
  await tx.client.query(
    `INSERT INTO source_state (workspace_id, source, cursor, polled_at, error) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (workspace_id, source) DO UPDATE SET cursor = EXCLUDED.cursor, polled_at = EXCLUDED.polled_at, error = EXCLUDED.error`,
    [tx.workspaceId, source, JSON.stringify(state.cursor ?? null), state.polledAt, state.error],
  );
}

/** Figures from the batches, which is cheap however long the timeline is. */
export async function figures(tx: Tx): Promise<SourceFigures[]> {
  const { rows } = await tx.client.query(
    `SELECT b.source, sum(b.accepted)::bigint AS signals, sum(b.rejected)::bigint AS rejected,
            sum(b.duplicates)::bigint AS duplicates,
            (SELECT coalesce(jsonb_object_agg(reason, total), '{}') FROM (
               SELECT reason, sum(amount::bigint) AS total FROM batch AS o, jsonb_each_text(o.skipped) AS each (reason, amount)
               WHERE o.workspace_id = $1 AND o.source = b.source GROUP BY reason) AS summed) AS skipped,
            max(coalesce(b.finished_at, b.started_at)) AS last_batch_at,
            (array_agg(b.error ORDER BY b.started_at DESC))[1] AS last_error,
            s.error AS poll_error,
            (SELECT max(received_at) FROM (
               SELECT received_at FROM signal WHERE workspace_id = $1 AND source = b.source ORDER BY signal_id DESC LIMIT 1) AS newest) AS last_signal_at
     FROM batch AS b LEFT JOIN source_state AS s ON s.workspace_id = $1 AND s.source = b.source
     WHERE b.workspace_id = $1 GROUP BY b.source, s.error ORDER BY b.source`,
    [tx.workspaceId],
  );
  return rows.map((row) => ({
    source: row.source,
    signals: row.signals,
    rejected: row.rejected,
    duplicates: row.duplicates,
    skipped: row.skipped,
    lastSignalAt: row.last_signal_at,
    lastBatchAt: row.last_batch_at,
    lastError: row.poll_error ?? row.last_error,
  }));
}
