/** Batches: what was taken in together and can be taken back together. */
import { randomUUID } from 'node:crypto';
import { nameId } from '../core/id.ts';
import type { Tx } from './database.ts';

export type Transport = 'file' | 'push' | 'poll' | 'import' | 'sample';

export interface Batch {
  id: string;
  source: string;
  transport: Transport;
  label: string | null;
  startedAt: Date;
  finishedAt: Date | null;
  received: number;
  accepted: number;
  duplicates: number;
  rejected: number;
  skipped: Record<string, number>;
  error: string | null;
  undoneAt: Date | null;
}

export interface Counts {
  received: number;
  accepted: number;
  duplicates: number;
  rejected: number;
  skipped: Record<string, number>;
}

export const noCounts = (): Counts => ({ received: 0, accepted: 0, duplicates: 0, rejected: 0, skipped: {} });

export function addCounts(to: Counts, more: Counts): void {
  to.received += more.received;
  to.accepted += more.accepted;
  to.duplicates += more.duplicates;
  to.rejected += more.rejected;
  to.skipped = bothSkipped(to.skipped, more.skipped);
}

/** Counts by reason, added up. */
export function bothSkipped(one: Counts['skipped'], other: Counts['skipped']): Counts['skipped'] {
  const sum = { ...one };
  for (const [reason, count] of Object.entries(other)) sum[reason] = (sum[reason] ?? 0) + count;
  return sum;
}

/** Opens a batch and returns its id. */
export async function open(
  tx: Tx,
  batch: { source: string; transport: Transport; label: string | null },
  now: Date,
): Promise<string> {
  const id = randomUUID();
  await insert(tx, id, batch, now);
  return id;
}

/** The batch that gathers one UTC day of pushes of a source; made at the first push. */
export async function openDay(tx: Tx, source: string, now: Date): Promise<string> {
  const day = now.toISOString().slice(0, 10);
  const id = nameId('push-day', tx.workspaceId, source, day);
  await insert(tx, id, { source, transport: 'push', label: day }, now);
  return id;
}

async function insert(
  tx: Tx,
  id: string,
  batch: { source: string; transport: Transport; label: string | null },
  now: Date,
): Promise<void> {
  await tx.sql
    .insertInto('batch')
    .values({
      workspace_id: tx.workspaceId,
      batch_id: id,
      source: batch.source,
      transport: batch.transport,
      label: batch.label,
      started_at: now,
      finished_at: null,
      error: null,
      undone_at: null,
    })
    .onConflict((conflict) => conflict.columns(['workspace_id', 'batch_id']).doUpdateSet({ undone_at: null }))
    .execute();
}

/** Adds to a batch's figures; the last statement of a transaction, since it locks the batch's row. */
export async function count(tx: Tx, batchId: string, more: Counts): Promise<void> {
  const skipped = Object.keys(more.skipped).length > 0;
  await tx.client.query({
    name: skipped ? 'count-batch-skipped' : 'count-batch',
    text: `UPDATE batch SET received = received + $3, accepted = accepted + $4, duplicates = duplicates + $5,
             rejected = rejected + $6, undone_at = NULL${skipped ? `, skipped = ${MERGED}` : ''}
           WHERE workspace_id = $1 AND batch_id = $2`,
    values: [
      tx.workspaceId,
      batchId,
      more.received,
      more.accepted,
      more.duplicates,
      more.rejected,
      ...(skipped ? [JSON.stringify(more.skipped)] : []),
    ],
  });
}

/** Two objects of reason → count, added up. */
const MERGED = `(
  SELECT jsonb_object_agg(reason, total) FROM (
    SELECT reason, sum(amount::bigint) AS total
    FROM (SELECT * FROM jsonb_each_text(skipped) UNION ALL SELECT * FROM jsonb_each_text($7::jsonb)) AS parts (reason, amount)
    GROUP BY reason) AS summed)`;

/** Marks the end; `error` where it ended early. */
export async function finish(tx: Tx, batchId: string, now: Date, error: string | null = null): Promise<void> {
  await tx.sql
    .updateTable('batch')
    .set({ finished_at: now, error })
    .where('workspace_id', '=', tx.workspaceId)
    .where('batch_id', '=', batchId)
    .execute();
}

export async function markUndone(tx: Tx, batchId: string, now: Date): Promise<void> {
  await tx.sql
    .updateTable('batch')
    .set({ undone_at: now, received: 0, accepted: 0, duplicates: 0, rejected: 0, skipped: '{}' })
    .where('workspace_id', '=', tx.workspaceId)
    .where('batch_id', '=', batchId)
    .execute();
}

/** Batches, newest first. `label` finds those of one name, e.g. all of the sample's. */
export async function list(
  tx: Tx,
  where: { id?: string; label?: string; transport?: Transport; source?: string; limit?: number } = {},
): Promise<Batch[]> {
  let query = tx.sql.selectFrom('batch').selectAll().where('workspace_id', '=', tx.workspaceId);
  if (where.id) query = query.where('batch_id', '=', where.id);
  if (where.label) query = query.where('label', '=', where.label);
  if (where.transport) query = query.where('transport', '=', where.transport);
  if (where.source) query = query.where('source', '=', where.source);
  const rows = await query
    .orderBy('started_at', 'desc')
    .orderBy('batch_id')
    .limit(where.limit ?? 100)
    .execute();
  return rows.map((row) => ({
    id: row.batch_id,
    source: row.source,
    transport: row.transport as Transport,
    label: row.label,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    received: row.received,
    accepted: row.accepted,
    duplicates: row.duplicates,
    rejected: row.rejected,
    skipped: row.skipped,
    error: row.error,
    undoneAt: row.undone_at,
  }));
}
