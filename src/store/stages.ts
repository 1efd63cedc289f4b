/** Changes of stage, as the fold over each account's days gives them. */
import type { Stage, StageChange, StageName } from '../core/scoring/stage.ts';
import { plainList, textList } from './array-literal.ts';
import type { Tx } from './database.ts';

const SAVE = `
  WITH fresh AS (
    SELECT * FROM unnest($3::uuid[], $4::date[], $5::text[], $6::text[], $7::text[])
      AS t (account_id, day, from_stage, to_stage, reason)),
  gone AS (
    DELETE FROM stage_change AS s WHERE s.workspace_id = $1 AND s.account_id = ANY($2)
      AND NOT EXISTS (SELECT FROM fresh AS f WHERE f.account_id = s.account_id AND f.day = s.day))
  INSERT INTO stage_change SELECT $1, account_id, day, from_stage, to_stage, reason FROM fresh AS f
  -- Not left to the conflict: that would lock every row there is, which writes it.
  WHERE NOT EXISTS (SELECT FROM stage_change AS k WHERE k.workspace_id = $1 AND k.account_id = f.account_id AND k.day = f.day
    AND (k.from_stage, k.to_stage, k.reason) = (f.from_stage, f.to_stage, f.reason))
  ORDER BY account_id, day
  ON CONFLICT (workspace_id, account_id, day) DO UPDATE SET
    from_stage = EXCLUDED.from_stage, to_stage = EXCLUDED.to_stage, reason = EXCLUDED.reason`;

/** Makes these the changes of these accounts, writing only what differs. Their scores must be saved already. */
export async function save(
  tx: Tx,
  accounts: readonly { accountId: string; stage: Pick<Stage, 'changes'> }[],
): Promise<void> {
  if (accounts.length === 0) return;
  const rows = accounts.flatMap(({ accountId, stage }) =>
    stage.changes.map((change) => ({ accountId, ...change })),
  );
  await tx.client.query({
    name: 'save-stage-changes',
    text: SAVE,
    values: [
      tx.workspaceId,
      plainList(accounts.map((one) => one.accountId)),
      plainList(rows.map((row) => row.accountId)),
      plainList(rows.map((row) => row.day)),
      plainList(rows.map((row) => row.from)),
      plainList(rows.map((row) => row.to)),
      textList(rows.map((row) => row.reason)),
    ],
  });
}

/** Account → its changes of stage, oldest first; of those that have any. */
export async function changesOf(tx: Tx, accountIds: readonly string[]): Promise<Map<string, StageChange[]>> {
  const { rows } = await tx.client.query({
    name: 'stage-changes',
    text: `SELECT account_id, day, from_stage, to_stage, reason FROM stage_change
           WHERE workspace_id = $1 AND account_id = ANY($2) ORDER BY account_id, day`,
    values: [tx.workspaceId, accountIds],
  });
  const found = new Map<string, StageChange[]>();
  for (const row of rows) {
    const change: StageChange = {
      from: row.from_stage as StageName,
      to: row.to_stage as StageName,
      day: row.day,
      reason: row.reason,
    };
    const list = found.get(row.account_id);
    if (list) list.push(change);
    else found.set(row.account_id, [change]);
  }
  return found;
}
