/** Versions of the scoring model; exactly one is active. */
import { defaultModel, parseModel, type ScoringModel } from '../core/model.ts';
import type { Tx } from './database.ts';

export interface ModelVersion {
  version: number;
  model: ScoringModel;
  note: string;
  active: boolean;
  createdAt: Date;
}

/** The active model; a new workspace gets the default one as version 1. */
export async function active(tx: Tx, now: Date): Promise<ModelVersion> {
  const stored = await findActive(tx);
  if (stored) return stored;
  await tx.sql
    .insertInto('scoring_model')
    .values({
      workspace_id: tx.workspaceId,
      version: 1,
      document: JSON.stringify(defaultModel),
      note: 'The default model.',
      active: true,
      created_at: now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return firstVersion(now);
}

const firstVersion = (now: Date): ModelVersion => ({
  version: 1,
  model: defaultModel,
  note: 'The default model.',
  active: true,
  createdAt: now,
});

/** What `active` gives, without storing anything: for transactions that only read. */
export async function current(tx: Tx, now: Date): Promise<ModelVersion> {
  return (await findActive(tx)) ?? firstVersion(now);
}

async function findActive(tx: Tx): Promise<ModelVersion | null> {
  const found = await tx.sql
    .selectFrom('scoring_model')
    .selectAll()
    .where('workspace_id', '=', tx.workspaceId)
    .where('active', '=', true)
    .executeTakeFirst();
  return found ? toVersion(found) : null;
}

export async function list(tx: Tx): Promise<ModelVersion[]> {
  const rows = await tx.sql
    .selectFrom('scoring_model')
    .selectAll()
    .where('workspace_id', '=', tx.workspaceId)
    .orderBy('version', 'desc')
    .execute();
  return rows.map(toVersion);
}

/** Stores a new version and makes it the active one. */
export async function apply(tx: Tx, document: unknown, note: string, now: Date): Promise<ModelVersion> {
  const model = parseModel(document);
  const { rows } = await tx.client.query(
    `WITH retired AS (UPDATE scoring_model SET active = false WHERE workspace_id = $1 AND active RETURNING version)
     INSERT INTO scoring_model (workspace_id, version, document, note, active, created_at)
     SELECT $1, 1 + coalesce((SELECT max(version) FROM scoring_model WHERE workspace_id = $1), 0), $2, $3, true, $4
     RETURNING version`,
    [tx.workspaceId, JSON.stringify(model), note, now],
  );
  return { version: rows[0].version, model, note, active: true, createdAt: now };
}

/** Removes versions of that note; where the active one was among them, the newest that is left takes over. */
export async function removeNoted(tx: Tx, note: string): Promise<void> {
  await tx.client.query('DELETE FROM scoring_model WHERE workspace_id = $1 AND note = $2', [
    tx.workspaceId,
    note,
  ]);
  await tx.client.query(
    `UPDATE scoring_model SET active = true WHERE workspace_id = $1
       AND version = (SELECT max(version) FROM scoring_model WHERE workspace_id = $1)
       AND NOT EXISTS (SELECT FROM scoring_model WHERE workspace_id = $1 AND active)`,
    [tx.workspaceId],
  );
}

function toVersion(row: {
  version: number;
  document: unknown;
  note: string;
  active: boolean;
  created_at: Date;
}): ModelVersion {
  return {
    version: row.version,
    model: parseModel(row.document),
    note: row.note,
    active: row.active,
    createdAt: row.created_at,
  };
}
