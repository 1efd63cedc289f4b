/** Tenants. Everything belongs to exactly one; its id follows from its slug, so the slug is unique by the key. */
import { randomBytes } from 'node:crypto';
import { nameId } from '../core/id.ts';
import { type WorkspaceProfile, workspaceProfileSchema } from '../core/signal.ts';
import { type Database, inWorkspace, type Tx } from './database.ts';

export interface Workspace {
  id: string;
  slug: string;
  name: string;
  profile: WorkspaceProfile;
  /** Keys fingerprints; never leaves the process. */
  secret: Buffer;
}

export const DEFAULT_SLUG = 'default';
export const workspaceIdOf = (slug: string): string => nameId('workspace', slug);

/** The workspace of that slug, made if it is missing. */
export async function ensure(db: Database, slug: string, now: Date, name = slug): Promise<Workspace> {
  const id = workspaceIdOf(slug);
  return inWorkspace(db, id, async (tx) => {
    await tx.sql
      .insertInto('workspace')
      .values({ workspace_id: id, slug, name, profile: '{}', secret: randomBytes(32), created_at: now })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    return (await read(tx))!;
  });
}

export async function read(tx: Tx): Promise<Workspace | null> {
  const row = await tx.sql
    .selectFrom('workspace')
    .selectAll()
    .where('workspace_id', '=', tx.workspaceId)
    .executeTakeFirst();
  if (!row) return null;
  return {
    id: row.workspace_id,
    slug: row.slug,
    name: row.name,
    profile: workspaceProfileSchema.parse(row.profile),
    secret: row.secret,
  };
}

export async function saveProfile(tx: Tx, profile: Partial<WorkspaceProfile>, name?: string): Promise<void> {
  await tx.sql
    .updateTable('workspace')
    .set({ profile: JSON.stringify(profile), ...(name ? { name } : {}) })
    .where('workspace_id', '=', tx.workspaceId)
    .execute();
}

/** Counts a newcomer wants to see first. `unplaced` are signals that belong to no account yet. */
export async function counts(
  tx: Tx,
): Promise<{ accounts: number; signals: number; unplaced: number; people: number }> {
  const { rows } = await tx.client.query(
    `SELECT (SELECT count(*) FROM account WHERE workspace_id = $1 AND survivor_id IS NULL) AS accounts,
            (SELECT count(*) FROM person WHERE workspace_id = $1) AS people,
            count(*) AS signals, count(*) FILTER (WHERE account_id IS NULL) AS unplaced
     FROM signal WHERE workspace_id = $1`,
    [tx.workspaceId],
  );
  return rows[0];
}
