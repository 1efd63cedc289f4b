/** Where signals would stand had nothing been merged. */
import type { MatchMethod } from '../core/identity/match.ts';
import type { Tx } from './database.ts';
import type { Tables } from './tables.ts';

/** Where a signal stands, and why. */
export interface Home {
  accountId: string | null;
  method: MatchMethod | null;
  confidence: number;
  evidence: string[];
  unplaced: string | null;
}

export function rowOf(
  workspaceId: string,
  signalId: string,
  home: Home,
): Record<keyof Tables['merged_signal'], unknown> {
  const { accountId, method, confidence, evidence, unplaced } = home;
  return {
    workspace_id: workspaceId,
    signal_id: signalId,
    account_id: accountId,
    method,
    confidence,
    evidence,
    unplaced,
  };
}

/** Keeps where signals would stand had nothing been merged; null: where they are. */
export async function keep(tx: Tx, homes: ReadonlyMap<string, Home | null>): Promise<void> {
  if (homes.size === 0) return;
  await tx.client.query('DELETE FROM merged_signal WHERE workspace_id = $1 AND signal_id = ANY($2)', [
    tx.workspaceId,
    [...homes.keys()],
  ]);
  const rows = [...homes].flatMap(([id, home]) => (home ? rowOf(tx.workspaceId, id, home) : []));
  if (rows.length === 0) return;
  await tx.client.query(
    'INSERT INTO merged_signal SELECT * FROM json_populate_recordset(NULL::merged_signal, $1::json)',
    [JSON.stringify(rows)],
  );
}

/** Where these signals would stand had nothing been merged; of those for whom it differs. */
export async function of(tx: Tx, ids: readonly string[]): Promise<Map<string, Home>> {
  const { rows } = await tx.client.query({
    name: 'homes-of-signals',
    text: `SELECT signal_id, account_id AS "accountId", method, confidence, evidence, unplaced
           FROM merged_signal WHERE workspace_id = $1 AND signal_id = ANY($2)`,
    values: [tx.workspaceId, ids],
  });
  return new Map(rows.map(({ signal_id: id, ...home }) => [id, home]));
}
