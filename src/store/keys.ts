/** API keys: shown once, kept as a hash, scoped, revocable. A key names its workspace, so looking it up is bound to one. */
import { createHash, randomBytes } from 'node:crypto';
import { nameId } from '../core/id.ts';
import type { Tx } from './database.ts';
import { DEFAULT_SLUG, workspaceIdOf } from './workspaces.ts';

export const SCOPES = ['ingest', 'read', 'write', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

export interface ApiKey {
  id: string;
  name: string;
  scopes: Scope[];
  createdAt: Date;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
}

/** The workspace a presented key belongs to; keys of another shape belong to the default workspace. */
export function workspaceOfKey(key: string): string {
  const hex = /^uc_([0-9a-f]{32})_/.exec(key)?.[1];
  return hex
    ? hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    : workspaceIdOf(DEFAULT_SLUG);
}

export const hashKey = (key: string): Buffer => createHash('sha256').update(key).digest();

/** Makes a key and returns it in the clear, for the only time. `secret`: a key the operator chose. */
export async function create(
  tx: Tx,
  input: { name: string; scopes: readonly Scope[]; secret?: string },
  now: Date,
): Promise<{ key: string; id: string }> {
  const key = input.secret ?? newKey(tx.workspaceId);
  const id = nameId('api-key', tx.workspaceId, hashKey(key).toString('hex'));
  await tx.sql
    .insertInto('api_key')
    .values({
      workspace_id: tx.workspaceId,
      key_id: id,
      key_hash: hashKey(key),
      name: input.name,
      scopes: [...input.scopes],
      created_at: now,
      last_used_at: null,
      revoked_at: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return { key, id };
}

/** The live key with that hash, or null for a wrong or revoked one. */
export async function find(tx: Tx, key: string): Promise<ApiKey | null> {
  const row = await tx.sql
    .selectFrom('api_key')
    .selectAll()
    .where('workspace_id', '=', tx.workspaceId)
    .where('key_hash', '=', hashKey(key))
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return row ? toKey(row) : null;
}

export async function list(tx: Tx): Promise<ApiKey[]> {
  const rows = await tx.sql
    .selectFrom('api_key')
    .selectAll()
    .where('workspace_id', '=', tx.workspaceId)
    .orderBy('created_at')
    .execute();
  return rows.map(toKey);
}

/** True if a live key was revoked. */
export async function revoke(tx: Tx, id: string, now: Date): Promise<boolean> {
  const result = await tx.sql
    .updateTable('api_key')
    .set({ revoked_at: now })
    .where('workspace_id', '=', tx.workspaceId)
    .where('key_id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

function newKey(workspaceId: string): string {
  return `uc_${workspaceId.replaceAll('-', '')}_${randomBytes(24).toString('hex')}`;
}

function toKey(row: {
  key_id: string;
  name: string;
  scopes: string[];
  created_at: Date;
  last_used_at: Date | null;
  revoked_at: Date | null;
}): ApiKey {
  return {
    id: row.key_id,
    name: row.name,
    scopes: row.scopes as Scope[],
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
  };
}
