/**
 * Versions of the scoring model. Exactly one is active; others may be shadows, scored beside it. Which one was active
 * when is a log of activations, so that a replay of a day finds that day's model.
 */

import { defaultModel, parseModel, type ScoringModel } from '../core/model.ts';
import type { Compared } from '../core/model-comparison.ts';
import { readStoredModel } from '../core/model-upgrade.ts';
import type { Tx } from './database.ts';

export interface ModelVersion {
  version: number;
  model: ScoringModel;
  note: string;
  active: boolean;
  /** Whether accounts are scored with it beside the active one. */
  shadow: boolean;
  createdAt: Date;
}

export interface Activation {
  version: number;
  action: 'APPLY' | 'PROMOTE' | 'ROLLBACK';
  note: string;
  at: Date;
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
  shadow: false,
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

/** The version that was active at a moment; before there was any, the first one. */
export async function activeAt(tx: Tx, at: Date, now: Date): Promise<ModelVersion> {
  const { rows } = await tx.client.query({
    name: 'model-active-at',
    text: `SELECT m.* FROM scoring_model AS m JOIN scoring_model_activation AS a
             ON a.workspace_id = $1 AND a.version = m.version
           WHERE m.workspace_id = $1
           ORDER BY a.activated_at > $2, CASE WHEN a.activated_at <= $2 THEN -a.seq ELSE a.seq END LIMIT 1`,
    values: [tx.workspaceId, at],
  });
  return rows[0] ? toVersion(rows[0]) : current(tx, now);
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

export async function find(tx: Tx, version: number): Promise<ModelVersion | null> {
  const found = await tx.sql
    .selectFrom('scoring_model')
    .selectAll()
    .where('workspace_id', '=', tx.workspaceId)
    .where('version', '=', version)
    .executeTakeFirst();
  return found ? toVersion(found) : null;
}

/** Versions scored beside the active one, oldest first. */
export async function shadows(tx: Tx): Promise<ModelVersion[]> {
  const rows = await tx.sql
    .selectFrom('scoring_model')
    .selectAll()
    .where('workspace_id', '=', tx.workspaceId)
    .where('shadow', '=', true)
    .orderBy('version')
    .execute();
  return rows.map(toVersion);
}

/** Stores a document as a new version, neither active nor a shadow. */
export async function add(tx: Tx, document: unknown, note: string, now: Date): Promise<ModelVersion> {
  const model = parseModel(document);
  await lock(tx);
  const { rows } = await tx.client.query(
    `INSERT INTO scoring_model (workspace_id, version, document, note, active, created_at)
     SELECT $1, 1 + coalesce((SELECT max(version) FROM scoring_model WHERE workspace_id = $1), 0), $2, $3, false, $4
     RETURNING version`,
    [tx.workspaceId, JSON.stringify(model), note, now],
  );
  return { version: rows[0].version, model, note, active: false, shadow: false, createdAt: now };
}

/**
 * Makes a version the active one and logs it; it is a shadow no longer. `since`: from when on replays are to find it,
 * where that is not now.
 */
export async function activate(
  tx: Tx,
  version: number,
  by: Pick<Activation, 'action' | 'note'>,
  now: Date,
  since: Date = now,
): Promise<void> {
  await lock(tx);
  // What was active before anything was logged; then what is active from now on.
  await tx.client.query(
    `INSERT INTO scoring_model_activation (workspace_id, seq, version, action, note, activated_at)
     SELECT $1, 1, version, 'APPLY', note, least(created_at, $2) FROM scoring_model
     WHERE workspace_id = $1 AND active AND version <> $3
       AND NOT EXISTS (SELECT FROM scoring_model_activation WHERE workspace_id = $1)`,
    [tx.workspaceId, now, version],
  );
  await tx.client.query(
    `INSERT INTO scoring_model_activation (workspace_id, seq, version, action, note, activated_at)
     SELECT $1, 1 + coalesce((SELECT max(seq) FROM scoring_model_activation WHERE workspace_id = $1), 0), $2, $3, $4, $5`,
    [tx.workspaceId, version, by.action, by.note, since],
  );
  await tx.client.query(
    `UPDATE scoring_model SET active = (version = $2), shadow = (shadow AND version <> $2)
     WHERE workspace_id = $1 AND (active OR version = $2)`,
    [tx.workspaceId, version],
  );
  await tx.client.query('DELETE FROM account_shadow_score WHERE workspace_id = $1 AND version = $2', [
    tx.workspaceId,
    version,
  ]);
}

/** Stores a new version and makes it the active one. Throws `Invalid` with the path of a mistake. */
export async function apply(
  tx: Tx,
  document: unknown,
  note: string,
  now: Date,
  since: Date = now,
): Promise<ModelVersion> {
  await active(tx, now);
  const added = await add(tx, document, note, now);
  await activate(tx, added.version, { action: 'APPLY', note }, now, since);
  return { ...added, active: true };
}

/** Has accounts scored with this version beside the active one, or no longer; then its scores go. */
export async function setShadow(tx: Tx, version: number, shadow: boolean): Promise<void> {
  await tx.client.query('UPDATE scoring_model SET shadow = $3 WHERE workspace_id = $1 AND version = $2', [
    tx.workspaceId,
    version,
    shadow,
  ]);
  if (shadow) return;
  await tx.client.query('DELETE FROM account_shadow_score WHERE workspace_id = $1 AND version = $2', [
    tx.workspaceId,
    version,
  ]);
}

/** Which version became active when, oldest first; empty while there was never another one. */
export async function activations(tx: Tx): Promise<Activation[]> {
  const { rows } = await tx.client.query(
    `SELECT version, action, note, activated_at AS at FROM scoring_model_activation
     WHERE workspace_id = $1 ORDER BY seq`,
    [tx.workspaceId],
  );
  return rows;
}

/**
 * Removes versions of that note; where the active one was among them, the one that was made active last of those that
 * are left takes over, else the newest.
 */
export async function removeNoted(tx: Tx, note: string): Promise<void> {
  await tx.client.query('DELETE FROM scoring_model WHERE workspace_id = $1 AND note = $2', [
    tx.workspaceId,
    note,
  ]);
  await tx.client.query(
    `UPDATE scoring_model SET active = true, shadow = false WHERE workspace_id = $1
       AND version = coalesce(
         (SELECT version FROM scoring_model_activation WHERE workspace_id = $1 ORDER BY seq DESC LIMIT 1),
         (SELECT max(version) FROM scoring_model WHERE workspace_id = $1))
       AND NOT EXISTS (SELECT FROM scoring_model WHERE workspace_id = $1 AND active)`,
    [tx.workspaceId],
  );
}

/** Keeps what a shadow makes of accounts. */
export async function saveShadow(
  tx: Tx,
  version: number,
  scores: readonly ({ accountId: string } & Compared)[],
  asOf: Date,
): Promise<void> {
  if (scores.length === 0) return;
  await tx.client.query({
    name: 'save-shadow-scores',
    text: `INSERT INTO account_shadow_score AS s (workspace_id, version, account_id, heat, qualification, qualification_tier, scored_at)
           SELECT $1, $2, id, heat, qualification, tier, $7
           FROM unnest($3::uuid[], $4::float8[], $5::float8[], $6::text[]) AS t (id, heat, qualification, tier) ORDER BY id
           ON CONFLICT (workspace_id, version, account_id) DO UPDATE SET heat = EXCLUDED.heat,
             qualification = EXCLUDED.qualification, qualification_tier = EXCLUDED.qualification_tier,
             scored_at = EXCLUDED.scored_at`,
    values: [
      tx.workspaceId,
      version,
      scores.map((one) => one.accountId),
      scores.map((one) => one.heat),
      scores.map((one) => one.qualification),
      scores.map((one) => one.tier),
      asOf,
    ],
  });
}

/** Accounts scored with both the active model and the shadow, in the order of their ids, a piece at a time. */
export async function* shadowPairs(
  tx: Tx,
  version: number,
): AsyncGenerator<{ accountId: string; active: Compared; shadow: Compared }> {
  let after: string | null = null;
  for (;;) {
    const { rows }: { rows: ShadowPair[] } = await tx.client.query({
      name: 'shadow-pairs',
      text: `SELECT s.account_id AS id, a.heat, a.qualification, a.qualification_tier AS tier,
               s.heat AS shadow_heat, s.qualification AS shadow_qualification, s.qualification_tier AS shadow_tier
             FROM account_shadow_score AS s
               JOIN account_score AS a ON a.workspace_id = $1 AND a.account_id = s.account_id
             WHERE s.workspace_id = $1 AND s.version = $2 AND ($3::uuid IS NULL OR s.account_id > $3)
             ORDER BY s.account_id LIMIT $4`,
      values: [tx.workspaceId, version, after, PIECE],
    });
    for (const row of rows) {
      yield {
        accountId: row.id,
        active: { heat: row.heat, qualification: row.qualification, tier: row.tier },
        shadow: { heat: row.shadow_heat, qualification: row.shadow_qualification, tier: row.shadow_tier },
      };
    }
    if (rows.length < PIECE) return;
    after = rows.at(-1)!.id;
  }
}

const PIECE = 10_000;

interface ShadowPair extends Compared {
  id: string;
  shadow_heat: number;
  shadow_qualification: number;
  shadow_tier: Compared['tier'];
}

/** One change of versions at a time. */
async function lock(tx: Tx): Promise<void> {
  await tx.client.query("SELECT pg_advisory_xact_lock(hashtextextended('undercurrent.models.' || $1, 0))", [
    tx.workspaceId,
  ]);
}

/** Documents are checked once: that takes milliseconds, and every transaction that scores reads one. */
const checked = new Map<string, ScoringModel>();
const MOST_CHECKED = 100;

function modelOf(document: unknown): ScoringModel {
  const text = JSON.stringify(document);
  let model = checked.get(text);
  if (!model) {
    model = readStoredModel(document);
    if (checked.size >= MOST_CHECKED) checked.clear();
    checked.set(text, model);
  }
  return model;
}

function toVersion(row: {
  version: number;
  document: unknown;
  note: string;
  active: boolean;
  shadow: boolean;
  created_at: Date;
}): ModelVersion {
  return {
    version: row.version,
    model: modelOf(row.document),
    note: row.note,
    active: row.active,
    shadow: row.shadow,
    createdAt: row.created_at,
  };
}
