/** Who may not come in or back, and the log of who asked for what is held of somebody. */
import { randomUUID } from 'node:crypto';
import { nameId } from '../core/id.ts';
import type { ExclusionKind } from '../core/privacy.ts';
import type { Tx } from './database.ts';

export interface Exclusion {
  id: string;
  kind: ExclusionKind;
  /** Of an e-mail address a keyed hash. */
  value: string;
  reason: string;
  createdAt: Date;
}

/** Both lists and the version they are of, in one snapshot. */
export async function lists(
  tx: Tx,
): Promise<{ version: number; exclusions: Pick<Exclusion, 'kind' | 'value'>[]; erased: string[] }> {
  const { rows } = await tx.client.query(
    `SELECT privacy_version AS version,
            (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', kind, 'value', value)), '[]') FROM exclusion WHERE workspace_id = $1) AS exclusions,
            (SELECT coalesce(array_agg(mark), '{}') FROM erasure WHERE workspace_id = $1) AS erased
     FROM workspace WHERE workspace_id = $1`,
    [tx.workspaceId],
  );
  return rows[0];
}

/** Text of a statement that gives the version of both lists as `privacy`, and the value of another one as `version`. */
export const versionWith = (workspaceId: string, other: string): string =>
  `SELECT privacy_version AS privacy, (${other}) AS version FROM workspace WHERE workspace_id = '${workspaceId}'`;

async function raiseVersion(tx: Tx): Promise<void> {
  await tx.client.query(
    'UPDATE workspace SET privacy_version = privacy_version + 1 WHERE workspace_id = $1',
    [tx.workspaceId],
  );
}

/** Adds to the list; what is on it already stays as it is. */
export async function exclude(
  tx: Tx,
  { kind, value, reason }: Pick<Exclusion, 'kind' | 'value' | 'reason'>,
  now: Date,
): Promise<Exclusion> {
  const id = nameId('exclusion', tx.workspaceId, kind, value);
  await tx.sql
    .insertInto('exclusion')
    .values({ workspace_id: tx.workspaceId, exclusion_id: id, kind, value, reason, created_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await raiseVersion(tx);
  return (await exclusions(tx)).find((one) => one.id === id)!;
}

/** Takes off the list by id; false if it is not on it. */
export async function include(tx: Tx, id: string): Promise<boolean> {
  const { rowCount } = await tx.client.query(
    'DELETE FROM exclusion WHERE workspace_id = $1 AND exclusion_id = $2',
    [tx.workspaceId, id],
  );
  await raiseVersion(tx);
  return rowCount === 1;
}

export async function exclusions(tx: Tx): Promise<Exclusion[]> {
  const rows = await tx.sql
    .selectFrom('exclusion')
    .selectAll()
    .where('workspace_id', '=', tx.workspaceId)
    .orderBy('created_at')
    .orderBy('exclusion_id')
    .execute();
  return rows.map((row) => ({
    id: row.exclusion_id,
    kind: row.kind as ExclusionKind,
    value: row.value,
    reason: row.reason,
    createdAt: row.created_at,
  }));
}

/** Keeps the marks of somebody erased. */
export async function bar(tx: Tx, marks: readonly string[], now: Date): Promise<void> {
  await tx.client.query(
    'INSERT INTO erasure (workspace_id, mark, erased_at) SELECT $1, mark, $3 FROM unnest($2::text[]) AS mark ON CONFLICT DO NOTHING',
    [tx.workspaceId, [...new Set(marks)].sort(), now],
  );
  await raiseVersion(tx);
}

export interface AuditEntry {
  id: string;
  at: Date;
  /** Name of the key, or `command line`. */
  actor: string;
  action: 'ERASE' | 'EXPORT';
  /** Keyed hash of the address. */
  subject: string;
  counts: Record<string, number>;
}

export async function log(tx: Tx, entry: Omit<AuditEntry, 'id'>): Promise<void> {
  const { at, actor, action, subject, counts } = entry;
  await tx.sql
    .insertInto('audit')
    .values({
      workspace_id: tx.workspaceId,
      audit_id: randomUUID(),
      at,
      actor,
      action,
      subject,
      counts: JSON.stringify(counts),
    })
    .execute();
}

/** Newest first. `erased`: only erasures of that subject. */
export async function auditLog(tx: Tx, limit: number, erased?: string): Promise<AuditEntry[]> {
  const rows = await tx.sql
    .selectFrom('audit')
    .selectAll()
    .where('workspace_id', '=', tx.workspaceId)
    .$if(erased !== undefined, (all) => all.where('action', '=', 'ERASE').where('subject', '=', erased!))
    .orderBy('at', 'desc')
    .orderBy('audit_id')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    id: row.audit_id,
    at: row.at,
    actor: row.actor,
    action: row.action as AuditEntry['action'],
    subject: row.subject,
    counts: row.counts,
  }));
}
