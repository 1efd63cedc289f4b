/** Names of accounts, for looking up those that are not quite theirs. */
import type { Tx } from './database.ts';

export interface NamedAccount {
  id: string;
  name: string;
  aliases: string[];
  /** Whether anybody said in earnest that there is such an account. */
  imported: boolean;
  updatedAt: Date;
}

/** Accounts as they are by themselves, merged or not, that changed since; null: all. In batches. */
export async function* changedSince(
  tx: Tx,
  since: Date | null,
  batch = 50_000,
): AsyncGenerator<NamedAccount[]> {
  let after: string | null = null;
  for (;;) {
    const { rows }: { rows: NamedAccount[] } = await tx.client.query({
      name: since ? 'names-changed' : 'names',
      text: `SELECT account_id AS id, name, aliases, origin = 'IMPORTED' AS imported, updated_at AS "updatedAt" FROM account
             WHERE workspace_id = $1 ${since ? 'AND updated_at >= $4' : "AND origin = 'IMPORTED'"}
               AND ($2::uuid IS NULL OR account_id > $2) ORDER BY account_id LIMIT $3`,
      values: [tx.workspaceId, after, batch, ...(since ? [since] : [])],
    });
    yield rows;
    if (rows.length < batch) return;
    after = rows.at(-1)!.id;
  }
}

/** Normal names that these accounts go by, by themselves. */
export async function keysOf(tx: Tx, accountIds: readonly string[]): Promise<string[]> {
  const { rows } = await tx.client.query(
    `SELECT name_key AS key FROM account WHERE workspace_id = $1 AND account_id = ANY($2)
     UNION SELECT name_key FROM account_alias WHERE workspace_id = $1 AND account_id = ANY($2)`,
    [tx.workspaceId, accountIds],
  );
  return rows.map((row) => row.key);
}
