/** What the CRM says happened in the end. */
import { nameId } from '../core/id.ts';
import type { Tx } from './database.ts';

export const OUTCOME_TYPES = ['OPPORTUNITY_OPENED', 'WON', 'LOST', 'REJECTED_BY_SALES'] as const;
export type OutcomeType = (typeof OUTCOME_TYPES)[number];

export interface OutcomeFacts {
  /** Id in the CRM; with the type it makes the outcome unique. */
  externalId: string;
  accountId: string;
  /** Where it was recorded, if that account is merged into `accountId`. */
  homeId: string | null;
  type: OutcomeType;
  occurredAt: Date;
  receivedAt: Date;
  amount: number | null;
  reason: string | null;
}

/** Records outcomes once each and asks for the accounts to be rescored. Returns how many were new. */
export async function record(
  tx: Tx,
  outcomes: readonly OutcomeFacts[],
  batchId: string | null,
  now: Date,
): Promise<number> {
  if (outcomes.length === 0) return 0;
  const { rows } = await tx.client.query(
    `WITH added AS (
       INSERT INTO outcome (workspace_id, outcome_id, account_id, external_id, type, occurred_at, received_at, amount, reason, home_id, batch_id)
       SELECT $1, t.*, $10 FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[],
         $8::float8[], $9::text[], $12::uuid[]) AS t
       ON CONFLICT (workspace_id, outcome_id) DO NOTHING RETURNING account_id),
     asked AS (
       INSERT INTO rescore_request (workspace_id, request_id, account_id, requested_at)
       SELECT $1, gen_random_uuid(), account_id, $11 FROM (SELECT DISTINCT account_id FROM added) AS touched)
     SELECT count(*) AS recorded FROM added`,
    [
      tx.workspaceId,
      outcomes.map((o) => nameId('outcome', tx.workspaceId, o.externalId, o.type)),
      outcomes.map((o) => o.accountId),
      outcomes.map((o) => o.externalId),
      outcomes.map((o) => o.type),
      outcomes.map((o) => o.occurredAt),
      outcomes.map((o) => o.receivedAt),
      outcomes.map((o) => o.amount),
      outcomes.map((o) => o.reason),
      batchId,
      now,
      outcomes.map((o) => o.homeId),
    ],
  );
  return rows[0].recorded;
}

export async function removeBatch(tx: Tx, batchId: string, now: Date): Promise<void> {
  await tx.client.query(
    `WITH gone AS (DELETE FROM outcome WHERE workspace_id = $1 AND batch_id = $2 RETURNING account_id)
     INSERT INTO rescore_request (workspace_id, request_id, account_id, requested_at)
     SELECT $1, gen_random_uuid(), account_id, $3 FROM (SELECT DISTINCT account_id FROM gone) AS touched`,
    [tx.workspaceId, batchId, now],
  );
}
