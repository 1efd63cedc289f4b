/** Records we could not use: kept with the reason, replayable, each once however often it comes. */
import { contentHash, nameId } from '../core/id.ts';
import type { Tx } from './database.ts';
import { storable } from './text.ts';

export interface DeadLetter {
  id: string;
  batchId: string;
  source: string;
  /** `line 17`, `batch[3]`. */
  place: string;
  code: string;
  reason: string;
  hint: string;
  fileName: string | null;
  raw: Buffer;
  /** Whether `raw` is the record as JSON (else the bytes as they came). */
  parsed: boolean;
  receivedAt: Date;
}

export async function add(tx: Tx, letters: readonly Omit<DeadLetter, 'id'>[]): Promise<void> {
  if (letters.length === 0) return;
  const ids = letters.map((l) => nameId('dead-letter', tx.workspaceId, l.source, contentHash(l.raw)));
  await tx.client.query(
    `INSERT INTO dead_letter (workspace_id, dead_letter_id, batch_id, source, place, code, reason, hint, file_name, raw,
       parsed, received_at)
     SELECT $1, t.* FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
       $9::text[], $10::bytea[], $11::boolean[], $12::timestamptz[])
       AS t (id, batch_id, source, place, code, reason, hint, file_name, raw, parsed, received_at) ORDER BY id
     ON CONFLICT (workspace_id, dead_letter_id) DO NOTHING`,
    [
      tx.workspaceId,
      ids,
      letters.map((l) => l.batchId),
      letters.map((l) => l.source),
      letters.map((l) => storable(l.place)),
      letters.map((l) => l.code),
      letters.map((l) => storable(l.reason)),
      letters.map((l) => storable(l.hint)),
      letters.map((l) => storable(l.fileName)),
      letters.map((l) => l.raw),
      letters.map((l) => l.parsed),
      letters.map((l) => l.receivedAt),
    ],
  );
}

export async function list(
  tx: Tx,
  where: { batchId?: string; source?: string; limit?: number } = {},
): Promise<DeadLetter[]> {
  let query = tx.sql.selectFrom('dead_letter').selectAll().where('workspace_id', '=', tx.workspaceId);
  if (where.batchId) query = query.where('batch_id', '=', where.batchId);
  if (where.source) query = query.where('source', '=', where.source);
  const rows = await query
    .orderBy('received_at')
    .orderBy('dead_letter_id')
    .limit(where.limit ?? 1000)
    .execute();
  return rows.map((row) => ({
    id: row.dead_letter_id,
    batchId: row.batch_id,
    source: row.source,
    place: row.place,
    code: row.code,
    reason: row.reason,
    hint: row.hint,
    fileName: row.file_name,
    raw: row.raw,
    parsed: row.parsed,
    receivedAt: row.received_at,
  }));
}

export async function remove(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.client.query('DELETE FROM dead_letter WHERE workspace_id = $1 AND dead_letter_id = ANY($2)', [
    tx.workspaceId,
    ids,
  ]);
}

export async function removeBatch(tx: Tx, batchId: string): Promise<void> {
  await tx.client.query('DELETE FROM dead_letter WHERE workspace_id = $1 AND batch_id = $2', [
    tx.workspaceId,
    batchId,
  ]);
}
