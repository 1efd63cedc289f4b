/** Whose opportunity opened lately, and how accounts usually are: what look-alikes are learnt from. */
import type { Traited } from '../core/scoring/lookalike.ts';
import type { Tx } from './database.ts';

/** An account's facts with its first signals, in their order. */
export type Sketch = Omit<Traited, 'kinds' | 'topics'> & { first: { kind: string; topics: string[] }[] };

/** Accounts looked at, on either side: enough for shares to a percent or two. */
const MOST = 2_000;
/** Signals in which the first kinds and topics are sought. */
export const FIRST_SIGNALS = 50;

const OPENED = `FROM outcome WHERE workspace_id = $1 AND type = 'OPPORTUNITY_OPENED'
  AND occurred_at > $2 AND occurred_at <= $3 AND received_at <= $3`;

/** How many accounts have an opportunity that opened in that span, and when we last heard of one. */
export async function tellConverters(
  tx: Tx,
  from: Date,
  to: Date,
): Promise<{ count: number; latest: Date | null }> {
  const { rows } = await tx.client.query({
    name: 'tell-converters',
    text: `SELECT count(DISTINCT account_id) AS count, max(received_at) AS latest ${OPENED}`,
    values: [tx.workspaceId, from, to],
  });
  return rows[0];
}

const sketch = (accounts: string): string => `
  WITH wanted AS (${accounts})
  SELECT a.industry, a.employees, a.country, a.technologies,
    coalesce((SELECT json_agg(json_build_object('kind', s.kind, 'topics', s.topics)) FROM (
      SELECT kind, topics FROM signal WHERE workspace_id = $1 AND account_id = w.account_id
        AND occurred_at <= w.until AND received_at <= w.until ORDER BY signal_id LIMIT ${FIRST_SIGNALS}) AS s), '[]') AS first
  FROM wanted AS w JOIN account AS a ON a.workspace_id = $1 AND a.account_id = w.account_id`;

/** The latest converters as they were when their opportunity opened. */
export async function converters(tx: Tx, from: Date, to: Date): Promise<Sketch[]> {
  const { rows } = await tx.client.query(
    sketch(`SELECT account_id, min(occurred_at) AS until ${OPENED}
            GROUP BY account_id ORDER BY min(occurred_at) DESC, account_id LIMIT ${MOST}`),
    [tx.workspaceId, from, to],
  );
  return rows;
}

/**
 * Others that did something and never had an opportunity: by their ids, which are as good as random. Quiet ones are left
 * out, or whatever is done at all would seem to tell who converts.
 */
export async function usual(tx: Tx, at: Date): Promise<Sketch[]> {
  const { rows } = await tx.client.query(
    // Lateral, so that signals are looked up account by account, only until there are enough.
    sketch(`SELECT a.account_id, $2::timestamptz AS until FROM account AS a CROSS JOIN LATERAL (
              SELECT FROM signal AS s WHERE s.workspace_id = $1 AND s.account_id = a.account_id
                AND s.received_at <= $2 AND s.kind NOT IN ('email.delivered', 'email.bounce') LIMIT 1) AS deed
            WHERE a.workspace_id = $1 AND a.survivor_id IS NULL AND NOT EXISTS (
              SELECT FROM outcome AS o WHERE o.workspace_id = $1 AND o.account_id = a.account_id
                AND o.type IN ('OPPORTUNITY_OPENED', 'WON') AND o.occurred_at <= $2 AND o.received_at <= $2)
            ORDER BY a.account_id LIMIT ${MOST}`),
    [tx.workspaceId, at],
  );
  return rows;
}
