/** Accounts that are ready for sales: since when, and what came as an answer. */
import type { AnswerType } from '../core/scoring/handoff.ts';
import type { Tx } from './database.ts';

/** Keeps which of these accounts are ready; the clock of those that were goes on. Their scores must be saved already. */
export async function save(
  tx: Tx,
  accounts: readonly { accountId: string; ready: boolean }[],
  now: Date,
): Promise<void> {
  if (accounts.length === 0) return;
  await tx.client.query({
    name: 'save-handoffs',
    text: `WITH gone AS (DELETE FROM handoff WHERE workspace_id = $1 AND account_id = ANY($3))
           INSERT INTO handoff SELECT $1, id, $4 FROM unnest($2::uuid[]) AS id ORDER BY id
           ON CONFLICT (workspace_id, account_id) DO NOTHING`,
    values: [
      tx.workspaceId,
      accounts.flatMap((one) => (one.ready ? one.accountId : [])),
      accounts.flatMap((one) => (one.ready ? [] : one.accountId)),
      now,
    ],
  });
}

/** Accounts that are ready. */
export async function ready(tx: Tx): Promise<string[]> {
  const { rows } = await tx.client.query(
    'SELECT account_id AS id FROM handoff WHERE workspace_id = $1 ORDER BY ready_since, account_id',
    [tx.workspaceId],
  );
  return rows.map((row) => row.id);
}

export interface ReadySince {
  since: Date;
  /** Lead statuses, answers to flags and outcomes, in any order. */
  answers: { type: AnswerType; at: Date }[];
}

const ANSWERS = `
  SELECT h.account_id, h.ready_since, t.type, t.at
  FROM handoff AS h LEFT JOIN LATERAL (
    SELECT 'OUTCOME' AS type, o.occurred_at AS at FROM outcome AS o
      WHERE o.workspace_id = $1 AND o.account_id = h.account_id AND o.occurred_at >= h.ready_since
    UNION ALL
    SELECT 'FLAG', f.answered_at FROM account AS a JOIN pre_mql_flag AS f ON f.workspace_id = $1 AND f.account_id = a.account_id
      WHERE a.workspace_id = $1 AND (a.account_id = h.account_id OR a.survivor_id = h.account_id) AND f.answered_at IS NOT NULL
    UNION ALL
    SELECT 'LEAD_STATUS', to_timestamp((c.facts->'leadStatus'->>1)::float8 / 1000)
      FROM person AS p JOIN claim AS c ON c.workspace_id = $1 AND c.subject_id = p.person_id
      WHERE p.workspace_id = $1 AND p.account_id = h.account_id
        AND c.facts->'leadStatus'->>0 IN ('SAL', 'SQL', 'OPPORTUNITY', 'CUSTOMER', 'DISQUALIFIED')) AS t ON true
  WHERE h.workspace_id = $1 AND h.account_id = ANY($2)`;

/** Those of these accounts that are ready. A lead status of MQL is no answer: it is what sales are to answer. */
export async function readySince(tx: Tx, accountIds: readonly string[]): Promise<Map<string, ReadySince>> {
  const { rows } = await tx.client.query(ANSWERS, [tx.workspaceId, accountIds]);
  const found = new Map<string, ReadySince>();
  for (const row of rows) {
    const known: ReadySince = found.get(row.account_id) ?? { since: row.ready_since, answers: [] };
    if (row.type) known.answers.push({ type: row.type, at: row.at });
    found.set(row.account_id, known);
  }
  return found;
}
