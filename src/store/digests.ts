/** What each recipient was told, and when. */
import { nameId } from '../core/id.ts';
import type { Tx } from './database.ts';

export interface DigestRow {
  accountId: string;
  domain: string | null;
  name: string;
  owner: string | null;
  heat: number;
  band: string;
  stage: string;
  qualificationTier: string;
  reasons: string[];
  toldHeat: number | null;
  toldAt: Date | null;
}

/** When the recipient's last sent digest ended; null for a first one. */
export async function lastSent(tx: Tx, recipient: string): Promise<Date | null> {
  const row = await tx.sql
    .selectFrom('digest')
    .select('until')
    .where('workspace_id', '=', tx.workspaceId)
    .where('recipient', '=', recipient)
    .where('sent_at', 'is not', null)
    .orderBy('until', 'desc')
    .executeTakeFirst();
  return row?.until ?? null;
}

/** Accounts at least that hot, with the heat the recipient was last told of each. */
export async function candidates(
  tx: Tx,
  recipient: string,
  owner: string | null,
  minHeat: number,
): Promise<DigestRow[]> {
  const { rows } = await tx.client.query(
    `SELECT a.account_id, a.domain, a.name, a.owner, s.heat, s.band, s.stage, s.qualification_tier, s.detail->'reasons' AS reasons,
            t.heat AS told_heat, t.told_at
     FROM account_score AS s
       JOIN account AS a ON a.workspace_id = $1 AND a.account_id = s.account_id
       LEFT JOIN digest_told AS t ON t.workspace_id = $1 AND t.account_id = s.account_id AND t.recipient = $2
     WHERE s.workspace_id = $1 AND s.heat >= $4 AND ($3::text IS NULL OR a.owner = $3)
       AND s.disqualified_by IS NULL
     ORDER BY s.heat DESC, s.account_id`,
    [tx.workspaceId, recipient, owner, minHeat],
  );
  return rows.map((row) => ({
    accountId: row.account_id,
    domain: row.domain,
    name: row.name,
    owner: row.owner,
    heat: row.heat,
    band: row.band,
    stage: row.stage,
    qualificationTier: row.qualification_tier,
    reasons: row.reasons,
    toldHeat: row.told_heat,
    toldAt: row.told_at,
  }));
}

/**
 * Claims the sending of a digest: only one of several instances (or a retry) gets it. Null where it was claimed
 * already; an attempt that failed may be claimed again, and one that was never heard of again after an hour.
 */
export async function claim(
  tx: Tx,
  digest: { recipient: string; since: Date | null; until: Date; entries: unknown },
): Promise<string | null> {
  // One digest per recipient and start of the span: until it is sent, the next one starts where this one does.
  const id = nameId('digest', tx.workspaceId, digest.recipient, digest.since?.toISOString() ?? 'first');
  const { rows } = await tx.client.query(
    `INSERT INTO digest AS d (workspace_id, digest_id, recipient, since, until, entries) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (workspace_id, digest_id) DO UPDATE SET until = EXCLUDED.until, entries = EXCLUDED.entries, error = NULL
       WHERE d.sent_at IS NULL AND (d.error IS NOT NULL OR d.until < EXCLUDED.until - interval '1 hour')
     RETURNING digest_id`,
    [tx.workspaceId, id, digest.recipient, digest.since, digest.until, JSON.stringify(digest.entries)],
  );
  return rows[0]?.digest_id ?? null;
}

/** Marks a digest sent and remembers what the recipient was told. */
export async function markSent(
  tx: Tx,
  digestId: string,
  recipient: string,
  told: readonly { accountId: string; heat: number }[],
  now: Date,
): Promise<void> {
  await tx.sql
    .updateTable('digest')
    .set({ sent_at: now, error: null })
    .where('workspace_id', '=', tx.workspaceId)
    .where('digest_id', '=', digestId)
    .execute();
  await tx.client.query(
    `INSERT INTO digest_told (workspace_id, recipient, account_id, heat, told_at)
     SELECT $1, $2, id, heat, $5 FROM unnest($3::uuid[], $4::float8[]) AS t (id, heat)
     ON CONFLICT (workspace_id, recipient, account_id) DO UPDATE SET heat = EXCLUDED.heat, told_at = EXCLUDED.told_at`,
    [tx.workspaceId, recipient, told.map((one) => one.accountId), told.map((one) => one.heat), now],
  );
}

export async function markFailed(tx: Tx, digestId: string, error: string): Promise<void> {
  await tx.sql
    .updateTable('digest')
    .set({ error })
    .where('workspace_id', '=', tx.workspaceId)
    .where('digest_id', '=', digestId)
    .execute();
}
